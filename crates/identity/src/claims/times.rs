//! `exp`, `nbf` and `iat` against the injected clock.

use serde_json::Value;

use crate::clock::UnixSeconds;
use crate::error::{AuthError, Refusal};
use crate::keys::Claims;

/// 9999-12-31T23:59:59Z, the last second that RFC 3339 can write. What lies beyond is milliseconds by mistake.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// The longest that a token is believed without being shown again: one that lasts a century is asked for monthly.
pub(crate) const MAX_TRUST_S: u64 = 31 * 24 * 60 * 60;

/// Checks all three and returns when the identity lapses.
pub(crate) fn check(claims: &Claims, now: UnixSeconds, leeway_s: u64) -> Result<UnixSeconds, AuthError> {
    let exp = read(claims, "exp")?.ok_or(AuthError::TokenRefused(Refusal::NoExpiry))?;
    if now >= exp.saturating_add(leeway_s) {
        return Err(AuthError::TokenExpired);
    }
    let latest_start = now.saturating_add(leeway_s);
    for claim in ["nbf", "iat"] {
        if read(claims, claim)?.is_some_and(|start| start > latest_start) {
            return Err(AuthError::TokenNotYetValid);
        }
    }
    Ok(exp.min(now.saturating_add(MAX_TRUST_S)))
}

/// A NumericDate (RFC 7519 §2): seconds, perhaps with a fraction. What is before 1970 counts as 1970.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked before")]
fn read(claims: &Claims, claim: &'static str) -> Result<Option<UnixSeconds>, AuthError> {
    let seconds = match claims.get(claim) {
        None => return Ok(None),
        Some(Value::Number(number)) => number.as_f64(),
        Some(_) => None,
    };
    match seconds {
        Some(seconds) if seconds.is_finite() && seconds <= LAST_SECOND => Ok(Some(seconds.max(0.0) as u64)),
        Some(_) => Err(AuthError::TokenMalformed("a time in it is not in seconds")),
        None => Err(AuthError::TokenMalformed("a time in it is not a number")),
    }
}
