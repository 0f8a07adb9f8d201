//! The doors for pages of the AI SDK, frame by frame. The SDK itself comes in `interop`.

use std::collections::VecDeque;

use aws_lc_rs::digest::{SHA256, digest};
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, http::StatusCode},
};

use crate::support::{
    Guest, PATIENCE, TestServer, fresh_id,
    helper::{Helper, scene},
    server::read,
};

/// A page's socket.
struct Page {
    stream: WebSocketStream<TcpStream>,
    heard: VecDeque<Value>,
}

impl Page {
    async fn open(server: &TestServer, guest: &Guest, query: &str) -> Self {
        let ticket = server.ticket(&guest.token).await;
        Self::try_open(server, &format!("{query}&ticket={ticket}"), &[]).await.expect("an upgrade")
    }

    async fn try_open(
        server: &TestServer,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, StatusCode> {
        let authority = server.authority();
        let tcp = TcpStream::connect(&authority).await.unwrap();
        let mut request = format!("ws://{authority}/v1/ai-sdk/ws?{query}").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match client_async(request, tcp).await {
            Ok((stream, _)) => Ok(Self { stream, heard: VecDeque::new() }),
            Err(Error::Http(response)) => Err(response.status()),
            Err(fault) => panic!("the handshake failed: {fault}"),
        }
    }

    async fn send(&mut self, frame: Value) {
        self.stream.send(Message::text(frame.to_string())).await.unwrap();
    }

    async fn ask(&mut self, request: &str, chat: &str, text: &str) -> String {
        let message = user(text);
        let id = message["id"].as_str().unwrap().to_owned();
        self.send(send(request, chat, &json!([message]))).await;
        id
    }

    /// The next frame of a request; of others nothing is lost.
    async fn next(&mut self, request: &str) -> Value {
        loop {
            if let Some(at) = self.heard.iter().position(|frame| frame["requestId"] == request) {
                return self.heard.remove(at).unwrap();
            }
            match timeout(PATIENCE, self.stream.next()).await.expect("something in time") {
                Some(Ok(Message::Text(text))) => self.heard.push_back(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => panic!("closed with {frame:?}"),
                Some(Ok(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The chunks of a request up to one that is meant; their numbers have no hole.
    async fn chunks(&mut self, request: &str, from: u64, is_last: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut chunks = Vec::new();
        loop {
            let frame = self.next(request).await;
            assert_eq!(frame["type"], "chunk", "{frame}");
            assert_eq!(frame["sequence"], from + chunks.len() as u64);
            chunks.push(frame["chunk"].clone());
            if is_last(&frame["chunk"]) {
                return chunks;
            }
        }
    }

    async fn closed(&mut self) -> u16 {
        loop {
            match timeout(PATIENCE, self.stream.next()).await.expect("an end in time") {
                Some(Ok(Message::Close(Some(frame)))) => {
                    // Reading on answers the close, and sees the end.
                    while let Some(Ok(_)) = self.stream.next().await {}
                    return frame.code.into();
                }
                Some(Ok(_)) => {}
                other => panic!("ended with {other:?}"),
            }
        }
    }
}

fn user(text: &str) -> Value {
    json!({ "id": fresh_id(), "role": "user", "parts": [{ "type": "text", "text": text }] })
}

fn send(request: &str, chat: &str, messages: &Value) -> Value {
    json!({
        "type": "send", "requestId": request, "id": chat, "trigger": "submit-message",
        "messages": messages, "headers": {}, "body": {},
    })
}

fn of_type(kind: &str) -> impl Fn(&Value) -> bool + '_ {
    move |chunk| chunk["type"] == kind
}

/// The text that a page makes of these chunks.
fn text_of(chunks: &[Value]) -> String {
    chunks.iter().filter_map(|chunk| chunk["delta"].as_str()).collect()
}

/// The AI SDK's own frames and nothing else: an answer from its start to its end, numbered from 0.
#[tokio::test]
async fn a_page_is_answered_in_the_words_of_the_sdk() {
    let (server, ada, mut helper) = scene().await;
    let mut page = Page::open(&server, &ada, "bot=helper").await;
    page.ask("r1", "chat", "hello").await;
    helper.begin().await;
    assert_eq!(page.next("r1").await, json!({ "type": "start", "requestId": "r1" }));
    helper.say(0, "Hello, ").await;
    let begun = page.chunks("r1", 0, of_type("text-delta")).await;
    let start = begun.iter().find(|chunk| chunk["type"] == "start").unwrap();
    assert_eq!(start["messageMetadata"]["antiphon"]["sender"], "helper");
    helper.say(7, "Ada").await;
    helper.finish().await;
    let rest = page.chunks("r1", begun.len() as u64, of_type("finish")).await;
    assert_eq!(text_of(&begun) + &text_of(&rest), "Hello, Ada");
    assert_eq!(page.next("r1").await, json!({ "type": "end", "requestId": "r1" }));
}

/// A page that was cut gets the answer from its beginning under the same message, on any socket; and one that comes when it
/// has just ended still gets the end. Who has asked nothing has nothing to resume.
#[tokio::test]
async fn an_answer_is_resumed_from_its_beginning() {
    let (server, ada, mut helper) = scene().await;
    let mut page = Page::open(&server, &ada, "bot=helper").await;
    page.ask("r1", "chat", "hello").await;
    helper.begin().await;
    helper.say(0, "Hello").await;
    page.next("r1").await;
    let begun = page.chunks("r1", 0, of_type("text-delta")).await;
    let message =
        |chunks: &[Value]| chunks.iter().find(|chunk| chunk["type"] == "start").unwrap()["messageId"].clone();
    drop(page);
    let resume = |request: &str, chat: &str| json!({ "type": "resume", "requestId": request, "id": chat, "headers": {}, "body": {} });
    let mut page = Page::open(&server, &ada, "bot=helper").await;
    page.send(resume("r2", "chat")).await;
    page.send(resume("r3", "another chat")).await;
    assert_eq!(page.next("r3").await["type"], "no-active");
    assert_eq!(page.next("r2").await["type"], "start");
    let again = page.chunks("r2", 0, of_type("text-delta")).await;
    assert_eq!((message(&again), text_of(&again)), (message(&begun), "Hello".to_owned()));
    helper.say(5, " again").await;
    helper.finish().await;
    let rest = page.chunks("r2", again.len() as u64, of_type("finish")).await;
    assert_eq!(text_of(&rest), " again");
    page.send(resume("r4", "chat")).await;
    assert_eq!(page.next("r4").await["type"], "start");
    let late = page.chunks("r4", 0, of_type("finish")).await;
    assert_eq!((message(&late), text_of(&late)), (message(&begun), "Hello again".to_owned()));
    // Nobody else has such a chat.
    let ben = server.guest("Ben").await;
    let mut other = Page::open(&server, &ben, "bot=helper").await;
    other.send(resume("r1", "chat")).await;
    assert_eq!(other.next("r1").await["type"], "no-active");
}

/// F4: a stop reaches the run; closing the socket does not stop it.
#[tokio::test]
async fn f4_an_abort_stops_the_run_and_a_close_does_not() {
    let (server, ada, mut helper) = scene().await;
    let mut page = Page::open(&server, &ada, "bot=helper").await;
    page.ask("r1", "chat", "hello").await;
    let room = helper.begin().await["room"]["id"].clone();
    helper.say(0, "Hello").await;
    page.next("r1").await;
    page.chunks("r1", 0, of_type("text-delta")).await;
    drop(page);
    helper.say(5, ", still").await;
    let mut page = Page::open(&server, &ada, "bot=helper").await;
    page.send(json!({ "type": "resume", "requestId": "r2", "id": "chat", "headers": {}, "body": {} })).await;
    page.next("r2").await;
    page.chunks("r2", 0, of_type("text-delta")).await;
    page.send(json!({ "type": "abort", "requestId": "r2" })).await;
    helper.socket.event_of_type("cancel_run").await;
    helper.tell(json!({ "type": "finish_run", "ending": "cancelled" })).await;
    let path = format!("/v1/rooms/{}/entries", room.as_str().unwrap());
    let (_, log) = read(server.as_user(&ada.token, Method::GET, &path).send().await.unwrap()).await;
    let last =
        log["entries"].as_array().unwrap().iter().rfind(|entry| entry["type"] == "run_changed").unwrap();
    assert_eq!((&last["state"], &last["cancel"]["by"]), (&json!("cancelled"), &json!(ada.id)));
}

/// The same message again is the same answer, not another one; where no agent answers, the stream is empty.
#[tokio::test]
async fn a_repeat_is_answered_alike_and_silence_ends() {
    let (server, ada, mut helper) = scene().await;
    let mut page = Page::open(&server, &ada, "bot=helper").await;
    let said = send("r1", "chat", &json!([user("hello")]));
    page.send(said.clone()).await;
    helper.begin().await;
    helper.say(0, "Hello").await;
    helper.finish().await;
    page.next("r1").await;
    let first = page.chunks("r1", 0, of_type("finish")).await;
    page.next("r1").await;
    let mut repeat = said;
    repeat["requestId"] = "r2".into();
    page.send(repeat).await;
    page.next("r2").await;
    let second = page.chunks("r2", 0, of_type("finish")).await;
    assert_eq!(text_of(&second), text_of(&first));
    let mut group = Page::open(&server, &ada, "").await;
    group.ask("r3", "general", "nobody in particular").await;
    assert_eq!(group.next("r3").await["type"], "start");
    assert_eq!(group.next("r3").await["type"], "end");
}

/// FAULTS: a page comes in by a ticket that is good once, or by a token in a header, from an allowed origin.
#[tokio::test]
async fn a_page_signs_in_before_its_socket_opens() {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    let open = async |query: &str, headers: &[(&'static str, &str)]| {
        Page::try_open(&server, query, headers).await.err().map(|status| status.as_u16())
    };
    assert_eq!(open("", &[]).await, Some(401));
    assert_eq!(open("ticket=nonsense", &[]).await, Some(401));
    let ticket = format!("ticket={}", server.ticket(&ada.token).await);
    assert_eq!(open(&ticket, &[]).await, None);
    assert_eq!(open(&ticket, &[]).await, Some(401), "a ticket is good once");
    let bearer = format!("Bearer {}", ada.token);
    assert_eq!(open("", &[("authorization", &bearer)]).await, None);
    let foreign = [("authorization", &*bearer), ("origin", "https://evil.example")];
    assert_eq!(open("", &foreign).await, Some(403));
    assert_eq!(open("version=4", &[("authorization", &bearer)]).await, Some(400));
}

/// FAULTS: what cannot be read is answered under its number, or counts against the page; other requests go on.
#[tokio::test]
async fn faulty_frames_are_answered_or_counted() {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    let mut page = Page::open(&server, &ada, "").await;
    for (request, frame) in [
        ("r1", json!({ "type": "shout", "requestId": "r1" })),
        ("r2", json!({ "type": "send", "requestId": "r2", "id": "general" })),
        ("r3", json!({ "type": "send", "requestId": "r3", "id": "no such room", "messages": [user("x")] })),
        ("r4", send("r4", "private", &json!([user("x")]))),
        ("r5", send("r5", "general", &json!([]))),
    ] {
        page.send(frame).await;
        let answer = page.next(request).await;
        assert_eq!(answer["type"], "error", "{answer}");
        assert!(!answer["errorText"].as_str().unwrap().is_empty());
    }
    for _ in 0..30 {
        if page.stream.send(Message::text("{}")).await.is_err() {
            break;
        }
    }
    assert_eq!(page.closed().await, 4503);
    server.assert_unharmed().await;
}

/// Nobody can wait with an open room where somebody else's private chat would be.
#[tokio::test]
async fn a_chat_is_never_somebody_elses_room() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.guest("Ada").await, server.guest("Eve").await);
    let _helper = Helper::of(&server, &ada).await;
    let hash = digest(&SHA256, format!("{}\nhelper\nsupport", ada.id).as_bytes());
    let name: String = hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let trap = json!({ "id": format!("chat-{name}"), "name": "Support", "members": ["helper"] });
    let made = server.as_user(&eve.token, Method::POST, "/v1/rooms").json(&trap).send().await.unwrap();
    assert_eq!(made.status(), 200);
    let answer = ask(&server, &ada, "/v1/ai-sdk/chat?bot=helper", "support", "my secret").await;
    assert_eq!(read(answer).await.0, 409);
    let path = format!("/v1/search?query=secret&room=chat-{name}");
    let (_, found) = read(server.as_user(&eve.token, Method::GET, &path).send().await.unwrap()).await;
    assert_eq!(found["messages"], json!([]));
}

async fn ask(server: &TestServer, guest: &Guest, path: &str, chat: &str, text: &str) -> Response {
    let body = json!({ "id": chat, "trigger": "submit-message", "messages": [user(text)] });
    server.as_user(&guest.token, Method::POST, path).json(&body).send().await.unwrap()
}

/// Server-sent events as the SDK's HTTP transport reads them.
async fn events(answer: Response) -> Vec<Value> {
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-vercel-ai-ui-message-stream"], "v1");
    let text = timeout(PATIENCE, answer.text()).await.expect("an end in time").unwrap();
    let mut lines: Vec<&str> = text.split("\n\n").filter_map(|event| event.strip_prefix("data: ")).collect();
    assert_eq!(lines.pop(), Some("[DONE]"));
    lines.into_iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The same over HTTP: an answer, the same once more, its stop, and what was said before.
#[tokio::test]
async fn f11_the_same_comes_over_http() {
    let (server, ada, mut helper) = scene().await;
    let get = async |path: &str| server.as_user(&ada.token, Method::GET, path).send().await.unwrap();
    let stream = "/v1/ai-sdk/chat/my%20chat/stream?bot=helper";
    assert_eq!(get(stream).await.status(), 204);
    let answer = ask(&server, &ada, "/v1/ai-sdk/chat?bot=helper", "my chat", "hello").await;
    let room = answer.headers()["x-antiphon-room"].to_str().unwrap().to_owned();
    assert_eq!(helper.begin().await["room"]["id"], room);
    helper.say(0, "Hello").await;
    let other = get(stream).await;
    helper.finish().await;
    for answer in [answer, other] {
        let chunks = events(answer).await;
        assert_eq!(
            (text_of(&chunks), &chunks.last().unwrap()["type"]),
            ("Hello".to_owned(), &json!("finish"))
        );
    }
    let answer = ask(&server, &ada, "/v1/ai-sdk/chat?bot=helper", "my chat", "more").await;
    helper.begin().await;
    let stop = "/v1/ai-sdk/chat/my%20chat/stop?bot=helper";
    let stopped = server.as_user(&ada.token, Method::POST, stop).send().await.unwrap();
    assert_eq!(read(stopped).await, (200, json!({ "accepted": true })));
    helper.socket.event_of_type("cancel_run").await;
    helper.tell(json!({ "type": "finish_run", "ending": "cancelled" })).await;
    assert_eq!(events(answer).await.last().unwrap()["type"], "abort");
    let (_, history) = read(get("/v1/ai-sdk/chat/my%20chat/messages?bot=helper").await).await;
    let told: Vec<_> = history["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| (message["role"].as_str().unwrap(), message["parts"][0]["text"].as_str()))
        .collect();
    assert_eq!(
        told,
        [("user", Some("hello")), ("assistant", Some("Hello")), ("user", Some("more")), ("assistant", None)]
    );
}

/// A conversation may be longer than a message: it comes whole each time, and only its end counts.
#[tokio::test]
async fn a_long_conversation_is_taken_and_an_endless_one_is_not() {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    let body = |bytes: usize| {
        let before =
            json!({ "id": "m", "role": "user", "parts": [{ "type": "text", "text": "x".repeat(bytes) }] });
        json!({ "id": "general", "messages": [before, user("hello")] })
    };
    let send = async |bytes: usize| {
        let request = server.as_user(&ada.token, Method::POST, "/v1/ai-sdk/chat");
        request.json(&body(bytes)).send().await.unwrap().status().as_u16()
    };
    assert_eq!(send(1_000_000).await, 200);
    assert_eq!(send(5_000_000).await, 413);
}

/// D12: the server stops in time with an answer under way on both doors; a page sees that the answer was cut, not that it ended.
#[tokio::test]
async fn answers_under_way_do_not_keep_the_server() {
    let (server, ada, mut helper) = scene().await;
    let mut page = Page::open(&server, &ada, "bot=helper").await;
    page.ask("r1", "chat", "hello").await;
    helper.begin().await;
    page.next("r1").await;
    page.chunks("r1", 0, of_type("start")).await;
    let stream = server
        .as_user(&ada.token, Method::GET, "/v1/ai-sdk/chat/chat/stream?bot=helper")
        .send()
        .await
        .unwrap();
    drop(helper);
    let (stopped, code, body) = tokio::join!(server.stop(), page.closed(), stream.text());
    assert!(stopped, "everything ends in time");
    assert_eq!(code, 4000);
    assert!(body.is_err(), "a body that ends well would be an answer that ended");
}
