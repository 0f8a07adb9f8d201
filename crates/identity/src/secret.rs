//! Secrets from the configuration: where they are read from, and which are too weak to be one.

use std::fs;
use std::io;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use crate::config::ProviderConfig;
use crate::error::ConfigError;

/// HS256 is as strong as its secret, up to the hash's own length (RFC 7518 §3.2).
pub(crate) const MIN_SECRET_BYTES: usize = 32;

/// Long enough, and known to everybody: what tutorials and self-hosting templates ship with.
const WELL_KNOWN: [&str; 6] = [
    "your-super-secret-jwt-token-with-at-least-32-characters-long",
    "super-secret-jwt-token-with-at-least-32-characters-long",
    "your-256-bit-secret-your-256-bit-secret",
    "a-string-secret-at-least-256-bits-long",
    "please-change-me-please-change-me",
    "changemechangemechangemechangeme",
];

/// The provider's secret, if it has one, from its setting or its file.
pub(crate) fn read(config: &ProviderConfig) -> Result<Option<SecretString>, ConfigError> {
    let (key, secret) = match (&config.secret, &config.secret_file) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(ConfigError::new("secret_file", "`secret` is set as well; keep one"));
        }
        (Some(secret), None) => ("secret", secret.clone()),
        (None, Some(path)) => ("secret_file", read_file(path)?),
    };
    check(secret.expose_secret(), config.allow_weak_secret)
        .map_err(|problem| ConfigError::new(key, problem))?;
    Ok(Some(secret))
}

fn check(secret: &str, allow_weak: bool) -> Result<(), &'static str> {
    if secret.trim().is_empty() {
        return Err("empty; an unset environment variable perhaps");
    }
    if secret.contains("-----BEGIN") {
        return Err("a key in PEM is no shared secret; use `public_key_pem`");
    }
    if allow_weak {
        return Ok(());
    }
    if secret.len() < MIN_SECRET_BYTES {
        return Err("shorter than 32 bytes, so it can be guessed from one token; make a random one \
                    (or set allow_weak_secret = true on your own machine)");
    }
    let folded = secret.to_ascii_lowercase();
    let first = secret.chars().next();
    if WELL_KNOWN.contains(&folded.as_str()) || secret.chars().all(|c| Some(c) == first) {
        return Err("a well-known example, so anybody can sign tokens with it; make a random one \
                    (or set allow_weak_secret = true on your own machine)");
    }
    Ok(())
}

fn read_file(path: &Path) -> Result<SecretString, ConfigError> {
    let at_fault = |problem: String| ConfigError::new("secret_file", problem);
    refuse_if_public(path).map_err(at_fault)?;
    let text = fs::read_to_string(path).map_err(|error| at_fault(format!("cannot be read: {error}")))?;
    Ok(text.trim_end_matches(['\r', '\n']).into())
}

/// Refuses a file that everybody on the machine can read. A group may: container volumes are mounted so.
pub(crate) fn refuse_if_public(path: &Path) -> Result<(), String> {
    let mode = mode(path).map_err(|error| format!("cannot be read: {error}"))?;
    if mode & 0o007 == 0 {
        Ok(())
    } else {
        Err(format!("open to everybody (mode {mode:03o}); chmod it to 600"))
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(path: &Path) -> io::Result<u32> {
    fs::metadata(path).map(|_| 0)
}
