//! The opening handshake (§4.2): what makes a request a WebSocket upgrade, and the answer to it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version,
    header::{
        ALLOW, CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
        SEC_WEBSOCKET_VERSION, UPGRADE,
    },
};
use sha1::{Digest as _, Sha1};

/// Appended to the client's key before hashing (§1.3).
const ACCEPT_GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");
const UPGRADE_TOKEN: HeaderValue = HeaderValue::from_static("upgrade");
const SUPPORTED_VERSION: HeaderValue = HeaderValue::from_static("13");

/// Checks that `request` asks for a WebSocket of version 13 over HTTP/1.1.
///
/// Who may connect (origin, token) is the caller's question, to be answered before the 101 is sent.
pub fn accept<B>(request: &Request<B>) -> Result<Accept, HandshakeError> {
    let headers = request.headers();
    if request.method() != Method::GET {
        return Err(HandshakeError::Method);
    }
    if request.version() != Version::HTTP_11 {
        return Err(HandshakeError::HttpVersion);
    }
    if !has_token(headers, &UPGRADE, "websocket") || !has_token(headers, &CONNECTION, "upgrade") {
        return Err(HandshakeError::NotAnUpgrade);
    }
    if only(headers, &SEC_WEBSOCKET_VERSION).is_none_or(|version| version != SUPPORTED_VERSION) {
        return Err(HandshakeError::WebSocketVersion);
    }
    let key = only(headers, &SEC_WEBSOCKET_KEY).ok_or(HandshakeError::Key)?;
    let nonce = STANDARD.decode(key).map_err(|_| HandshakeError::Key)?;
    if nonce.len() != 16 {
        return Err(HandshakeError::Key);
    }
    let subprotocols = tokens(headers, &SEC_WEBSOCKET_PROTOCOL).map(str::to_owned).collect();
    Ok(Accept { proof: proof(key), subprotocols, chosen: None })
}

/// A valid upgrade request, not yet answered.
///
/// Extensions are not negotiated: an offer of permessage-deflate is declined by silence, as §9.1 provides.
#[derive(Debug)]
pub struct Accept {
    /// Shows the client that its key was read.
    proof: HeaderValue,
    subprotocols: Vec<String>,
    chosen: Option<HeaderValue>,
}

impl Accept {
    /// The subprotocols that the client offers, the most wanted first.
    pub fn subprotocols(&self) -> impl Iterator<Item = &str> {
        self.subprotocols.iter().map(String::as_str)
    }

    /// Chooses the client's most wanted subprotocol among those that the server speaks, and says which.
    /// Without a common one, the answer names none, and the client may end the connection.
    pub fn choose_subprotocol(&mut self, spoken: &[&'static str]) -> Option<&'static str> {
        let chosen =
            self.subprotocols().find_map(|offer| spoken.iter().copied().find(|name| *name == offer))?;
        self.chosen = Some(HeaderValue::from_static(chosen));
        Some(chosen)
    }

    /// Chooses an offer although the server does not speak it, for who is to be told so in a close frame: browsers keep the
    /// answer to a refused upgrade to themselves, and end a connection without one of their subprotocols. Tells whether
    /// there was such an offer.
    pub fn choose_unspoken(&mut self, is_known: impl Fn(&str) -> bool) -> bool {
        let offer = self.subprotocols().find(|offer| is_known(offer));
        self.chosen = offer.and_then(|offer| HeaderValue::from_str(offer).ok());
        self.chosen.is_some()
    }

    /// The 101 answer. After it has been written, the stream speaks WebSocket.
    pub fn into_response(self) -> Response<()> {
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, UPGRADE_TOKEN);
        headers.insert(UPGRADE, WEBSOCKET);
        headers.insert(SEC_WEBSOCKET_ACCEPT, self.proof);
        if let Some(chosen) = self.chosen {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, chosen);
        }
        response
    }
}

/// Why a request is not a WebSocket upgrade.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HandshakeError {
    /// The method is not GET.
    #[error("a WebSocket is opened with GET")]
    Method,
    /// Not HTTP/1.1.
    #[error("a WebSocket is opened over HTTP/1.1")]
    HttpVersion,
    /// A plain request to an address that only speaks WebSocket.
    #[error("this address speaks WebSocket: send `Connection: Upgrade` and `Upgrade: websocket`")]
    NotAnUpgrade,
    /// `Sec-WebSocket-Version` is missing or not 13.
    #[error("the supported WebSocket version is 13")]
    WebSocketVersion,
    /// `Sec-WebSocket-Key` is missing, doubled or malformed.
    #[error("`Sec-WebSocket-Key` must be 16 bytes in base64")]
    Key,
}

impl HandshakeError {
    /// The answer to the client: status and headers that say what would work. The error's text serves as the body.
    pub fn response(&self) -> Response<()> {
        let mut response = Response::new(());
        let headers = response.headers_mut();
        let status = match self {
            Self::Method => {
                headers.insert(ALLOW, HeaderValue::from_static("GET"));
                StatusCode::METHOD_NOT_ALLOWED
            }
            Self::HttpVersion | Self::Key => StatusCode::BAD_REQUEST,
            Self::NotAnUpgrade | Self::WebSocketVersion => {
                headers.insert(CONNECTION, UPGRADE_TOKEN);
                headers.insert(UPGRADE, WEBSOCKET);
                headers.insert(SEC_WEBSOCKET_VERSION, SUPPORTED_VERSION);
                StatusCode::UPGRADE_REQUIRED
            }
        };
        *response.status_mut() = status;
        response
    }
}

fn proof(key: &HeaderValue) -> HeaderValue {
    let digest = Sha1::new().chain_update(key).chain_update(ACCEPT_GUID).finalize();
    HeaderValue::try_from(STANDARD.encode(digest)).expect("base64 is visible ASCII")
}

/// The value of a header that must occur once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// The elements of a comma-separated header, over all its lines.
fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|token| !token.is_empty())
}

fn has_token(headers: &HeaderMap, name: &HeaderName, wanted: &str) -> bool {
    tokens(headers, name).any(|token| token.eq_ignore_ascii_case(wanted))
}
