//! Dotted paths into claims, such as `user_metadata.full_name`.

use serde_json::Value;

use crate::keys::Claims;

/// Where a claim is found. A claim whose own name has dots (`https://example.org/roles`) is found whole.
#[derive(Debug, Clone)]
pub(crate) struct ClaimPath(String);

impl ClaimPath {
    /// `None` for the empty path and for empty steps.
    pub(crate) fn new(path: &str) -> Option<Self> {
        let whole = !path.is_empty() && path.split('.').all(|step| !step.is_empty());
        whole.then(|| Self(path.to_owned()))
    }

    pub(crate) fn find<'c>(&self, claims: &'c Claims) -> Option<&'c Value> {
        if let Some(value) = claims.get(&self.0) {
            return Some(value);
        }
        let mut steps = self.0.split('.');
        let first = claims.get(steps.next()?)?;
        steps.try_fold(first, |value, step| value.as_object()?.get(step))
    }
}
