//! REST: the same requests, the same answers, the same errors as on a socket.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Guest, TestServer, fresh_id, helper::scene, server::read};

struct Rest<'a> {
    server: &'a TestServer,
    guest: Guest,
}

impl<'a> Rest<'a> {
    async fn of(server: &'a TestServer, name: &str) -> Self {
        Self { server, guest: server.guest(name).await }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.server.as_user(&self.guest.token, method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        read(request.send().await.unwrap()).await
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.ask(Method::POST, path, Some(body)).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}

/// D9: everything that a socket can ask for can be asked over REST.
#[tokio::test]
async fn d9_a_conversation_over_rest() {
    let server = TestServer::start().await;
    let ada = Rest::of(&server, "Ada").await;
    let ben = Rest::of(&server, "Ben").await;
    let room = fresh_id();
    let made = ada.post("/v1/rooms", json!({ "id": room, "name": "Plans", "visibility": "private" })).await;
    assert_eq!(made["info"]["name"], "Plans");
    let path = |rest: &str| format!("/v1/rooms/{room}{rest}");
    assert_eq!(ben.ask(Method::POST, &path("/join"), None).await.0, 404);
    ada.post(&path("/members"), json!({ "users": [ben.guest.id], "role": "member" })).await;
    assert_eq!(ben.get("/v1/rooms").await["rooms"].as_array().unwrap().len(), 1);
    let said = ada.post(&path("/messages"), json!({ "id": fresh_id(), "text": "a plan" })).await;
    let message = said["message"]["id"].as_str().unwrap().to_owned();
    let page = ben.get(&path("/entries?limit=1")).await;
    assert_eq!(page["entries"][0]["message"]["parts"][0]["text"], "a plan");
    assert_eq!(page["more"], true);
    let one = path(&format!("/messages/{message}"));
    let edit = json!({ "text": "a better plan" });
    assert_eq!(ada.ask(Method::PATCH, &one, Some(edit.clone())).await.0, 200);
    assert_eq!(ben.ask(Method::PATCH, &one, Some(edit)).await.0, 403);
    assert_eq!(ben.ask(Method::PUT, &format!("{one}/reactions/%F0%9F%91%8D"), None).await.0, 200);
    let found = ben.get(&one).await;
    assert_eq!(found["message"]["parts"][0]["text"], "a better plan");
    assert_eq!(found["message"]["reactions"][0]["emoji"], "👍");
    assert_eq!(ben.ask(Method::DELETE, &format!("{one}/reactions/%F0%9F%91%8D"), None).await.0, 200);
    assert_eq!(ben.get(&one).await["message"].get("reactions"), None);
    assert_eq!(ben.ask(Method::PUT, &path("/read"), Some(json!({ "ordinal": 1 }))).await.1["read"], 1);
    ben.post(&path("/typing"), json!({})).await;
    assert_eq!(ben.get(&path("/members")).await["members"].as_array().unwrap().len(), 2);
    assert_eq!(ben.get(&format!("/v1/grants?room={room}")).await, json!({ "grants": [], "more": false }));
    let grant = |scope: &str| format!("/v1/grants?bot=demo&tool=run%20it&scope={scope}&room={room}");
    assert_eq!(ben.ask(Method::DELETE, &grant("session"), None).await.0, 200);
    assert_eq!(ben.ask(Method::DELETE, &grant("once"), None).await.1["field"], "scope");
    let role = json!({ "role": "viewer" });
    let member = path(&format!("/members/{}", ben.guest.id));
    assert_eq!(ada.ask(Method::PATCH, &member, Some(role)).await.0, 200);
    assert_eq!(
        ben.ask(Method::POST, &path("/messages"), Some(json!({ "id": fresh_id(), "text": "no" }))).await.0,
        403
    );
    assert_eq!(ada.ask(Method::DELETE, &member, None).await.0, 200);
    assert_eq!(ben.ask(Method::GET, &path("/entries"), None).await.0, 404);
    assert_eq!(ada.ask(Method::PATCH, &path(""), Some(json!({ "topic": "no plans" }))).await.0, 200);
    assert_eq!(ada.ask(Method::DELETE, &one, None).await.0, 200);
    assert!(ada.get("/v1/bots").await["bots"].is_array());
    assert_eq!(ada.ask(Method::PUT, "/v1/presence", Some(json!({ "status": "away" }))).await.0, 200);
}

/// E4: every list comes in pages, and page by page each thing is told once.
#[tokio::test]
async fn e4_lists_come_in_pages() {
    let server = TestServer::with(&[("DEMO_AGENT", "true"), ("LIMITS__PAGE", "2")]).await;
    let ada = Rest::of(&server, "Ada").await;
    for bot in ["a", "b", "c"] {
        let spec = json!({ "id": bot, "connector": { "type": "bot_socket" } });
        ada.post("/v1/bots", json!({ "bot": spec })).await;
    }
    let room = fresh_id();
    ada.post("/v1/rooms", json!({ "id": room, "name": "Plans", "members": ["a", "b", "c"] })).await;
    let message = json!({ "id": fresh_id(), "text": "all of you", "to": ["a", "b", "c"] });
    ada.post(&format!("/v1/rooms/{room}/messages"), message).await;
    let runs = format!("/v1/rooms/{room}/runs");
    for (path, list, id, count) in [
        ("/v1/bots", "bots", "/user/id", 4),
        (&runs, "runs", "/run", 3),
        ("/v1/rooms", "rooms", "/room/id", 1),
    ] {
        let id_of = |thing: &Value| thing.pointer(id).and_then(Value::as_str).map(str::to_owned);
        for limit in ["1", "2", "9"] {
            let (mut seen, mut after) = (Vec::new(), String::new());
            loop {
                let page = ada.get(&format!("{path}?limit={limit}{after}")).await;
                let things = page[list].as_array().unwrap();
                assert!(
                    !things.is_empty() && things.len() <= limit.parse::<usize>().unwrap().min(2),
                    "{page}"
                );
                seen.extend(things.iter().filter_map(id_of));
                if page["more"] == false {
                    break;
                }
                after = format!("&after={}", seen.last().unwrap());
            }
            let mut once = seen.clone();
            once.sort();
            once.dedup();
            assert_eq!((seen.len(), once.len()), (count, count), "{path}: {seen:?}");
        }
    }
    let (status, refusal) = ada.ask(Method::GET, &format!("{runs}?after=none"), None).await;
    assert_eq!((status, &refusal["field"]), (404, &"after".into()));
    let (status, refusal) = ada.ask(Method::GET, "/v1/grants?after=none", None).await;
    assert_eq!((status, &refusal["field"]), (400, &"after".into()));
    assert_eq!(ada.get("/v1/grants?after=a/always/b/c").await["grants"], json!([]));
}

/// B3, FAULTS 99: the key of the header is the id; a repeat gets the first answer, over every door.
#[tokio::test]
async fn b3_an_idempotency_key_is_the_id() {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    let mut socket = server.connect_as(&ada.token).await;
    socket.join("general").await;
    let key = fresh_id();
    let send = || async {
        let request = server.as_user(&ada.token, Method::POST, "/v1/rooms/general/messages");
        read(request.header("idempotency-key", &key).json(&json!({ "text": "once" })).send().await.unwrap())
            .await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.0, second.0), (200, 200));
    assert_eq!(first.1["seq"], second.1["seq"]);
    assert_eq!((first.1.get("duplicate"), &second.1["duplicate"]), (None, &json!(true)));
    let third =
        socket.ask(json!({ "type": "send_message", "room": "general", "id": key, "text": "once" })).await;
    assert_eq!((&third["seq"], &third["duplicate"]), (&first.1["seq"], &json!(true)));
    let heard = socket.drain().await;
    assert_eq!(heard.iter().filter(|event| event["type"] == "message").count(), 1);
}

/// FAULTS 99: a key is for one deed: the same again gets the first answer, another one is refused, whatever is written.
#[tokio::test]
async fn b3_a_key_that_was_used_for_something_else_is_refused() {
    let server = TestServer::start().await;
    let ada = Rest::of(&server, "Ada").await;
    let ben = server.guest("Ben").await.id;
    let room = fresh_id();
    ada.post("/v1/rooms", json!({ "id": room, "name": "Plans" })).await;
    for (method, path, body, other) in [
        (Method::PATCH, "", json!({ "name": "A" }), json!({ "name": "B" })),
        (Method::POST, "/messages", json!({ "text": "A" }), json!({ "text": "B" })),
        (
            Method::POST,
            "/members",
            json!({ "users": [ben], "role": "viewer" }),
            json!({ "users": [ben], "role": "member" }),
        ),
    ] {
        let key = fresh_id();
        let path = format!("/v1/rooms/{room}{path}");
        let mut answers = Vec::new();
        for body in [&body, &body, &other] {
            let request = server.as_user(&ada.guest.token, method.clone(), &path);
            answers
                .push(read(request.header("idempotency-key", &key).json(body).send().await.unwrap()).await);
        }
        let [first, again, other] = answers.try_into().unwrap();
        assert_eq!((first.0, again.0, first.1["seq"].clone()), (200, 200, again.1["seq"].clone()), "{path}");
        assert_eq!((other.0, &other.1["code"]), (409, &json!("conflict")), "{path}: {}", other.1);
    }
}

/// FAULTS 32: what the path says counts; a body that says otherwise is refused.
#[tokio::test]
async fn path_and_body_must_agree() {
    let server = TestServer::start().await;
    let ada = Rest::of(&server, "Ada").await;
    ada.post("/v1/rooms/general/join", json!({})).await;
    let path = "/v1/rooms/general/messages";
    for field in ["room", "conversation_id"] {
        let body = json!({ "id": fresh_id(), "text": "x", field: "other" });
        let (status, error) = ada.ask(Method::POST, path, Some(body)).await;
        assert_eq!((status, &error["field"]), (400, &json!("room")), "{error}");
        ada.post(path, json!({ "id": fresh_id(), "text": "x", field: "general" })).await;
    }
    let (status, _) = ada.ask(Method::GET, "/v1/rooms/general/entries?room=other", None).await;
    assert_eq!(status, 400);
}

/// B14: bad requests are answered with the error of the wire and its status.
#[tokio::test]
async fn b14_errors_are_the_same_as_on_a_socket() {
    let server = TestServer::with(&[("LIMITS__FRAME_BYTES", "100000")]).await;
    let ada = Rest::of(&server, "Ada").await;
    ada.post("/v1/rooms/general/join", json!({})).await;
    let path = "/v1/rooms/general/messages";
    let cases: Vec<(String, u16, &str)> = vec![
        ("{".into(), 400, "bad_json"),
        ("[]".into(), 400, "bad_request"),
        ("\u{feff}{}".into(), 400, "bad_json"),
        (r#"{"text":"x"}"#.into(), 400, "bad_request"),
        (r#"{"id":"a","id":"b","text":"x"}"#.into(), 400, "bad_request"),
        (r#"{"id":"a","text":"\ud800"}"#.into(), 400, "bad_json"),
        (json!({ "id": "a", "text": "x".repeat(70_000) }).to_string(), 413, "too_large"),
        (json!({ "id": "a", "text": "x".repeat(100_001) }).to_string(), 413, "too_large"),
    ];
    for (body, status, code) in cases {
        let shown: String = body.chars().take(60).collect();
        let request = server.as_user(&ada.guest.token, Method::POST, path).body(body);
        let answer = read(request.send().await.unwrap()).await;
        assert_eq!((answer.0, &answer.1["code"]), (status, &json!(code)), "{shown}: {answer:?}");
    }
    let bad_text = server.as_user(&ada.guest.token, Method::POST, path).body(b"{\"text\":\"\xff\"}".to_vec());
    assert_eq!(bad_text.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let unknown = ada.ask(Method::GET, "/v1/nothing", None).await;
    assert_eq!((unknown.0, &unknown.1["code"]), (404, &json!("not_found")));
    assert_eq!(ada.ask(Method::DELETE, "/v1/rooms", None).await.0, 405);
    let nobody = server.request(Method::GET, "/v1/rooms").send().await.unwrap();
    assert_eq!(nobody.headers()["www-authenticate"], "Bearer");
    assert_eq!(read(nobody).await.1["code"], "unauthenticated");
    server.assert_unharmed().await;
}

/// B16: too many requests are refused with the time after which to come again, and both doors count.
#[tokio::test]
async fn b16_too_many_requests_are_refused() {
    let server = TestServer::with(&[("LIMITS__REQUESTS_PER_SECOND", "1")]).await;
    let ada = Rest::of(&server, "Ada").await;
    let mut socket = server.connect_as(&ada.guest.token).await;
    let mut refused = None;
    for _ in 0..10 {
        socket.ask(json!({ "type": "list_bots" })).await;
        let answer = server.as_user(&ada.guest.token, Method::GET, "/v1/bots").send().await.unwrap();
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("refused before the twentieth");
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(read(refused).await.1["code"], "rate_limited");
}

/// An error is a problem of RFC 9457 and the error of the wire at once, wherever it comes from: a request that is refused, a path
/// that is not there, a method, an address, a body.
#[tokio::test]
async fn b14_every_error_is_a_problem_with_the_fields_of_the_wire() {
    let server = TestServer::with(&[("LIMITS__FRAME_BYTES", "1000")]).await;
    let ada = server.guest("Ada").await;
    let text = "x".repeat(2_000);
    for (method, path, body, status, code) in [
        (Method::GET, "/v1/rooms/%00/entries", "", 400, "bad_request"),
        (Method::GET, "/v1/rooms/%ff/entries", "", 400, "bad_request"),
        (Method::GET, "/v1/rooms/%ff/events", "", 400, "bad_request"),
        (Method::GET, "/v1/rooms/general/events?limit=many", "", 400, "bad_request"),
        (Method::GET, "/v1/rooms/general/events?cursor=1", "", 400, "bad_request"),
        (Method::GET, "/v1/events?wait_ms=600001", "", 400, "bad_request"),
        (Method::GET, "/v1/events?cursor=%20", "", 400, "bad_request"),
        (Method::GET, "/v1/rooms/%ff/runs/a/stream", "", 400, "bad_request"),
        (Method::GET, "/v1/rooms/general/runs/%20/stream?offset=-1", "", 400, "bad_request"),
        (Method::GET, "/v1/rooms/general/runs/a/stream?live=sse", "", 400, "bad_request"),
        (Method::PUT, "/v1/rooms/general/runs/a/stream", "", 405, "bad_request"),
        (Method::GET, "/v1/rooms/general/messages/a/tool_outputs/%20", "", 400, "bad_request"),
        (Method::GET, "/v1/ai-sdk/chat/a/messages?bot=%ff", "", 400, "bad_request"),
        (Method::POST, "/v1/bots/%ff/ag-ui", "{}", 400, "bad_request"),
        (Method::GET, "/v1/bots?limit=1&limit=2", "", 400, "bad_request"),
        (Method::GET, "/v1/nothing", "", 404, "not_found"),
        (Method::GET, "/v1/ws", "", 426, "bad_request"),
        (Method::DELETE, "/v1/rooms", "", 405, "bad_request"),
        (Method::POST, "/v1/rooms", "{", 400, "bad_json"),
        (Method::POST, "/v1/rooms", &text, 413, "too_large"),
    ] {
        let request = server.as_user(&ada.token, method.clone(), path).body(body.to_owned());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{method} {path}");
        assert_eq!(answer.headers().contains_key("allow"), status == 405, "{method} {path}");
        let (sent, problem) = read(answer).await;
        assert_eq!((sent, &problem["status"]), (status, &json!(status)), "{method} {path}: {problem}");
        assert_eq!(problem["code"], code, "{method} {path}: {problem}");
        assert_eq!(problem["type"], format!("https://antiphon.dev/errors/{code}"));
        assert_eq!(problem["detail"], problem["message"]);
        assert!(problem["title"].is_string() && problem["retryable"].is_boolean(), "{problem}");
    }
    // Programs of another protocol are told in its words.
    let model = server.as_user(&ada.token, Method::GET, "/v1/bots/%ff/openai/models").send().await.unwrap();
    assert_eq!(
        (model.status().as_u16(), &model.headers()["content-type"]),
        (400, &"application/json".parse().unwrap())
    );
    assert!(read(model).await.1["error"]["message"].is_string());
}

/// Rooms and runs are read one by one, too, by their members and nobody else; a run also when it is over.
#[tokio::test]
async fn a_room_and_a_run_are_read_by_their_ids() {
    let server = TestServer::with(&[("DEMO_AGENT", "true")]).await;
    let (ada, ben) = (Rest::of(&server, "Ada").await, Rest::of(&server, "Ben").await);
    let room = fresh_id();
    let path = format!("/v1/rooms/{room}");
    let members = json!(["demo"]);
    ada.post("/v1/rooms", json!({ "id": room, "kind": "session", "members": members, "name": "Notes" }))
        .await;
    let found = ada.get(&path).await;
    assert_eq!((&found["info"]["name"], &found["role"]), (&json!("Notes"), &json!("owner")));
    let asked = json!({ "id": fresh_id(), "room": room, "text": "hello" });
    let wanted = server.as_user(&ada.guest.token, Method::POST, "/v1/bots/demo/chat").json(&asked);
    let answer: Value =
        wanted.header("accept", "application/json").send().await.unwrap().json().await.unwrap();
    let run = answer["run"]["run"].as_str().unwrap();
    assert_eq!(ada.get(&format!("{path}/runs/{run}")).await["run"], answer["run"]);
    assert_eq!(ada.get(&format!("{path}/runs")).await["runs"], json!([]));
    for hidden in [path.clone(), format!("{path}/runs/{run}")] {
        assert_eq!(ben.ask(Method::GET, &hidden, None).await.0, 404);
    }
    assert_eq!(ada.ask(Method::GET, &format!("{path}/runs/none"), None).await.0, 404);
}

/// What a front end fetches each time is sent once: who has it is told that it is the same.
#[tokio::test]
async fn documents_are_sent_once() {
    let server = TestServer::start().await;
    let get = |path: &'static str, known: Option<String>| {
        let request = server.request(Method::GET, path);
        let request =
            known.into_iter().fold(request, |request, known| request.header("if-none-match", known));
        async move { request.send().await.unwrap() }
    };
    for path in ["/v1/config", "/v1/schema.json", "/v1/openapi.json"] {
        let first = get(path, None).await;
        let tag = first.headers()["etag"].to_str().unwrap().to_owned();
        assert!(first.json::<Value>().await.unwrap().is_object());
        // Proxies that compress weaken a tag, and a list may hold several.
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let again = get(path, Some(known.clone())).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path} {known}");
            assert_eq!(again.headers()["etag"], tag.as_str());
            assert_eq!(again.bytes().await.unwrap().len(), 0);
        }
        assert_eq!(get(path, Some("\"other\"".to_owned())).await.status(), 200);
    }
}

/// E4, F6: one thing, a question to people among them, is read with a tag: whoever has it as it is, is told so; once it is another, its
/// tag is another.
#[tokio::test]
async fn e4_what_is_read_singly_is_sent_once() {
    let (server, ada, mut helper) = scene().await;
    let room = fresh_id();
    let rest = Rest { server: &server, guest: ada };
    rest.post("/v1/rooms", json!({ "id": room, "name": "Plans", "members": ["helper"] })).await;
    let path = |rest: &str| format!("/v1/rooms/{room}{rest}");
    let said = json!({ "id": fresh_id(), "text": "go", "to": ["helper"] });
    let said = rest.post(&path("/messages"), said).await;
    let run = helper.begin().await;
    let question = json!({
        "type": "request_approval", "approval": "a1", "within_ms": 60_000,
        "ask": { "kind": "permission", "prompt": "May I?", "eligible": { "role": "owner" }, "default": "deny" },
    });
    helper.tell(question).await;
    let message = said["message"]["id"].as_str().unwrap();
    let get = async |path: &str, known: Option<&str>| {
        let request = server.as_user(&rest.guest.token, Method::GET, path);
        let answer = known.into_iter().fold(request, |request, known| request.header("if-none-match", known));
        let answer = answer.send().await.unwrap();
        let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
        let status = answer.status().as_u16();
        (status, tag, answer.bytes().await.unwrap())
    };
    let approval = path("/approvals/a1");
    for path in [
        path(""),
        path(&format!("/messages/{message}")),
        path(&format!("/runs/{}", run["run"]["run"].as_str().unwrap())),
        "/v1/bots/helper".to_owned(),
        approval.clone(),
    ] {
        let (status, tag, body) = get(&path, None).await;
        assert!(status == 200 && serde_json::from_slice::<Value>(&body).unwrap().is_object(), "{path}");
        assert_eq!(get(&path, Some(&tag)).await, (304, tag, bytes::Bytes::new()), "{path}");
    }
    let (_, open, _) = get(&approval, None).await;
    rest.post(&approval, json!({ "action": "approve" })).await;
    let (status, decided, body) = get(&approval, Some(&open)).await;
    let found: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &found["approval"]["decision"]["action"]), (200, &json!("approve")));
    assert_ne!(open, decided);
    assert_eq!(rest.ask(Method::GET, &path("/approvals/none"), None).await.1["code"], "not_found");
}

/// E4: each operation has a name of its own, by which generated clients call it, and says what it does; each is there, and what the
/// settings of this server allow stands in it.
#[tokio::test]
async fn e4_what_is_described_is_there() {
    let server = TestServer::with(&[("LIMITS__NAME_CHARS", "77")]).await;
    let document: Value =
        server.request(Method::GET, "/v1/openapi.json").send().await.unwrap().json().await.unwrap();
    let mut names = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            names.push(operation["operationId"].as_str().unwrap().to_owned());
            assert!(operation["summary"].as_str().is_some_and(|words| !words.is_empty()), "{method} {path}");
            let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap();
            let status = server.request(method.clone(), path).send().await.unwrap().status();
            assert!(!matches!(status.as_u16(), 404 | 405), "{method} {path}: {status}");
        }
    }
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
    let create =
        &document["paths"]["/v1/rooms"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(create["properties"]["name"]["maxLength"], 77);
}
