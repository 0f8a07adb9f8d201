//! Settings that a well-known product implies; whatever the operator said takes precedence.

use crate::config::{Preset, ProviderConfig};
use crate::error::ConfigError;

/// The provider with everything filled in that its preset knows.
pub(crate) fn apply(mut config: ProviderConfig) -> Result<ProviderConfig, ConfigError> {
    match config.preset {
        Some(Preset::Supabase) => supabase(&mut config),
        None if config.project_url.is_some() => {
            return Err(ConfigError::new("project_url", "only means something with preset = \"supabase\""));
        }
        None => {}
    }
    Ok(config)
}

/// Supabase Auth. `user_metadata` can be written by the user and so only decorates; roles come from
/// `app_metadata`, which cannot. The `anon` and `service_role` keys are tokens too, and are nobody in particular.
fn supabase(config: &mut ProviderConfig) {
    if let Some(project) = &config.project_url {
        let auth = format!("{}/auth/v1", project.trim_end_matches('/'));
        config.jwks_url.get_or_insert_with(|| format!("{auth}/.well-known/jwks.json"));
        config.issuer.get_or_insert_with(|| auth.as_str().into());
    }
    config.audience.get_or_insert_with(|| "authenticated".into());
    config
        .name_claim
        .get_or_insert_with(|| ["user_metadata.full_name", "user_metadata.name", "email"].into());
    config.avatar_claim.get_or_insert_with(|| "user_metadata.avatar_url".into());
    config.roles_claim.get_or_insert_with(|| "app_metadata.roles".into());
    config.require.entry("role".to_owned()).or_insert_with(|| "authenticated".into());
}
