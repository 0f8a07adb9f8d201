//! The text of an answer as a Durable Stream: from any offset, live, to its end, for those who may read it.

use std::time::Duration;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{Guest, PATIENCE, TestServer, fresh_id, helper::Helper, helper::scene, server::read};

/// Ada asks; returns the path of the answer.
async fn asked(server: &TestServer, ada: &Guest, helper: &mut Helper) -> String {
    let chat = server.as_user(&ada.token, Method::POST, "/v1/bots/helper/chat");
    let body = json!({ "id": fresh_id(), "text": "hello", "wait_ms": 0 });
    let (status, answer) =
        read(chat.header("accept", "application/json").json(&body).send().await.unwrap()).await;
    assert_eq!(status, 202, "{answer}");
    helper.begin().await;
    let (room, run) = (answer["room"].as_str().unwrap(), answer["run"]["run"].as_str().unwrap());
    format!("/v1/rooms/{room}/runs/{run}/stream")
}

async fn get(server: &TestServer, who: &Guest, path: &str) -> Response {
    let request = server.as_user(&who.token, Method::GET, path).send();
    timeout(PATIENCE, request).await.expect("an answer in time").unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    Some(response.headers().get(name)?.to_str().unwrap())
}

/// F2: wherever a reader stops, it goes on there, while the answer grows and when it is over; the end is told as such.
#[tokio::test]
async fn f2_an_answer_is_read_from_any_offset() {
    let (server, ada, mut helper) = scene().await;
    let path = asked(&server, &ada, &mut helper).await;
    helper.say(0, "Grüße").await;
    let first = get(&server, &ada, &path).await;
    assert_eq!((header(&first, "stream-up-to-date"), header(&first, "stream-closed")), (Some("true"), None));
    assert_eq!(header(&first, "content-type"), Some("text/plain"));
    let offset = header(&first, "stream-next-offset").unwrap().to_owned();
    assert_eq!(first.text().await.unwrap(), "Grüße");
    // Who waits gets what comes.
    let live = format!("{path}?offset={offset}&live=long-poll");
    let waiting = server.as_user(&ada.token, Method::GET, &live).send();
    let saying = async {
        server.until_open("durable_stream").await;
        helper.say("Grüße".len(), ", Ada").await;
    };
    let (news, ()) = timeout(PATIENCE, async { tokio::join!(waiting, saying) }).await.expect("news in time");
    let news = news.unwrap();
    assert_eq!(news.status(), 200);
    let end = header(&news, "stream-next-offset").unwrap().to_owned();
    assert_eq!(news.text().await.unwrap(), ", Ada");
    helper.finish().await;
    let over = get(&server, &ada, &format!("{path}?offset={end}&live=long-poll")).await;
    assert_eq!((over.status(), header(&over, "stream-closed")), (StatusCode::NO_CONTENT, Some("true")));
    // Later, from what is stored.
    let rest = get(&server, &ada, &format!("{path}?offset={offset}")).await;
    assert_eq!(header(&rest, "stream-closed"), Some("true"));
    assert_eq!(rest.text().await.unwrap(), ", Ada");
    let head = server.as_user(&ada.token, Method::HEAD, &path).send().await.unwrap();
    assert_eq!(
        (header(&head, "stream-next-offset"), header(&head, "stream-closed")),
        (Some(&*end), Some("true"))
    );
}

/// F2: text of another attempt is never put behind text of the one before: who read that is told to begin anew.
#[tokio::test]
async fn f2_an_offset_of_an_answer_that_is_written_anew_is_gone() {
    let (server, ada, mut helper) = scene().await;
    let spec = json!({ "bot": { "id": "helper", "attempts": 2, "connector": { "type": "bot_socket" } } });
    let (status, made) =
        read(server.as_user(&ada.token, Method::POST, "/v1/bots").json(&spec).send().await.unwrap()).await;
    assert_eq!(status, 200, "{made}");
    let path = asked(&server, &ada, &mut helper).await;
    helper.say(0, "I think that").await;
    let first = get(&server, &ada, &path).await;
    let offset = header(&first, "stream-next-offset").unwrap().to_owned();
    let live = get(&server, &ada, &format!("{path}?offset={offset}&live=sse")).await;
    helper.tell(json!({ "type": "finish_run", "ending": "interrupted" })).await;
    helper.begin().await;
    helper
        .tell(
            json!({ "type": "append", "part": 0, "generation": 2, "at": 0, "text": "On second thought, no" }),
        )
        .await;
    let gone = get(&server, &ada, &format!("{path}?offset={offset}")).await;
    let (status, error) = read(gone).await;
    assert_eq!((status, &error["field"]), (410, &json!("offset")), "{error}");
    assert_eq!(get(&server, &ada, &path).await.text().await.unwrap(), "On second thought, no");
    assert!(
        timeout(PATIENCE, live.text()).await.unwrap().is_err(),
        "the stream is cut, and tells nothing else"
    );
}

/// E6: an answer is for those who may read its room, and nobody becomes a member by asking.
#[tokio::test]
async fn an_answer_is_for_members_only() {
    let (server, ada, mut helper) = scene().await;
    let path = asked(&server, &ada, &mut helper).await;
    helper.say(0, "a secret").await;
    let eve = server.guest("Eve").await;
    for method in [Method::GET, Method::HEAD] {
        assert_eq!(server.as_user(&eve.token, method, &path).send().await.unwrap().status(), 404);
    }
    assert_eq!(server.request(Method::GET, &path).send().await.unwrap().status(), 401);
    assert_eq!(get(&server, &eve, "/v1/rooms/general/runs/r/stream").await.status(), 403);
    let (_, rooms) = read(get(&server, &eve, "/v1/rooms").await).await;
    assert_eq!(rooms["rooms"], json!([]), "nobody became a member");
    let other = path.replace("/runs/", "/runs/no-");
    assert_eq!(get(&server, &ada, &other).await.status(), 404);
    for method in [Method::PUT, Method::POST, Method::DELETE, Method::PATCH] {
        let refused = server.as_user(&ada.token, method, &path).send().await.unwrap();
        assert_eq!(
            (refused.status(), header(&refused, "allow")),
            (StatusCode::METHOD_NOT_ALLOWED, Some("GET,HEAD"))
        );
    }
}

/// FAULTS 68: what cannot be an offset is refused, and named.
#[tokio::test]
async fn what_is_no_offset_is_refused() {
    let (server, ada, mut helper) = scene().await;
    let path = asked(&server, &ada, &mut helper).await;
    for (query, field) in [
        ("offset=", "offset"),
        ("offset=0,1", "offset"),
        ("offset=-2", "offset"),
        ("offset=000000000001_zzzzzzzz", "offset"),
        ("offset=-1&offset=now", "offset"),
        ("live=sse", "offset"),
        ("offset=-1&live=maybe", "live"),
    ] {
        let (status, error) = read(get(&server, &ada, &format!("{path}?{query}")).await).await;
        assert_eq!((status, &error["field"]), (400, &Value::from(field)), "{query}");
    }
}

/// Reads on until these words have come; everything that has.
async fn until(live: &mut Response, heard: &mut String, words: &str) {
    while !heard.contains(words) {
        let piece = timeout(PATIENCE, live.chunk()).await.expect("something in time").unwrap();
        heard.push_str(std::str::from_utf8(&piece.expect("the stream goes on")).unwrap());
    }
}

/// What the events with data say together, as a reader of events takes them.
fn text_of(events: &str) -> String {
    let data = events.split("\n\n").filter_map(|event| event.strip_prefix("event: data\n"));
    let lines = |event: &str| {
        event.lines().map(|line| line.strip_prefix("data:").unwrap()).collect::<Vec<_>>().join("\n")
    };
    data.map(lines).collect()
}

/// Durable Streams 8.2: a stream of events is ended after a minute, in peace, and its reader goes on where that was.
#[tokio::test]
async fn f2_a_stream_of_events_lasts_a_minute() {
    // The bot is silent meanwhile, and nobody minds.
    let server = TestServer::with(&[("TIMERS__PING_INTERVAL_MS", "600000")]).await;
    let ada = server.guest("Ada").await;
    let mut helper = Helper::of(&server, &ada).await;
    let patient =
        json!({ "bot": { "id": "helper", "lease_ms": 600_000, "connector": { "type": "bot_socket" } } });
    let made = server.as_user(&ada.token, Method::POST, "/v1/bots").json(&patient).send().await.unwrap();
    assert_eq!(made.status(), 200);
    let path = asked(&server, &ada, &mut helper).await;
    helper.say(0, "Hello").await;
    let mut live = get(&server, &ada, &format!("{path}?offset=-1&live=sse")).await;
    let mut heard = String::new();
    until(&mut live, &mut heard, "control").await;
    passes(Duration::from_secs(50)).await;
    helper.say(5, ", Ada").await;
    until(&mut live, &mut heard, ", Ada").await;
    passes(Duration::from_secs(15)).await;
    heard.push_str(&timeout(PATIENCE, live.text()).await.expect("an end").expect("a good one"));
    assert_eq!(text_of(&heard), "Hello, Ada");
    assert!(!heard.contains("streamClosed"), "the answer is not over: {heard}");
    let (_, control) = heard.trim_end().rsplit_once("data:").unwrap();
    let control: Value = serde_json::from_str(control).unwrap();
    let next = format!("{path}?offset={}&live=sse", control["streamNextOffset"].as_str().unwrap());
    helper.say(10, "!").await;
    helper.finish().await;
    let rest = get(&server, &ada, &next).await.text().await.unwrap();
    assert_eq!(text_of(&rest), "!");
    assert!(rest.contains("\"streamClosed\":true"), "{rest}");
}

/// F2: a line end is told as one, also if the text was cut in the middle of it; whoever asks for the text itself gets it as it is.
#[tokio::test]
async fn f2_a_line_end_is_never_cut_in_two() {
    let (server, ada, mut helper) = scene().await;
    let path = asked(&server, &ada, &mut helper).await;
    helper.say(0, "one\r").await;
    assert_eq!(get(&server, &ada, &path).await.text().await.unwrap(), "one", "what comes next is not known");
    let mut live = get(&server, &ada, &format!("{path}?offset=-1&live=sse")).await;
    let mut heard = String::new();
    until(&mut live, &mut heard, "control").await;
    for (at, words) in [(4, "\ntwo\r"), (9, "three\r")] {
        helper.say(at, words).await;
        until(&mut live, &mut heard, words.trim()).await;
    }
    helper.finish().await;
    heard.push_str(&timeout(PATIENCE, live.text()).await.expect("an end").unwrap());
    assert_eq!(text_of(&heard), "one\ntwo\nthree\n");
    assert_eq!(get(&server, &ada, &path).await.text().await.unwrap(), "one\r\ntwo\rthree\r");
}

/// Lets time pass for whoever waits for it, without waiting.
async fn passes(time: Duration) {
    tokio::time::pause();
    tokio::time::sleep(time).await;
    tokio::time::resume();
}
