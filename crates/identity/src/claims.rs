//! From checked claims to an identity: time, issuer, audience, use, subject, and how they look to others.

use serde_json::Value;

use crate::clock::UnixSeconds;
use crate::error::{AuthError, Refusal};
use crate::identity::{GUEST_PREFIX, Identity, Kind, is_reserved};
use crate::keys::Claims;
use crate::name;

mod path;
mod times;

pub(crate) use path::ClaimPath;
pub(crate) use times::MAX_TRUST_S;

/// The longest subject: room for a prefix and the longest that OpenID Connect allows.
const MAX_SUBJECT_BYTES: usize = 255;

/// The most roles, and the longest, that are carried along with every connection.
const MAX_ROLES: usize = 64;
const MAX_ROLE_BYTES: usize = 128;

/// The longest picture URL.
const MAX_AVATAR_BYTES: usize = 2048;

/// Claims by which products mark what a token is for, and the values of those that open no door.
const USE_CLAIMS: [&str; 5] = ["token_use", "token_type", "typ", "type", "use"];
const NOT_FOR_ACCESS: [&str; 4] = ["refresh", "refresh_token", "offline", "logout"];

/// Which tokens of one provider count, and what they say about a person.
pub(crate) struct ClaimRules {
    pub(crate) provider: String,
    pub(crate) kind: Kind,
    /// Accepted `iss`; empty accepts any.
    pub(crate) issuers: Vec<String>,
    /// Accepted `aud`; `None` accepts any.
    pub(crate) audiences: Option<Vec<String>>,
    pub(crate) leeway_s: u64,
    pub(crate) require: Vec<(ClaimPath, Vec<String>)>,
    pub(crate) name: Vec<ClaimPath>,
    pub(crate) avatar: Vec<ClaimPath>,
    pub(crate) roles: Vec<ClaimPath>,
    pub(crate) subject_prefix: String,
}

impl ClaimRules {
    /// Who the claims are about, if they hold here and now.
    pub(crate) fn identify(
        &self,
        claims: &Claims,
        signed_by: &str,
        now: UnixSeconds,
    ) -> Result<Identity, AuthError> {
        self.check_issuer(claims)?;
        self.check_audience(claims)?;
        check_use(claims)?;
        let expires_at = times::check(claims, now, self.leeway_s)?;
        self.check_required(claims)?;
        Ok(Identity {
            subject: self.subject(claims)?,
            kind: self.kind,
            name: find(&self.name, claims, |value| name::sanitize(value.as_str()?)),
            avatar: find(&self.avatar, claims, picture),
            roles: find(&self.roles, claims, roles).unwrap_or_default(),
            expires_at,
            provider: self.provider.clone(),
            signed_by: signed_by.to_owned(),
        })
    }

    fn check_issuer(&self, claims: &Claims) -> Result<(), AuthError> {
        let accepted = match claims.get("iss") {
            _ if self.issuers.is_empty() => true,
            Some(Value::String(issuer)) => self.issuers.contains(issuer),
            _ => false,
        };
        accepted.then_some(()).ok_or(AuthError::TokenRefused(Refusal::Issuer))
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), AuthError> {
        let Some(audiences) = &self.audiences else { return Ok(()) };
        let accepted = match claims.get("aud") {
            Some(Value::String(audience)) => audiences.contains(audience),
            Some(Value::Array(all)) => {
                all.iter().all(Value::is_string)
                    && all
                        .iter()
                        .filter_map(Value::as_str)
                        .any(|one| audiences.iter().any(|ours| ours == one))
            }
            _ => false,
        };
        accepted.then_some(()).ok_or(AuthError::TokenRefused(Refusal::Audience))
    }

    fn check_required(&self, claims: &Claims) -> Result<(), AuthError> {
        let fits = |(path, values): &(ClaimPath, Vec<String>)| {
            path.find(claims).is_some_and(|found| values.iter().any(|value| states(found, value)))
        };
        self.require.iter().all(fits).then_some(()).ok_or(AuthError::TokenRefused(Refusal::RequiredClaim))
    }

    fn subject(&self, claims: &Claims) -> Result<String, AuthError> {
        let stated = claims.get("sub").and_then(Value::as_str).filter(|sub| !sub.trim().is_empty());
        let stated = stated.ok_or(AuthError::TokenRefused(Refusal::Subject))?;
        let subject = format!("{}{stated}", self.subject_prefix);
        if subject.len() > MAX_SUBJECT_BYTES || subject.chars().any(char::is_control) {
            return Err(AuthError::TokenRefused(Refusal::Subject));
        }
        let own_prefix = self.kind == Kind::Guest && subject.starts_with(GUEST_PREFIX);
        if is_reserved(&subject) && !own_prefix {
            return Err(AuthError::TokenRefused(Refusal::ReservedSubject));
        }
        Ok(subject)
    }
}

fn check_use(claims: &Claims) -> Result<(), AuthError> {
    let stated = USE_CLAIMS.iter().filter_map(|claim| claims.get(*claim)?.as_str());
    for what in stated {
        if NOT_FOR_ACCESS.iter().any(|not| what.eq_ignore_ascii_case(not)) {
            return Err(AuthError::TokenRefused(Refusal::Use));
        }
    }
    Ok(())
}

/// Whether a claim is this value, or a list that has it.
fn states(claim: &Value, value: &str) -> bool {
    match claim {
        Value::String(text) => text == value,
        Value::Bool(flag) => value == if *flag { "true" } else { "false" },
        Value::Array(all) => all.iter().any(|one| one.as_str() == Some(value)),
        _ => false,
    }
}

fn find<T>(paths: &[ClaimPath], claims: &Claims, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
    paths.iter().find_map(|path| path.find(claims).and_then(&read))
}

fn picture(value: &Value) -> Option<String> {
    let url = value.as_str()?;
    let shown = reqwest::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    (url.len() <= MAX_AVATAR_BYTES && shown.username().is_empty()).then(|| shown.to_string())
}

fn roles(value: &Value) -> Option<Vec<String>> {
    let stated: Vec<&str> = match value {
        Value::String(text) => text.split_whitespace().collect(),
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let usable = stated.into_iter().filter(|role| !role.is_empty() && role.len() <= MAX_ROLE_BYTES);
    Some(usable.take(MAX_ROLES).map(str::to_owned).collect())
}
