//! The page, and what stands on every answer.

use reqwest::Method;

use crate::support::TestServer;

/// FAULTS 135: what a browser may do with an answer is said on each of them.
#[tokio::test]
async fn b16_every_answer_has_the_security_headers() {
    let server = TestServer::start().await;
    for path in
        ["/", "/rooms/general", "/missing.js", "/v1/config", "/v1/rooms", "/v1/nothing", "/healthz", "/v1/ws"]
    {
        let answer = server.request(Method::GET, path).send().await.unwrap();
        let headers = answer.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        for rule in [
            "default-src 'self'",
            "img-src 'self' data: blob:",
            "frame-ancestors 'none'",
            "object-src 'none'",
        ] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        assert!(headers.contains_key("cache-control"), "{path}");
    }
}

/// Paths of the page's own router get the page (or the advice to build it); files that are missing are missing.
#[tokio::test]
async fn unknown_paths_are_the_pages_unless_they_name_a_file() {
    let server = TestServer::start().await;
    let text = |path: &'static str| async {
        let answer = server.request(Method::GET, path).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let root = text("/").await;
    assert_eq!(text("/rooms/general").await, root);
    assert!(root.1.contains("<div id=\"root\">") || root.1.contains("make page"), "{root:?}");
    assert_eq!(text("/assets/missing.js").await.0, 404);
    assert_eq!(text("/../Cargo.toml").await.0, 404);
    assert_eq!(text("/%2e%2e/%2e%2e/Cargo.toml").await.0, 404);
    let posted = server.request(Method::POST, "/").send().await.unwrap();
    assert_eq!((posted.status().as_u16(), posted.headers()["allow"].to_str().unwrap()), (405, "GET, HEAD"));
}

/// FAULTS 16: paths are matched whole.
#[tokio::test]
async fn paths_are_matched_whole() {
    let server = TestServer::start().await;
    for path in ["/v1/ws/..%2fadmin", "//v1/ws", "/v1/wsx", "/v1/rooms/a%2Fb/entries"] {
        let answer = server.request(Method::GET, path).send().await.unwrap();
        assert_ne!(answer.status().as_u16(), 101, "{path}");
        assert!(!answer.status().is_server_error(), "{path}");
    }
}

/// E4: the schema that is served is the one of the types.
#[tokio::test]
async fn e4_the_schema_is_served() {
    let server = TestServer::start().await;
    let answer = server.request(Method::GET, "/v1/schema.json").send().await.unwrap();
    let schema: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(schema, antiphon_protocol::schema::document());
}

/// What is described exists, and what it refers to is there.
#[tokio::test]
async fn the_description_of_rest_is_true() {
    let server = TestServer::start().await;
    let answer = server.request(Method::GET, "/v1/openapi.json").send().await.unwrap();
    let document: serde_json::Value = answer.json().await.unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 20);
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let address = path.replace(['{', '}'], "");
            let status = server.request(method.clone(), &address).send().await.unwrap().status().as_u16();
            let expected = if operation["security"].is_array() { [200, 400] } else { [401, 401] };
            assert!(expected.contains(&status), "{method} {path}: {status}");
            assert!(
                operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()),
                "{method} {path}"
            );
        }
    }
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

/// Meters have no ids in them, and are for this machine only.
#[tokio::test]
async fn meters_count_without_ids() {
    let server = TestServer::start().await;
    let mut ada = server.join("Ada").await;
    ada.say("general", "count me").await;
    ada.event_of_type("message").await;
    let meters = server.request(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    assert!(meters.contains("antiphon_requests_total{door=\"ws\",request=\"send_message\"} 1"), "{meters}");
    assert!(meters.contains("antiphon_open{door=\"ws\"} 1"), "{meters}");
    assert!(!meters.contains(ada.me["id"].as_str().unwrap()) && !meters.contains("general"), "{meters}");
    let proxied =
        server.request(Method::GET, "/metrics").header("x-forwarded-for", "192.0.2.1").send().await.unwrap();
    assert_eq!(proxied.status(), 404);
}
