//! The opening handshake: what is accepted, and what a refusal tells the client.

use antiphon_websocket::handshake::{self, HandshakeError};
use http::{Method, Request, StatusCode, Version, request::Builder};

/// The example of RFC 6455 §1.3.
fn valid() -> Builder {
    Request::get("/v1/ws")
        .header("upgrade", "websocket")
        .header("connection", "Upgrade")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
}

fn without(name: &str) -> Request<()> {
    let mut request = request(valid());
    request.headers_mut().remove(name);
    request
}

fn with(name: &'static str, value: &'static str) -> Request<()> {
    let mut request = without(name);
    request.headers_mut().insert(name, value.parse().expect("a header value"));
    request
}

fn request(builder: Builder) -> Request<()> {
    builder.body(()).expect("a request")
}

fn refusal(request: &Request<()>) -> HandshakeError {
    handshake::accept(request).expect_err("the request must be refused")
}

#[test]
fn a_valid_request_is_answered_with_its_proof() {
    let response = handshake::accept(&request(valid())).expect("valid").into_response();
    assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!(response.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_eq!(response.headers()["upgrade"], "websocket");
    assert_eq!(response.headers()["connection"], "upgrade");
    assert!(!response.headers().contains_key("sec-websocket-protocol"));
}

#[test]
fn tokens_are_found_in_lists_in_any_case() {
    let mut request = with("connection", "keep-alive, UPGRADE");
    request.headers_mut().append("upgrade", "WebSocket, h2c".parse().expect("a header value"));
    assert!(handshake::accept(&request).is_ok());
}

#[test]
fn the_clients_most_wanted_subprotocol_is_chosen_among_those_spoken() {
    let mut request = with("sec-websocket-protocol", "graphql-ws, antiphon.v2");
    request.headers_mut().append("sec-websocket-protocol", "antiphon.v1".parse().expect("a header value"));
    let mut accept = handshake::accept(&request).expect("valid");
    assert_eq!(accept.subprotocols().collect::<Vec<_>>(), ["graphql-ws", "antiphon.v2", "antiphon.v1"]);
    assert_eq!(accept.choose_subprotocol(&["antiphon.v1", "antiphon.v2"]), Some("antiphon.v2"));
    assert_eq!(accept.into_response().headers()["sec-websocket-protocol"], "antiphon.v2");
}

#[test]
fn no_subprotocol_is_named_that_was_not_offered() {
    let mut accept = handshake::accept(&with("sec-websocket-protocol", "other")).expect("valid");
    assert_eq!(accept.choose_subprotocol(&["antiphon.v1"]), None);
    assert!(!accept.into_response().headers().contains_key("sec-websocket-protocol"));
}

#[test]
fn an_offer_of_compression_is_declined_by_silence() {
    let request = with("sec-websocket-extensions", "permessage-deflate; client_max_window_bits");
    let response = handshake::accept(&request).expect("valid").into_response();
    assert!(!response.headers().contains_key("sec-websocket-extensions"));
}

#[test]
fn another_version_is_told_the_supported_one() {
    for request in [without("sec-websocket-version"), with("sec-websocket-version", "8")] {
        let error = refusal(&request);
        assert_eq!(error, HandshakeError::WebSocketVersion);
        assert_eq!(error.response().status(), StatusCode::UPGRADE_REQUIRED);
        assert_eq!(error.response().headers()["sec-websocket-version"], "13");
    }
}

#[test]
fn a_plain_request_is_told_to_upgrade() {
    for request in
        [without("upgrade"), without("connection"), with("connection", "close"), with("upgrade", "h2c")]
    {
        let error = refusal(&request);
        assert_eq!(error, HandshakeError::NotAnUpgrade);
        assert_eq!(error.response().status(), StatusCode::UPGRADE_REQUIRED);
        assert_eq!(error.response().headers()["upgrade"], "websocket");
    }
}

#[test]
fn only_get_over_http_1_1_is_accepted() {
    let error = refusal(&request(valid().method(Method::POST)));
    assert_eq!(error, HandshakeError::Method);
    assert_eq!(error.response().headers()["allow"], "GET");
    for version in [Version::HTTP_10, Version::HTTP_2] {
        assert_eq!(refusal(&request(valid().version(version))), HandshakeError::HttpVersion);
    }
}

#[test]
fn the_key_is_one_header_of_16_bytes_in_base64() {
    let doubled = request(valid().header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="));
    for request in [
        doubled,
        without("sec-websocket-key"),
        with("sec-websocket-key", ""),
        with("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ"),
        with("sec-websocket-key", "AAAA"),
        with("sec-websocket-key", "*hlIHNhbXBsZSBub25jZQ=="),
    ] {
        assert_eq!(refusal(&request), HandshakeError::Key);
        assert_eq!(HandshakeError::Key.response().status(), StatusCode::BAD_REQUEST);
    }
}
