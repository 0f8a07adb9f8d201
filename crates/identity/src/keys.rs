//! Keys that tokens are checked with: each knows its one algorithm, whatever a token says.

use std::sync::Once;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse, ThumbprintHash,
};
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Map, Value};

use crate::config::Algorithm;
use crate::error::AuthError;
use crate::token::{Header, UnverifiedToken};

pub(crate) mod remote;
pub(crate) mod sets;

/// The claims of a token whose signature has been checked.
pub(crate) type Claims = Map<String, Value>;

/// The shortest RSA modulus that is believed: 2048 bits.
const MIN_RSA_BYTES: usize = 256;

/// Length of a P-256 point, uncompressed, with its leading 4.
const P256_POINT_BYTES: usize = 65;

/// A key, the only algorithm it is used with, and the library's settings for exactly that pair.
pub(crate) struct VerifyingKey {
    /// `kid`; a key without answers for any.
    id: Option<String>,
    algorithm: Algorithm,
    /// Tells this key from others of the same provider without giving it away.
    label: String,
    key: DecodingKey,
    /// One per key: a list of algorithms from several families is refused by the library.
    validation: Validation,
}

impl VerifyingKey {
    /// A shared secret, for HS256.
    pub(crate) fn from_secret(secret: &[u8], id: Option<String>) -> Self {
        Self::new(Algorithm::Hs256, DecodingKey::from_secret(secret), "secret".to_owned(), id)
    }

    /// A public key in PEM; its own type decides the algorithm.
    pub(crate) fn from_pem(pem: &str, id: Option<String>) -> Result<Self, &'static str> {
        // The library would also take private keys and certificates, and guess.
        if !pem.contains("-----BEGIN PUBLIC KEY-----") && !pem.contains("-----BEGIN RSA PUBLIC KEY-----") {
            return Err("not a public key in PEM (BEGIN PUBLIC KEY)");
        }
        install_crypto();
        let pem = pem.as_bytes();
        let key = DecodingKey::from_rsa_pem(pem)
            .or_else(|_| DecodingKey::from_ec_pem(pem))
            .or_else(|_| DecodingKey::from_ed_pem(pem))
            .map_err(|_| "neither an RSA nor a P-256 nor an Ed25519 public key")?;
        let jwk = Jwk::from_decoding_key(&key, None).map_err(|_| "not a usable public key")?;
        Self::from_jwk(&jwk).map(|key| Self { id, ..key })
    }

    /// A published key; its type decides the algorithm, and its own `alg` and `use` must not contradict.
    pub(crate) fn from_jwk(jwk: &Jwk) -> Result<Self, &'static str> {
        install_crypto();
        let common = &jwk.common;
        if !matches!(common.public_key_use, None | Some(PublicKeyUse::Signature)) {
            return Err("not for signatures");
        }
        if common.key_operations.as_ref().is_some_and(|all| !all.contains(&KeyOperations::Verify)) {
            return Err("not for verifying");
        }
        let algorithm = algorithm_of(jwk)?;
        if common.key_algorithm.is_some_and(|stated| stated.to_string() != algorithm.name()) {
            return Err("for another algorithm than its type suggests");
        }
        let key = DecodingKey::from_jwk(jwk).map_err(|_| "not readable")?;
        let label = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| "not readable")?;
        Ok(Self::new(algorithm, key, label, common.key_id.clone()))
    }

    fn new(algorithm: Algorithm, key: DecodingKey, label: String, id: Option<String>) -> Self {
        install_crypto();
        let mut validation = Validation::new(algorithm.into());
        // The library reads the wall clock and is lenient about missing claims: `claims.rs` decides instead.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        Self { id, algorithm, label, key, validation }
    }

    pub(crate) const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whether the token's `kid` is this key's own.
    pub(crate) fn is_named_by(&self, header: &Header) -> bool {
        self.id.is_some() && self.id == header.kid
    }

    /// Whether trying this key is worth it. Narrows down; decides nothing.
    pub(crate) fn may_have_signed(&self, header: &Header) -> bool {
        let same_id = match (&self.id, &header.kid) {
            (Some(own), Some(named)) => own == named,
            _ => true,
        };
        same_id && header.alg == self.algorithm.name()
    }

    /// The claims, if this key signed the token with its algorithm; `None` if it did not.
    pub(crate) fn open(&self, token: &UnverifiedToken<'_>) -> Result<Option<Claims>, AuthError> {
        match jsonwebtoken::decode::<Claims>(token.text, &self.key, &self.validation) {
            Ok(opened) => Ok(Some(opened.claims)),
            Err(error) => match error.kind() {
                ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => Ok(None),
                _ => Err(AuthError::TokenMalformed("its claims are not a JSON object in base64url")),
            },
        }
    }
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Hs256 => Self::HS256,
            Algorithm::Rs256 => Self::RS256,
            Algorithm::Es256 => Self::ES256,
            Algorithm::EdDsa => Self::EdDSA,
        }
    }
}

fn algorithm_of(jwk: &Jwk) -> Result<Algorithm, &'static str> {
    use base64::Engine;
    let length = |part: &str| {
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).map_or(0, |bytes| bytes.len())
    };
    match &jwk.algorithm {
        AlgorithmParameters::RSA(rsa) if length(&rsa.n) >= MIN_RSA_BYTES => Ok(Algorithm::Rs256),
        AlgorithmParameters::RSA(_) => Err("an RSA key of less than 2048 bits"),
        AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256 => {
            let whole = 1 + length(&ec.x) + length(&ec.y) == P256_POINT_BYTES;
            if whole { Ok(Algorithm::Es256) } else { Err("not a point on P-256") }
        }
        AlgorithmParameters::OctetKeyPair(ed) if ed.curve == EllipticCurve::Ed25519 => Ok(Algorithm::EdDsa),
        AlgorithmParameters::OctetKey(_) => Err("a secret, which has no place in a key set: use `secret`"),
        _ => Err("of a type that is not supported"),
    }
}

/// Chooses the cryptography of the whole process, once. Left to the library, a build in which another crate
/// enables a second backend would panic at the first token, for good.
pub(crate) fn install_crypto() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        // An error means that it has been chosen before us, which is as good.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    });
}
