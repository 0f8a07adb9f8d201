//! Which web pages may talk to this server: exact origins, never a substring of one.

use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::error::ConfigError;

/// What the `Origin` header of a request means for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum OriginVerdict {
    /// A page of an allowed origin.
    Allowed,
    /// No `Origin`: not a browser. Only a token counts here, never a cookie.
    TokenOnly,
    /// A page that has no business here.
    Refused,
}

/// The origins that are allowed, fixed at start.
///
/// With public URLs configured, the `Host` header is believed for loopback hosts only; without any, a page is
/// also allowed when its origin is the very host it calls (same origin), so that a first run needs no setting.
#[derive(Debug, Clone)]
pub struct OriginPolicy {
    allowed: HashSet<Origin>,
    /// Whether a foreign-looking `Host` may vouch for an origin: only while no public URL is known.
    trust_host: bool,
}

impl OriginPolicy {
    /// Allows the origins of this server's `public_urls` and each of the `allowed` origins.
    ///
    /// # Errors
    /// Names the entry that is no origin; wildcards and `null` are none.
    pub fn new(public_urls: &[String], allowed: &[String]) -> Result<Self, ConfigError> {
        let mut origins = HashSet::new();
        for (index, url) in public_urls.iter().enumerate() {
            let origin = Origin::of_url(url).ok_or_else(|| {
                ConfigError::new(format!("public_urls[{index}]"), "not a URL like https://chat.example.org")
            })?;
            origins.insert(origin);
        }
        for (index, origin) in allowed.iter().enumerate() {
            let origin = Origin::parse(origin).ok_or_else(|| {
                let advice = "not an exact origin like https://app.example.org: scheme, host and port, \
                              no path, no wildcard";
                ConfigError::new(format!("allowed_origins[{index}]"), advice)
            })?;
            origins.insert(origin);
        }
        Ok(Self { allowed: origins, trust_host: public_urls.is_empty() })
    }

    /// Judges the `Origin` header of a request that came with this `Host` header.
    pub fn check(&self, origin: Option<&str>, host: Option<&str>) -> OriginVerdict {
        let Some(origin) = origin else { return OriginVerdict::TokenOnly };
        match Origin::parse(origin) {
            Some(origin) if self.allowed.contains(&origin) || self.is_same_origin(&origin, host) => {
                OriginVerdict::Allowed
            }
            _ => OriginVerdict::Refused,
        }
    }

    /// A page that calls the host it came from. The scheme may differ from ours: TLS may end in front of us.
    fn is_same_origin(&self, origin: &Origin, host: Option<&str>) -> bool {
        let Some(default_port) = default_port(&origin.scheme) else { return false };
        let Some((host, port)) = host.and_then(parse_authority) else { return false };
        // A name can be pointed at us by its owner (DNS rebinding); a loopback address cannot.
        (self.trust_host || is_loopback(&host))
            && origin.host == host
            && origin.port == Some(port.unwrap_or(default_port))
    }
}

/// Scheme, host and port; the host in lower case, the port explicit where the scheme has a default.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

impl Origin {
    /// An origin as browsers serialise it; anything more (path, user, list, space) is none.
    fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let first_is_letter = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        if !first_is_letter || !scheme.chars().all(known) {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        let (host, port) = parse_authority(authority)?;
        let port = port.or_else(|| default_port(&scheme));
        Some(Self { scheme, host, port })
    }

    /// The origin of an http or https URL, whatever its path.
    fn of_url(url: &str) -> Option<Self> {
        let authority_at = url.find("://")? + 3;
        let end = url[authority_at..].find('/').map_or(url.len(), |at| authority_at + at);
        Self::parse(&url[..end]).filter(|origin| default_port(&origin.scheme).is_some())
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// `host`, `host:port` or `[v6]:port`, the host case-folded; no user, no empty host, no empty port.
fn parse_authority(authority: &str) -> Option<(String, Option<u16>)> {
    let (host, rest) = match authority.strip_prefix('[') {
        Some(bracketed) => {
            let (address, rest) = bracketed.split_once(']')?;
            (format!("[{}]", address.parse::<Ipv6Addr>().ok()?), rest)
        }
        None => {
            let end = authority.find(':').unwrap_or(authority.len());
            let (host, rest) = authority.split_at(end);
            let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
            if host.is_empty() || !host.chars().all(known) {
                return None;
            }
            (host.to_ascii_lowercase(), rest)
        }
    };
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Some((host, None)),
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            Some((host, Some(digits.parse().ok()?)))
        }
        _ => None,
    }
}

pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || bare.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}
