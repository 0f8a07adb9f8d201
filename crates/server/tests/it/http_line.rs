//! The HTTP line: the conversation of a socket, for clients behind proxies that block WebSockets. What holds on both is
//! tested on both, where sockets are.

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::support::{HttpLine, PATIENCE, TestServer, fresh_id, server::read};

/// F11, FAULTS 98: one on a socket and one on an HTTP line hear each other, in order, and see each other type.
#[tokio::test]
async fn f11_a_conversation_over_plain_http() {
    let server = TestServer::start().await;
    let guest = server.guest("Ada").await;
    let mut ada = server.connect_by_http(&guest.token).await;
    assert_eq!((&ada.me["id"], &ada.me["name"]), (&json!(guest.id), &json!("Ada")));
    let mut ben = server.join("Ben").await;
    ben.say("general", "before").await;
    let joined = ada.join("general").await;
    assert!(joined["entries"].to_string().contains("before"));
    for n in 0..20 {
        ben.say("general", &n.to_string()).await;
    }
    ben.ask(json!({ "type": "typing", "room": "general" })).await;
    for n in 0..20 {
        let heard = ada.event_of_type("message").await;
        assert_eq!(heard["message"]["parts"][0]["text"], n.to_string());
        assert_eq!(heard["seq"], joined["head"].as_u64().unwrap() + 1 + n);
    }
    assert_eq!(ada.event_of_type("typing").await["user"], ben.me["id"]);
    let text = "data: {}\n\nid: 1\r\n\u{2028}data: x";
    let sent = ada.say("general", text).await;
    let heard = ben.event(|event| event["type"] == "message" && event["by"] == guest.id.as_str()).await;
    assert_eq!((&heard["seq"], &heard["message"]["parts"][0]["text"]), (&sent["seq"], &json!(text)));
    assert_eq!(ada.event(|event| event["seq"] == sent["seq"]).await, heard);
}

/// F11: a client that changes over from a socket goes on where it was, and the other way round.
#[tokio::test]
async fn f11_a_cursor_fits_both() {
    let server = TestServer::start().await;
    let guest = server.guest("Ada").await;
    let mut ben = server.join("Ben").await;
    for by_http in [false, true] {
        let mut before = server.connect_over(&guest.token, by_http).await;
        let joined = before.join("general").await;
        drop(before);
        let missed = ben.say("general", "while away").await;
        let mut after = server.connect_over(&guest.token, !by_http).await;
        let cursor = json!({ "epoch": joined["epoch"], "seq": joined["head"] });
        let request = json!({ "type": "join_room", "room": "general", "cursor": cursor });
        let resumed = after.ask(request).await;
        assert_eq!((&resumed["mode"], &resumed["head"]), (&json!("resumed"), &missed["seq"]), "{resumed}");
        assert_eq!(resumed["entries"][0]["message"]["id"], missed["message"]["id"]);
    }
}

/// F11: one user's socket and HTTP line are told the same, word for word.
#[tokio::test]
async fn f11_the_frames_are_those_of_a_socket() {
    let server = TestServer::start().await;
    let guest = server.guest("Ada").await;
    let [mut socket, mut line] = server.connect_both_ways(&guest.token).await;
    for ada in [&mut socket, &mut line] {
        ada.join("general").await;
    }
    for ada in [&mut socket, &mut line] {
        ada.drain().await;
    }
    let mut ben = server.join("Ben").await;
    let said = ben.say("general", "one").await;
    let about = |kind: &str, more: Value| {
        let mut request = json!({ "type": kind, "room": "general", "message_id": said["message"]["id"] });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    ben.ask(about("edit_message", json!({ "text": "two" }))).await;
    ben.ask(about("react", json!({ "sender": ben.me["id"], "emoji": "👍" }))).await;
    ben.ask(about("delete_message", json!({}))).await;
    ben.ask(json!({ "type": "create_room", "id": fresh_id(), "name": "New", "members": [guest.id] })).await;
    let mut heard = Vec::new();
    for ada in [&mut socket, &mut line] {
        ada.event_of_type("room_joined").await;
        let request = json!({ "type": "get_message", "room": "general", "message_id": "none", "ref": 500 });
        ada.send(request).await;
        let refused = ada.event(|event| event["ref"] == 500).await;
        let mut all = ada.drain().await;
        all.push(refused);
        heard.push(all);
    }
    let kinds: Vec<&str> = heard[0].iter().map(|event| event["type"].as_str().unwrap()).collect();
    for kind in ["presence", "message", "message_edited", "message_deleted", "error"] {
        assert!(kinds.contains(&kind), "{kind} is not among {kinds:?}");
    }
    assert_eq!(heard[0], heard[1]);
}

/// FAULTS 98: proxies are asked to gather nothing, and those that gather a beginning all the same get one at once.
#[tokio::test]
async fn a_line_gets_through_proxies_that_gather() {
    let server = TestServer::start().await;
    let guest = server.guest("Ada").await;
    let mut line = HttpLine::open(&server.authority(), &guest.token, None).await;
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store, no-transform"),
        ("x-accel-buffering", "no"),
    ] {
        assert_eq!(line.headers[name], value);
    }
    line.hear().await.expect("an event");
    assert!(line.preamble.starts_with(':') && line.preamble.len() >= 2_048, "{}", line.preamble.len());
}

/// FAULTS 44: no line opens without a good token, a ticket opens one once, and nothing is posted without one.
#[tokio::test]
async fn e2_a_line_needs_a_token() {
    let server = TestServer::start().await;
    let guest = server.guest("Ada").await;
    let mut ada = server.connect_by_http(&guest.token).await;
    let path = ada.line().path.clone();
    let ticket = format!("/v1/sse?ticket={}", server.ticket(&guest.token).await);
    let opened = server.request(Method::GET, &ticket).send().await.unwrap();
    assert_eq!(opened.status(), 200);
    for (method, path) in [(Method::GET, "/v1/sse"), (Method::GET, &ticket), (Method::POST, &path)] {
        let refused = server.request(method.clone(), path).body(r#"{"type":"pong"}"#).send().await.unwrap();
        assert_eq!(refused.status(), 401, "{method} {path}");
        let forged = server.as_user("a.b.c", method.clone(), path).send().await.unwrap();
        assert_eq!(forged.status(), 401, "{method} {path}");
    }
}

/// FAULTS 44: who knows the id of a line can do nothing with it, and does not learn that there is such a line.
#[tokio::test]
async fn a_line_is_its_users() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.guest("Ada").await, server.guest("Eve").await);
    let mut line = server.connect_by_http(&ada.token).await;
    let path = line.line().path.clone();
    let mut ended = server.connect_by_http(&eve.token).await;
    let ended_path = ended.line().path.clone();
    ended.send_text("nonsense\n".repeat(50)).await;
    ended.closed().await;
    let mut refusals = Vec::new();
    for path in
        [path.as_str(), &ended_path, &format!("/v1/sse/{}", fresh_id()), "/v1/sse/..%2f", "/v1/sse/%ff"]
    {
        let say = json!({ "type": "send_message", "room": "general", "id": fresh_id(), "text": "not me" });
        let answer = server.as_user(&eve.token, Method::POST, path).body(say.to_string()).send().await;
        refusals.push(read(answer.unwrap()).await);
    }
    let (status, error) = &refusals[0];
    assert_eq!(
        (*status, &error["code"], &error["field"]),
        (404, &json!("not_found"), &json!("connection_id"))
    );
    assert!(refusals.iter().all(|refusal| refusal == &refusals[0]), "{refusals:?}");
    line.join("general").await;
    let history = line.ask(json!({ "type": "history", "room": "general" })).await;
    assert!(!history.to_string().contains("not me"));
    // Another token of the same user will do: each is renewed now and then.
    let fresh = server.as_user(&ada.token, Method::POST, "/v1/guests/refresh").send().await.unwrap();
    let fresh = read(fresh).await.1["token"].as_str().unwrap().to_owned();
    let answer = server.as_user(&fresh, Method::POST, &path).body(r#"{"type":"list_rooms","ref":7}"#);
    assert_eq!(answer.send().await.unwrap().status(), 204);
    assert_eq!(line.event(|event| event["ref"] == 7).await["type"], "ok");
}

/// FAULTS 20: a post of the largest size is taken, one byte more is not; nor is what is no text. The line goes on.
#[tokio::test]
async fn a_post_has_a_largest_size() {
    let server = TestServer::start().await;
    let mut ada = server.join_by_http("Ada").await;
    let most = 128 * 1024;
    let frame = json!({ "type": "list_bots", "ref": 900 }).to_string();
    let frame = format!("{frame}{}", " ".repeat(most - frame.len()));
    ada.send_text(frame.clone()).await;
    assert_eq!(ada.event(|event| event["ref"] == 900).await["type"], "ok");
    let (status, error) = read(ada.line().post(format!("{frame} ")).await).await;
    assert_eq!((status, &error["code"], &error["limit"]), (413, &json!("too_large"), &json!(most)));
    let (status, error) = read(ada.line().post(vec![b'"', 0xff, b'"']).await).await;
    assert_eq!((status, &error["code"]), (400, &json!("bad_json")));
    for nothing in ["", "\n \r\n"] {
        ada.send_text(nothing).await;
    }
    let heard = ada.drain().await;
    assert!(!heard.iter().any(|event| event["type"] == "error"), "{heard:?}");
}

/// FAULTS 87: posts that wait together are taken in the order in which they were accepted.
#[tokio::test]
async fn posts_under_way_together_keep_their_order() {
    let server = TestServer::with(&[("LIMITS__REQUESTS_PER_SECOND", "100000")]).await;
    let mut ada = server.join_by_http("Ada").await;
    let mut ben = server.join("Ben").await;
    for round in 0..10 {
        // Each has several messages, which stay together; and each client's own order is that of the answers.
        let posts = (0..4).map(|post| {
            let say = |n| json!({ "type": "send_message", "room": "general", "id": fresh_id(), "text": format!("{round}.{post}.{n}") });
            (0..5).map(|n| say(n).to_string()).collect::<Vec<_>>().join("\n")
        });
        let line = &*ada.line();
        let answers = futures_util::future::join_all(posts.map(|post| line.post(post))).await;
        assert!(answers.iter().all(|answer| answer.status() == 204));
        let mut heard: Vec<String> = Vec::new();
        while heard.len() < 20 {
            let message = ben.event_of_type("message").await;
            heard.push(message["message"]["parts"][0]["text"].as_str().unwrap().to_owned());
        }
        for post in heard.chunks(5) {
            let first = post[0].strip_suffix(".0").unwrap_or_else(|| panic!("torn apart: {heard:?}"));
            let whole: Vec<String> = (0..5).map(|n| format!("{first}.{n}")).collect();
            assert_eq!(post, whole);
        }
    }
}

/// D12: a client that says more than is carried out is let wait, then refused; nothing that was refused is carried out.
#[tokio::test]
async fn d12_posts_wait_and_are_few() {
    let server =
        TestServer::with(&[("LIMITS__REQUESTS_PER_SECOND", "2"), ("TIMERS__REQUEST_MS", "1000")]).await;
    let mut ada = server.join_by_http("Ada").await;
    let post = |n| {
        let ask = |n| json!({ "type": "list_bots", "ref": n }).to_string();
        (0..20).map(|m| ask(1_000 * (n + 1) + m)).collect::<Vec<_>>().join("\n")
    };
    let line = &*ada.line();
    let answers = futures_util::future::join_all((0..8).map(|n| line.post(post(n)))).await;
    let refused: Vec<usize> = (0..8).filter(|n| answers[*n].status() == 429).collect();
    let taken: Vec<usize> = (0..8).filter(|n| answers[*n].status() == 204).collect();
    assert!(refused.len() >= 4 && !taken.is_empty(), "{answers:?}");
    assert_eq!(refused.len() + taken.len(), 8, "{answers:?}");
    for answer in answers.into_iter().filter(|answer| answer.status() == 429) {
        assert_retry(answer).await;
    }
    // All that was taken is answered, though mostly with a refusal of its own, and on the line.
    for n in &taken {
        ada.event(|event| event["ref"] == json!(1_000 * (n + 1) + 19)).await;
    }
    for n in &refused {
        assert!(!ada.has_heard(|event| event["ref"] == json!(1_000 * (n + 1))));
    }
}

async fn assert_retry(answer: Response) {
    assert_eq!(answer.headers()["retry-after"], "1");
    let (_, error) = read(answer).await;
    assert_eq!((&error["code"], &error["retry_after_ms"]), (&json!("rate_limited"), &json!(1_000)));
}

/// FAULTS 72: a user's allowance is one, over sockets and lines.
#[tokio::test]
async fn the_allowance_is_shared_with_sockets() {
    let server = TestServer::with(&[("LIMITS__REQUESTS_PER_SECOND", "1")]).await;
    let [mut socket, mut line] = server.connect_both_ways(&server.guest("Ada").await.token).await;
    let mut refused = Value::Null;
    for _ in 0..100 {
        refused = socket.ask(json!({ "type": "list_bots" })).await;
        if refused["code"] == "rate_limited" {
            break;
        }
    }
    assert_eq!(refused["code"], "rate_limited", "{refused}");
    assert_eq!(line.ask(json!({ "type": "list_bots" })).await["code"], "rate_limited");
}

/// D12: one user has so many connections, however they came; nothing is left of a line that was dropped.
#[tokio::test]
async fn d12_nothing_is_left_of_a_dropped_line() {
    let server = TestServer::with(&[("LIMITS__CONNECTIONS_PER_USER", "2")]).await;
    let guest = server.guest("Ada").await;
    let mut ben = server.join("Ben").await;
    let http = server.meter("antiphon_open{door=\"http\"}").await;
    let mut socket = server.connect_as(&guest.token).await;
    let mut line = server.connect_by_http(&guest.token).await;
    line.join("general").await;
    assert_eq!(server.meter("antiphon_open{door=\"http_line\"}").await, 1);
    let (status, error) =
        read(server.as_user(&guest.token, Method::GET, "/v1/sse").send().await.unwrap()).await;
    assert_eq!((status, &error["code"]), (400, &json!("too_many")));
    let path = line.line().path.clone();
    drop(line);
    let settled = async {
        while server.meter("antiphon_open{door=\"http_line\"}").await > 0
            || server.meter("antiphon_open{door=\"http\"}").await > http
        {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, settled).await.expect("the connection and its task end");
    let answer = server.as_user(&guest.token, Method::POST, &path).body(r#"{"type":"pong"}"#).send().await;
    assert_eq!(answer.unwrap().status(), 404);
    server.connect_by_http(&guest.token).await;
    ben.say("general", "who is here?").await;
    socket.drain().await;
}

/// B2: of who neither reads nor says anything nothing is left, though there is no end to what they could be told.
#[tokio::test]
async fn b2_who_neither_reads_nor_speaks_is_let_go() {
    let settings = [("LIMITS__REQUESTS_PER_SECOND", "100000"), ("TIMERS__PING_INTERVAL_MS", "250")];
    let server = TestServer::with(&settings).await;
    let http = server.meter("antiphon_open{door=\"http\"}").await;
    let guest = server.guest("Ada").await;
    let mut stuck = HttpLine::open(&server.authority(), &guest.token, Some(4_096)).await;
    stuck.hear().await.expect("an event");
    let text = "x".repeat(60_000);
    let mut ben = server.join("Ben").await;
    stuck.post(json!({ "type": "join_room", "room": "general" }).to_string()).await;
    let settled = async {
        loop {
            ben.say("general", &text).await;
            ben.forget();
            let lines = server.meter("antiphon_open{door=\"http_line\"}").await;
            if lines == 0 && server.meter("antiphon_open{door=\"http\"}").await <= http {
                return;
            }
        }
    };
    timeout(PATIENCE, settled).await.expect("the connection and its task end");
}
