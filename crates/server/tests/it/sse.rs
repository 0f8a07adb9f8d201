//! Server-sent events: the same log and the same cursors over plain HTTP.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Stream, TestServer, fresh_id};

/// F11: a stream begins with the room, goes on with what happens, and each entry's id is a cursor.
#[tokio::test]
async fn f11_a_stream_is_resumed_where_it_ended() {
    let server = TestServer::start().await;
    let reader = server.guest("Ada").await;
    let mut writer = server.join("Ben").await;
    writer.say("general", "before").await;
    let mut stream = opened(&server, &reader.token, None).await;
    let joined = stream.event("joined").await;
    assert!(joined.data["entries"].to_string().contains("before"));
    let sent = writer.say("general", "during").await;
    let heard = stream.event("message").await;
    assert_eq!(heard.data["seq"], sent["seq"]);
    let cursor = heard.id.expect("an entry has an id");
    drop(stream);
    writer.say("general", "while away").await;
    let mut stream = opened(&server, &reader.token, Some(&cursor)).await;
    let resumed = stream.event("joined").await;
    assert_eq!(resumed.data["mode"], "resumed");
    let entries = resumed.data["entries"].as_array().unwrap();
    let texts: Vec<&Value> = entries.iter().map(|entry| &entry["message"]["parts"][0]["text"]).collect();
    assert_eq!(texts, ["while away"]);
}

/// F11: a cursor from a stream is one for a socket, and the other way round.
#[tokio::test]
async fn f11_cursors_fit_every_door() {
    let server = TestServer::start().await;
    let guest = server.guest("Ada").await;
    let mut ada = server.connect_as(&guest.token).await;
    let joined = ada.join("general").await;
    let said = ada.say("general", "one").await;
    let cursor = format!("{}:{}", joined["epoch"].as_str().unwrap(), said["seq"]);
    ada.say("general", "two").await;
    let mut stream = opened(&server, &guest.token, Some(&cursor)).await;
    let resumed = stream.event("joined").await;
    assert_eq!(
        (&resumed.data["mode"], resumed.data["entries"].as_array().unwrap().len()),
        (&json!("resumed"), 1)
    );
    let (epoch, seq) = resumed.id.as_deref().unwrap().rsplit_once(':').unwrap();
    let request = json!({ "type": "join_room", "room": "general", "cursor": { "epoch": epoch, "seq": seq.parse::<u64>().unwrap() } });
    let again = ada.ask(request).await;
    assert_eq!((&again["mode"], &again["entries"]), (&json!("resumed"), &json!([])));
}

/// FAULTS 98: no text can pretend to be a field of the stream.
#[tokio::test]
async fn text_cannot_forge_an_event() {
    let server = TestServer::start().await;
    let guest = server.guest("Ada").await;
    let mut writer = server.join("Eve").await;
    let mut stream = opened(&server, &guest.token, None).await;
    stream.event("joined").await;
    let text = "x\n\nid: 1:1\nevent: forged\ndata: {\"type\":\"forged\"}\r\n\r\n\u{2028}data: x\rdata: y";
    writer.say("general", text).await;
    let heard = stream.event("message").await;
    assert_eq!(heard.data["message"]["parts"][0]["text"], text);
    writer.say("general", "and on").await;
    assert_eq!(stream.event("message").await.data["message"]["parts"][0]["text"], "and on");
}

/// FAULTS 47: a cursor makes nobody a member; one of another log is a new beginning, one that is none is refused, and a room is
/// still a room.
#[tokio::test]
async fn bad_cursors_are_no_way_in() {
    let server = TestServer::start().await;
    let guest = server.guest("Ada").await;
    assert_eq!(open(&server, &guest.token, "general", Some("another-log:5")).await.status(), 403);
    opened(&server, &guest.token, None).await.event("joined").await;
    let mut stream = opened(&server, &guest.token, Some("another-log:5")).await;
    let joined = stream.event("joined").await;
    assert_eq!((&joined.data["mode"], &joined.data["reason"]), (&json!("reset"), &json!("epoch_changed")));
    for cursor in ["é", "5", "a:b", "a:-1", "../x:1", "a:99999999999999999999999"] {
        let refused = open(&server, &guest.token, "general", Some(cursor)).await;
        assert_eq!(refused.status(), 400, "{cursor}");
    }
    let mut ben = server.connect("Ben").await;
    let room = fresh_id();
    ben.ask(json!({ "type": "create_room", "id": room, "name": "Private", "visibility": "private" })).await;
    assert_eq!(open(&server, &guest.token, &room, None).await.status(), 404);
    assert_eq!(server.request(Method::GET, "/v1/rooms/general/events").send().await.unwrap().status(), 401);
}

/// FAULTS 45: who is removed hears nothing more, and is told.
#[tokio::test]
async fn who_is_removed_hears_nothing_more() {
    let server = TestServer::start().await;
    let guest = server.guest("Ada").await;
    let mut ben = server.connect("Ben").await;
    let room = fresh_id();
    let create = json!({ "type": "create_room", "id": room, "name": "Private", "visibility": "private", "members": [guest.id] });
    ben.ask(create).await;
    let response = open(&server, &guest.token, &room, None).await;
    let mut stream = Stream::new(response);
    stream.event("joined").await;
    ben.ask(json!({ "type": "remove_member", "room": room, "user": guest.id })).await;
    ben.say(&room, "now that we are alone").await;
    let revoked = stream.event("revoked").await;
    assert_eq!(revoked.data["room"], room);
    assert!(!stream.heard.contains("alone"));
}

/// FAULTS 38: a stream ends with its token.
#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let server =
        TestServer::with(&[("IDENTITY__GUEST_LIFETIME_S", "60"), ("TIMERS__EXPIRY_GRACE_MS", "0")]).await;
    let guest = server.guest("Ada").await;
    server.pass_seconds(59);
    let mut stream = opened(&server, &guest.token, None).await;
    let bye = stream.event("bye").await;
    assert_eq!((&bye.data["code"], &bye.data["reconnect"]), (&json!(4501), &json!(false)));
    assert!(stream.next().await.is_none());
}

/// A stream that has nothing to say says so, lest a proxy believe it dead; and says when to come again.
#[tokio::test]
async fn a_quiet_stream_gives_signs_of_life() {
    let server = TestServer::with(&[("TIMERS__PING_INTERVAL_MS", "50")]).await;
    let guest = server.guest("Ada").await;
    let mut stream = opened(&server, &guest.token, None).await;
    stream.event("joined").await;
    while !stream.heard.contains("\n: still here\n") {
        stream.read().await.expect("the stream goes on");
    }
    assert!(stream.heard.starts_with("retry: "));
}

/// A ticket opens a stream, for browsers that cannot send a header there.
#[tokio::test]
async fn a_ticket_opens_a_stream() {
    let server = TestServer::start().await;
    let guest = server.guest("Ada").await;
    let ticket = server.ticket(&guest.token).await;
    let path = format!("/v1/rooms/general/events?ticket={ticket}");
    let answer = server.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    Stream::new(answer).event("joined").await;
    assert_eq!(server.request(Method::GET, &path).send().await.unwrap().status(), 401);
}

async fn open(server: &TestServer, token: &str, room: &str, cursor: Option<&str>) -> Response {
    let mut request = server.as_user(token, Method::GET, &format!("/v1/rooms/{room}/events"));
    if let Some(cursor) = cursor {
        request = request.header("last-event-id", cursor);
    }
    request.send().await.unwrap()
}

async fn opened(server: &TestServer, token: &str, cursor: Option<&str>) -> Stream {
    let response = open(server, token, "general", cursor).await;
    assert_eq!(response.status(), 200);
    Stream::new(response)
}
