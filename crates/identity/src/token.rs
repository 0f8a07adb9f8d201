//! A token before anything in it is believed: its size, its shape, and the header that helps to find a key.

use serde::Deserialize;
use serde::de::IgnoredAny;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{AuthError, Refusal};

/// The longest token that is looked at. Providers that put whole profiles into tokens stay below 8 KiB.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// `typ` of an ordinary token, and of an access token by RFC 9068. Compared without case and media type.
const ACCESS_TYPES: [&str; 2] = ["jwt", "at+jwt"];

/// A token of which only the header has been read, and nothing has been checked.
pub(crate) struct UnverifiedToken<'t> {
    pub(crate) text: &'t str,
    pub(crate) header: Header,
}

/// What of the header is used, and only to choose among configured keys.
///
/// `jku`, `jwk`, `x5u` and `x5c` would let the token bring its own key: they are not even read.
#[derive(Deserialize)]
pub(crate) struct Header {
    pub(crate) alg: String,
    pub(crate) kid: Option<String>,
    typ: Option<String>,
    crit: Option<IgnoredAny>,
    b64: Option<IgnoredAny>,
    enc: Option<IgnoredAny>,
    zip: Option<IgnoredAny>,
}

impl<'t> UnverifiedToken<'t> {
    pub(crate) fn parse(text: &'t str) -> Result<Self, AuthError> {
        if text.is_empty() {
            return Err(AuthError::TokenMissing);
        }
        if text.len() > MAX_TOKEN_BYTES {
            return Err(AuthError::TokenMalformed("it is too long"));
        }
        let (header, rest) = text.split_once('.').ok_or(AuthError::TokenMalformed("it is not a JWT"))?;
        if rest.split('.').count() != 2 {
            return Err(AuthError::TokenMalformed("it is not a signed JWT"));
        }
        let header = URL_SAFE_NO_PAD
            .decode(header)
            .map_err(|_| AuthError::TokenMalformed("its header is not base64url"))?;
        let header: Header = serde_json::from_slice(&header)
            .map_err(|_| AuthError::TokenMalformed("its header is not a JOSE header"))?;
        header.check()?;
        Ok(Self { text, header })
    }
}

impl Header {
    fn check(&self) -> Result<(), AuthError> {
        if self.crit.is_some() || self.b64.is_some() || self.enc.is_some() || self.zip.is_some() {
            return Err(AuthError::TokenRefused(Refusal::Extension));
        }
        let Some(typ) = &self.typ else { return Ok(()) };
        let typ = typ.to_ascii_lowercase();
        let short = typ.strip_prefix("application/").unwrap_or(&typ);
        if ACCESS_TYPES.contains(&short) { Ok(()) } else { Err(AuthError::TokenRefused(Refusal::Type)) }
    }
}
