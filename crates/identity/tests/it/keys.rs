//! Key pairs of every supported kind, made on the spot, in every form that a provider may publish them.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaPrivateKey, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaPublicKeyComponents,
};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::support::sign;

/// A provider's key pair.
pub struct Pair {
    algorithm: Algorithm,
    signing: EncodingKey,
    /// As it stands in a key set, without `kid`.
    public: Value,
    /// SubjectPublicKeyInfo.
    der: Vec<u8>,
}

impl Pair {
    pub fn rsa(size: KeySize) -> Self {
        let pair = RsaPrivateKey::generate(size).expect("a key pair");
        let pem = pem("PRIVATE KEY", pair.as_der().expect("PKCS #8").as_ref());
        let parts = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("SPKI");
        Self {
            algorithm: Algorithm::RS256,
            signing: EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a private key"),
            public: json!({ "kty": "RSA", "n": url(&parts.n), "e": url(&parts.e) }),
            der: der.as_ref().to_vec(),
        }
    }

    pub fn rs256() -> Self {
        Self::rsa(KeySize::Rsa2048)
    }

    pub fn es256() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key pair");
        let point = pair.public_key().as_ref();
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("SPKI");
        Self {
            algorithm: Algorithm::ES256,
            signing: EncodingKey::from_ec_der(pair.to_pkcs8v1().expect("PKCS #8").as_ref()),
            public: json!({ "kty": "EC", "crv": "P-256", "x": url(&point[1..33]), "y": url(&point[33..]) }),
            der: der.as_ref().to_vec(),
        }
    }

    pub fn eddsa() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key pair");
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a key pair");
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("SPKI");
        Self {
            algorithm: Algorithm::EdDSA,
            signing: EncodingKey::from_ed_der(document.as_ref()),
            public: json!({ "kty": "OKP", "crv": "Ed25519", "x": url(pair.public_key().as_ref()) }),
            der: der.as_ref().to_vec(),
        }
    }

    pub fn of_every_kind() -> [Self; 3] {
        [Self::rs256(), Self::es256(), Self::eddsa()]
    }

    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }

    pub fn pem(&self) -> String {
        pem("PUBLIC KEY", &self.der)
    }

    /// The public key under this `kid`, marked as providers mark it.
    pub fn jwk(&self, kid: &str) -> Value {
        self.jwk_with(json!({ "kid": kid, "use": "sig", "alg": format!("{:?}", self.algorithm) }))
    }

    /// The public key with these members.
    pub fn jwk_with(&self, members: Value) -> Value {
        let (Value::Object(mut jwk), Value::Object(members)) = (self.public.clone(), members) else {
            panic!("keys and members are objects");
        };
        jwk.extend(members);
        Value::Object(jwk)
    }

    /// A token that names this `kid`, or none.
    pub fn token(&self, kid: Option<&str>, claims: &Value) -> String {
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(self.algorithm) };
        sign(&header, claims, &self.signing)
    }
}

fn url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64_STANDARD.encode(der))
}
