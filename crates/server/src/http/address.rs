//! Addresses: which host was asked for, which client is behind a proxy, and under which URLs the doors are found.

use std::net::IpAddr;

use antiphon_protocol::config::Urls;
use axum::http::HeaderMap;

use crate::{doors::Doors, peer::Peer};

const FORWARDED_FOR: &str = "x-forwarded-for";

impl Doors {
    /// Whether a request for this `Host` is for this server.
    pub fn serves(&self, host: Option<&str>) -> bool {
        let public = &self.settings.public_urls;
        public.is_empty()
            || host.is_some_and(|host| is_loopback(host) || public.iter().any(|url| is_host_of(url, host)))
    }

    /// Whose request this is: the peer, or who a trusted proxy says is behind it. Nothing if the proxy does not say:
    /// then it is the operator's own machine.
    pub fn client_address(&self, peer: &Peer, headers: &HeaderMap) -> Option<IpAddr> {
        if !self.trusts(peer.address) {
            return Some(peer.address.ip().to_canonical());
        }
        let hops = headers.get_all(FORWARDED_FOR).into_iter().filter_map(|line| line.to_str().ok());
        let hops = hops.flat_map(|line| line.split(',')).filter_map(|hop| hop.trim().parse::<IpAddr>().ok());
        // Each proxy appends whom it saw. The last who is no proxy of ours is the one that ours saw.
        hops.map(|hop| hop.to_canonical()).filter(|hop| !self.settings.trusted_proxies.contains(hop)).last()
    }

    /// Where the doors are: absolute under a configured public URL, the one that was asked for if it is among them;
    /// otherwise paths, relative to whatever address the client has used.
    pub fn urls(&self, host: Option<&str>) -> Urls {
        let public = &self.settings.public_urls;
        let asked = host.and_then(|host| public.iter().find(|url| is_host_of(url, host)));
        let base = asked.or(public.first()).map_or("", String::as_str);
        let socket_base = match base.strip_prefix("http") {
            Some(rest) => format!("ws{rest}"),
            None => base.to_owned(),
        };
        let at = |path: &str| format!("{base}{path}");
        Urls {
            websocket: format!("{socket_base}/v1/ws"),
            sse: at("/v1/sse"),
            socket_io: at("/socket.io/"),
            rest: at("/v1"),
            rooms: at("/v1/rooms"),
            bots: at("/v1/bots"),
            ai_sdk: at("/v1/ai-sdk/chat"),
            ai_sdk_websocket: format!("{socket_base}/v1/ai-sdk/ws"),
            schema: at("/v1/schema.json"),
            openapi: at("/v1/openapi.json"),
            docs: at("/docs"),
        }
    }
}

fn is_host_of(url: &str, host: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split('/').next().unwrap_or(rest);
    let default_port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let plain = |text: &str| text.strip_suffix(default_port).unwrap_or(text).to_ascii_lowercase();
    plain(authority) == plain(host)
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.split(':').next().unwrap_or(host),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
