//! Key sets as providers publish them (RFC 7517), of which what is usable is kept.

use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde_json::Value;

use super::VerifyingKey;
use crate::config::Algorithm;

/// The most keys of a set that are used: a token without `kid` is tried against each of its algorithm.
pub(crate) const MAX_KEYS: usize = 32;

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// The usable keys of a JWK set. Keys that are not for us are passed over, since providers publish others too.
pub(crate) fn parse(document: &[u8], pinned: &[Algorithm]) -> Result<Vec<VerifyingKey>, &'static str> {
    let document: Document = serde_json::from_slice(document).map_err(|_| "not a JSON Web Key Set")?;
    let mut keys = Vec::new();
    for (index, entry) in document.keys.into_iter().enumerate() {
        let key = serde_json::from_value::<Jwk>(entry)
            .map_err(|_| "not a JSON Web Key")
            .and_then(|jwk| VerifyingKey::from_jwk(&jwk));
        match key {
            Ok(key) if !pinned.contains(&key.algorithm()) => {
                tracing::debug!(index, "key passed over: its algorithm is not among the pinned ones");
            }
            Ok(_) if keys.len() == MAX_KEYS => return Err("more keys than are kept"),
            Ok(key) => keys.push(key),
            Err(reason) => tracing::debug!(index, reason, "key passed over"),
        }
    }
    Ok(keys)
}
