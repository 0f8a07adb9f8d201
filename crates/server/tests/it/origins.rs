//! Which web pages may talk to the server, over every door.

use reqwest::Method;

use crate::support::{Socket, TestServer};

const PUBLIC: &str = "https://chat.example.org";
const FRIEND: &str = "https://app.example.org:8443";

async fn public_server() -> TestServer {
    TestServer::with(&[("PUBLIC_URL", PUBLIC), ("ALLOWED_ORIGINS", FRIEND)]).await
}

/// FAULTS 5: exact origins only, on the socket as over HTTP.
#[tokio::test]
async fn b16_only_exact_origins_are_allowed() {
    let server = public_server().await;
    let cases = [
        (Some(PUBLIC), true),
        (Some("https://CHAT.example.org"), true),
        (Some("https://chat.example.org:443"), true),
        (Some(FRIEND), true),
        (None, true),
        (Some("https://evil.example"), false),
        (Some("null"), false),
        (Some("https://chat.example.org.evil.example"), false),
        (Some("https://chat.example.org@evil.example"), false),
        (Some("https://chat.example.org:444"), false),
        (Some("http://chat.example.org"), false),
        (Some("https://app.example.org"), false),
        (Some("https://sub.chat.example.org"), false),
        (Some(""), false),
    ];
    for (origin, is_allowed) in cases {
        let headers: Vec<_> = origin.map(|origin| ("origin", origin)).into_iter().collect();
        let opened = Socket::try_open(&server.authority(), &headers).await;
        assert_eq!(opened.is_ok(), is_allowed, "socket, {origin:?}");
        if let Err(status) = opened {
            assert_eq!(status.as_u16(), 403);
        }
        for (method, path) in [
            (Method::GET, "/v1/config"),
            (Method::POST, "/v1/guests"),
            (Method::GET, "/v1/rooms/general/events"),
            (Method::GET, "/v1/sse"),
            (Method::POST, "/v1/sse/somebodys"),
        ] {
            let mut request = server.request(method, path);
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status() != 403, is_allowed, "{path}, {origin:?}");
        }
    }
}

/// FAULTS 7: only pages of allowed origins may read, and never with cookies.
#[tokio::test]
async fn cors_names_allowed_origins_only() {
    let server = public_server().await;
    let preflight = |origin: &str| {
        server
            .request(Method::OPTIONS, "/v1/rooms")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type")
            .send()
    };
    let friend = preflight(FRIEND).await.unwrap();
    assert_eq!(friend.headers()["access-control-allow-origin"], FRIEND);
    assert!(!friend.headers().contains_key("access-control-allow-credentials"));
    let stranger = preflight("https://evil.example").await.unwrap();
    assert!(!stranger.headers().contains_key("access-control-allow-origin"));
}

/// A first run needs no setting: the page of this very server is allowed, however the server was reached.
#[tokio::test]
async fn without_settings_only_the_servers_own_page_is_allowed() {
    let server = TestServer::start().await;
    let own = format!("http://{}", server.authority());
    assert!(Socket::try_open(&server.authority(), &[("origin", &own)]).await.is_ok());
    assert!(Socket::try_open(&server.authority(), &[("origin", "http://evil.example")]).await.is_err());
    assert!(Socket::try_open(&server.authority(), &[("origin", "http://127.0.0.1:1")]).await.is_err());
}

/// FAULTS 9: a public server answers for its own names, and for probes of its health.
#[tokio::test]
async fn requests_for_other_hosts_are_misdirected() {
    let server = public_server().await;
    for (host, path, status) in [
        ("chat.example.org", "/v1/config", 200),
        ("CHAT.example.org:443", "/v1/config", 200),
        ("127.0.0.1", "/v1/config", 200),
        ("localhost:1234", "/v1/config", 200),
        ("evil.example", "/v1/config", 421),
        ("evil.example", "/", 421),
        ("10.0.0.7:8080", "/healthz", 200),
    ] {
        let answer = server.request(Method::GET, path).header("host", host).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{host}{path}");
        assert!(!answer.text().await.unwrap().contains("evil"), "a host is never repeated");
    }
}

/// E3: under a public URL the doors have absolute addresses, otherwise they are relative to the one that was used.
#[tokio::test]
async fn e3_the_configuration_says_where_the_doors_are() {
    let config = |server: &TestServer| {
        let request = server.request(Method::GET, "/v1/config");
        async move { request.send().await.unwrap().json::<serde_json::Value>().await.unwrap() }
    };
    let server = public_server().await;
    let urls = config(&server).await["urls"].clone();
    assert_eq!(urls["websocket"], "wss://chat.example.org/v1/ws");
    assert_eq!(urls["sse"], "https://chat.example.org/v1/sse");
    assert_eq!(urls["ai_sdk_websocket"], "wss://chat.example.org/v1/ai-sdk/ws");
    assert_eq!(urls["socket_io"], "https://chat.example.org/socket.io/");
    let server = TestServer::start().await;
    let urls = config(&server).await["urls"].clone();
    for (door, url) in urls.as_object().unwrap() {
        let there = server.request(Method::GET, url.as_str().unwrap()).send().await.unwrap();
        // One is a prefix, the other a page, which tests do without.
        let is_there =
            !matches!(there.status().as_u16(), 404 | 500..) || matches!(door.as_str(), "rest" | "docs");
        assert!(is_there, "{door}: {url} answers {}", there.status());
    }
    let answer = config(&server).await;
    assert_eq!((&answer["urls"]["websocket"], &answer["urls"]["sse"]), (&"/v1/ws".into(), &"/v1/sse".into()));
    assert_eq!((&answer["protocol"], &answer["default_room"]), (&"antiphon.v1".into(), &"general".into()));
}

/// A client that offers subprotocols must offer ours; one that offers none is taken at its word.
#[tokio::test]
async fn the_subprotocol_is_agreed() {
    let server = TestServer::start().await;
    let ours =
        Socket::try_open(&server.authority(), &[("sec-websocket-protocol", "chat, antiphon.v1")]).await;
    assert_eq!(
        ours.unwrap_or_else(|_| panic!("refused")).1.headers()["sec-websocket-protocol"],
        "antiphon.v1"
    );
    let other = Socket::try_open(&server.authority(), &[("sec-websocket-protocol", "chat")]).await;
    assert!(other.is_err(), "another protocol was accepted");
    let none = Socket::try_open(&server.authority(), &[]).await;
    assert!(none.is_ok_and(|(_, response)| !response.headers().contains_key("sec-websocket-protocol")));
}

/// A page that is older or newer than the server: it learns so by a close code, because a browser tells it nothing else.
#[tokio::test]
async fn a_client_of_another_version_is_told_so() {
    let server = TestServer::start().await;
    let offer = [("sec-websocket-protocol", "antiphon.v0")];
    let (mut socket, response) =
        Socket::try_open(&server.authority(), &offer).await.unwrap_or_else(|_| panic!("refused"));
    assert_eq!(response.headers()["sec-websocket-protocol"], "antiphon.v0");
    assert_eq!(socket.closed().await, 4504);
}
