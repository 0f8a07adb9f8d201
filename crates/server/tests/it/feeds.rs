//! The feed of all rooms of a user, and both feeds piece by piece: cursors that fit each other, and nothing lost or told twice.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{Guest, PATIENCE, Socket, Stream, TestServer, fresh_id, helper::scene, server::read};

const ALL: &str = "/v1/events";
const GENERAL: &str = "/v1/rooms/general/events";

async fn open(server: &TestServer, who: &Guest, cursor: Option<&str>) -> Response {
    let mut request = server.as_user(&who.token, Method::GET, ALL);
    if let Some(cursor) = cursor {
        request = request.header("last-event-id", cursor);
    }
    request.send().await.unwrap()
}

async fn opened(server: &TestServer, who: &Guest, cursor: Option<&str>) -> Stream {
    let response = open(server, who, cursor).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    Stream::new(response)
}

async fn ask(server: &TestServer, who: &Guest, path: &str, query: &[(&str, &str)]) -> (u16, Value) {
    let path = format!("{path}?{}", serde_urlencoded::to_string(query).unwrap());
    let request = server.as_user(&who.token, Method::GET, &path);
    read(timeout(PATIENCE, request.send()).await.expect("an answer in time").unwrap()).await
}

/// Asks for what is after the cursor, and moves it. Waits for nothing.
async fn poll(server: &TestServer, who: &Guest, path: &str, cursor: &mut String) -> Vec<Value> {
    let (status, page) = ask(server, who, path, &[("wait_ms", "0"), ("cursor", cursor)]).await;
    assert_eq!(status, 200, "{page}");
    page["cursor"].as_str().unwrap().clone_into(cursor);
    page["events"].as_array().unwrap().clone()
}

/// Ada, in the room that everyone finds.
async fn ada(server: &TestServer) -> Guest {
    let ada = server.guest("Ada").await;
    let joined = server.as_user(&ada.token, Method::POST, "/v1/rooms/general/join").send().await.unwrap();
    assert_eq!(joined.status(), 200);
    ada
}

/// A private room of Ben's, with others.
async fn room(ben: &mut Socket, members: &[&Guest]) -> String {
    let room = fresh_id();
    let members: Vec<&str> = members.iter().map(|guest| guest.id.as_str()).collect();
    let create = json!({ "type": "create_room", "id": room, "name": "Tea", "visibility": "private", "members": members });
    assert_eq!(ben.ask(create).await["type"], "ok");
    room
}

/// Room and position of each entry that an event tells, in the answer to a join as well.
fn entries(event: &Value) -> Vec<(String, u64)> {
    let told = match event["entries"].as_array() {
        Some(entries) => entries.iter().collect(),
        None => vec![event],
    };
    let place = |entry: &Value| {
        entry.get("at").filter(|at| at.is_string())?;
        Some((entry["room"].as_str()?.to_owned(), entry["seq"].as_u64()?))
    };
    told.into_iter().filter_map(place).collect()
}

/// The id of an event, and the entries that it tells.
type Told = (Option<String>, Vec<(String, u64)>);

/// What is told until everything up to these positions was.
async fn told(stream: &mut Stream, heads: &[(String, u64)]) -> Vec<Told> {
    let mut events = Vec::new();
    let mut due = heads.to_vec();
    while !due.is_empty() {
        let heard = stream.next().await.expect("the stream goes on");
        let entries = entries(&heard.data);
        let is_there = |(room, seq): &(String, u64)| {
            heard.data["room"] == **room
                && (heard.data["head"].as_u64() >= Some(*seq) && heard.data["more"] == false
                    || entries.iter().any(|entry| entry.1 >= *seq))
        };
        due.retain(|head| !is_there(head));
        events.push((heard.id, entries));
    }
    events
}

/// F8, F11: wherever a stream of several rooms is cut, who comes back is told the rest of each of them, once and in order.
#[tokio::test]
async fn f11_all_rooms_go_on_where_each_was_cut() {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    let mut ben = server.join("Ben").await;
    let rooms = [room(&mut ben, &[&ada]).await, room(&mut ben, &[&ada]).await];
    let mut stream = opened(&server, &ada, None).await;
    let first = stream.event("rooms").await;
    assert!(rooms.iter().all(|room| first.data["rooms"].as_array().unwrap().contains(&json!(room))));
    for _ in &rooms {
        stream.event("joined").await;
    }
    let mut heads = Vec::new();
    for n in 0..12 {
        let room = &rooms[n % 3 % 2];
        let seq = ben.say(room, &n.to_string()).await["seq"].as_u64().unwrap();
        heads.retain(|(other, _)| other != room);
        heads.push((room.clone(), seq));
    }
    let live = told(&mut stream, &heads).await;
    let cuts: Vec<usize> = (0..live.len()).filter(|at| live[*at].0.is_some()).collect();
    assert!(cuts.len() >= 12, "every entry has an id");
    for at in cuts {
        let mut again = opened(&server, &ada, live[at].0.as_deref()).await;
        let rest = told(&mut again, &heads).await;
        for room in &rooms {
            let of = |events: &[Told]| -> Vec<u64> {
                let all = events.iter().flat_map(|(_, entries)| entries);
                all.filter(|entry| entry.0 == *room).map(|entry| entry.1).collect()
            };
            assert_eq!(of(&rest), of(&live[at + 1..]), "cut after event {at}");
        }
    }
}

/// F11: pages of a long absence are told as such, with a cursor after each.
#[tokio::test]
async fn f11_a_long_absence_is_made_up_for_page_by_page() {
    let server = TestServer::with(&[("LIMITS__REQUESTS_PER_SECOND", "100000")]).await;
    let ada = server.guest("Ada").await;
    let mut ben = server.join("Ben").await;
    let room = room(&mut ben, &[&ada]).await;
    let mut stream = opened(&server, &ada, None).await;
    let cursor = loop {
        let joined = stream.event("joined").await;
        if joined.data["room"] == room {
            break joined.id.unwrap();
        }
    };
    drop(stream);
    let mut head = 0;
    for n in 0..1_500 {
        head = ben.say(&room, &n.to_string()).await["seq"].as_u64().unwrap();
    }
    let mut cursor = Some(cursor);
    let mut seen = Vec::new();
    while seen.last() != Some(&head) {
        // Cut after each event that says where it is.
        let mut stream = opened(&server, &ada, cursor.as_deref()).await;
        loop {
            let heard = stream.next().await.unwrap();
            seen.extend(
                entries(&heard.data).into_iter().filter(|entry| entry.0 == room).map(|entry| entry.1),
            );
            let is_of_room = heard.data["room"] == room;
            cursor = heard.id.or(cursor);
            // The first page comes with the answer to the join, the second by itself.
            if is_of_room && (heard.data["type"] != "joined" || heard.data["more"] == false) {
                break;
            }
        }
    }
    let from = head - 1_499;
    assert_eq!(seen, (from..=head).collect::<Vec<_>>());
}

/// Rooms come and go while a stream is open, and while nobody listens.
#[tokio::test]
async fn rooms_that_are_joined_and_left_are_told() {
    let server = TestServer::start().await;
    let ada = ada(&server).await;
    let mut ben = server.join("Ben").await;
    let mut stream = opened(&server, &ada, None).await;
    stream.event("rooms").await;
    let room = room(&mut ben, &[&ada]).await;
    assert_eq!(stream.event("room_joined").await.data["room"]["id"], room);
    let joined = loop {
        let joined = stream.event("joined").await;
        if joined.data["room"] == room {
            break joined;
        }
    };
    ben.say(&room, "welcome").await;
    assert_eq!(stream.event("message").await.data["room"], room);
    ben.ask(json!({ "type": "remove_member", "room": room, "user": ada.id })).await;
    ben.say(&room, "now that we are alone").await;
    assert_eq!(stream.event("revoked").await.data["room"], room);
    ben.say("general", "still there?").await;
    stream.event("message").await;
    assert!(!stream.heard.contains("alone"));
    // Who comes back learns that it is gone by what is there.
    let mut again = opened(&server, &ada, joined.id.as_deref()).await;
    assert!(!again.event("rooms").await.data["rooms"].as_array().unwrap().contains(&json!(room)));
    let mut cursor = joined.id.unwrap();
    let events = poll(&server, &ada, ALL, &mut cursor).await;
    assert_eq!(events[0]["type"], "rooms");
    assert!(!events[0]["rooms"].as_array().unwrap().contains(&json!(room)));
    assert_eq!(poll(&server, &ada, ALL, &mut cursor).await, [] as [Value; 0], "it is told once");
}

/// F4, FAULTS 47: a cursor of other logs is a new beginning in each room; one that is none is refused.
#[tokio::test]
async fn f4_cursors_of_other_logs_are_told_as_a_reset() {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    let mut ben = server.join("Ben").await;
    let rooms = [room(&mut ben, &[&ada]).await, room(&mut ben, &[&ada]).await];
    let mut cursor = "-".to_owned();
    poll(&server, &ada, ALL, &mut cursor).await;
    let (_, places) = cursor.split_once(';').unwrap();
    let mut stream = opened(&server, &ada, Some(&format!("another-log;{places}"))).await;
    for _ in rooms {
        let joined = stream.event("joined").await;
        assert_eq!(
            (&joined.data["mode"], &joined.data["reason"]),
            (&json!("reset"), &json!("epoch_changed"))
        );
    }
    for cursor in ["é", "e;general!1!*", "e;AAAAAAAAAAA!-1!*", "e;AAAAAAAAAAA!1!*!m/0.1.1.1"] {
        let refused = open(&server, &ada, Some(cursor)).await;
        assert_eq!(refused.status(), 400, "{cursor}");
    }
    // The query is looked at beside the header; a header that is empty counts as none, but is no cursor in the query.
    for (path, status) in
        [(ALL.to_owned(), 200), (format!("{ALL}?cursor=!"), 400), (format!("{ALL}?cursor="), 400)]
    {
        let request = server.as_user(&ada.token, Method::GET, &path);
        assert_eq!(request.header("last-event-id", "").send().await.unwrap().status(), status, "{path}");
        let request = server.as_user(&ada.token, Method::GET, &path);
        assert_eq!(request.header("last-event-id", &cursor).send().await.unwrap().status(), status, "{path}");
    }
    let long = "e".repeat(9_000);
    assert_eq!(open(&server, &ada, Some(&long)).await.status(), 400);
    assert_eq!(server.request(Method::GET, ALL).send().await.unwrap().status(), 401);
}

/// A feed of all rooms is bounded by how many there are, and says so.
#[tokio::test]
async fn too_many_rooms_are_refused_with_the_limit() {
    let server = TestServer::with(&[("LIMITS__ROOMS_PER_CONNECTION", "3")]).await;
    let ada = ada(&server).await;
    let mut ben = server.join("Ben").await;
    room(&mut ben, &[&ada]).await;
    room(&mut ben, &[&ada]).await;
    let mut stream = opened(&server, &ada, None).await;
    for _ in 0..3 {
        stream.event("joined").await;
    }
    room(&mut ben, &[&ada]).await;
    let error = stream.event("error").await.data;
    assert_eq!((&error["code"], &error["limit"]), (&json!("too_many"), &json!(3)));
    assert!(stream.next().await.is_none());
    for query in [&[][..], &[("wait_ms", "0")]] {
        let (status, error) = ask(&server, &ada, ALL, query).await;
        assert_eq!((status, &error["field"], &error["limit"]), (400, &json!("rooms"), &json!(3)));
    }
}

/// F11: asking again and again tells the log once and in order, by the cursors of the stream; a page is bounded.
#[tokio::test]
async fn f11_a_feed_can_be_asked_for_piece_by_piece() {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    let mut ben = server.join("Ben").await;
    let mut stream = Stream::new(server.as_user(&ada.token, Method::GET, GENERAL).send().await.unwrap());
    let cursor = stream.event("joined").await.id.unwrap();
    drop(stream);
    for n in 0..25 {
        ben.say("general", &n.to_string()).await;
    }
    let (mut at, mut texts) = (cursor, Vec::new());
    loop {
        let (_, page) =
            ask(&server, &ada, GENERAL, &[("wait_ms", "0"), ("limit", "10"), ("cursor", &at)]).await;
        page["cursor"].as_str().unwrap().clone_into(&mut at);
        let events = page["events"].as_array().unwrap();
        assert!(events.len() <= 10);
        if events.is_empty() {
            break;
        }
        texts.extend(
            events.iter().map(|event| event["message"]["parts"][0]["text"].as_str().unwrap().to_owned()),
        );
    }
    assert_eq!(texts, (0..25).map(|n| n.to_string()).collect::<Vec<_>>());
    // The cursor is one of the stream, too.
    ben.say("general", "and on").await;
    let request = server.as_user(&ada.token, Method::GET, GENERAL).header("last-event-id", &at);
    let joined = Stream::new(request.send().await.unwrap()).event("joined").await.data;
    assert_eq!((&joined["mode"], joined["entries"].as_array().unwrap().len()), (&json!("resumed"), 1));
}

/// Who asks when there is nothing waits for it; in vain, as long as they said, and keeps their cursor.
#[tokio::test]
async fn a_question_waits_for_its_answer() {
    let server = TestServer::start().await;
    let ada = ada(&server).await;
    let mut ben = server.join("Ben").await;
    for path in [ALL, GENERAL] {
        let mut cursor = "-".to_owned();
        while !poll(&server, &ada, path, &mut cursor).await.is_empty() {}
        let (status, page) = ask(&server, &ada, path, &[("wait_ms", "30"), ("cursor", &cursor)]).await;
        assert_eq!((status, &page), (200, &json!({ "events": [], "cursor": cursor })));
        let with_cursor = format!("{path}?cursor={cursor}");
        let request =
            server.as_user(&ada.token, Method::GET, &with_cursor).header("accept", "application/json");
        let waiting = tokio::spawn(request.send());
        server.until_open("poll").await;
        ben.say("general", "at last").await;
        let (_, page) = read(timeout(PATIENCE, waiting).await.expect("an answer").unwrap().unwrap()).await;
        assert_eq!(page["events"][0]["message"]["parts"][0]["text"], "at last", "{page}");
        let mut cursor = page["cursor"].as_str().unwrap().to_owned();
        assert_eq!(poll(&server, &ada, path, &mut cursor).await, [] as [Value; 0]);
        let (status, error) = ask(&server, &ada, path, &[("wait_ms", "600001")]).await;
        assert_eq!((status, &error["field"]), (400, &json!("wait_ms")));
    }
}

/// F11: text that grows comes whole, with the entry that ends it, also to who waited while it grew.
#[tokio::test]
async fn f11_an_answer_is_told_whole_to_who_asks_again_and_again() {
    let (server, ada, mut helper) = scene().await;
    let mut cursor = "-".to_owned();
    let chat = server.as_user(&ada.token, Method::POST, "/v1/bots/helper/chat");
    let stream = chat.json(&json!({ "id": fresh_id(), "text": "hello" })).send().await.unwrap();
    helper.begin().await;
    while !poll(&server, &ada, ALL, &mut cursor).await.is_empty() {}
    let hearing = async {
        loop {
            let (_, page) = ask(&server, &ada, ALL, &[("wait_ms", "20000"), ("cursor", &cursor)]).await;
            page["cursor"].as_str().unwrap().clone_into(&mut cursor);
            let mut events = page["events"].as_array().unwrap().iter();
            if let Some(ended) = events.find(|event| event["type"] == "message_completed") {
                return ended.clone();
            }
        }
    };
    let speaking = async {
        server.until_open("poll").await;
        helper.say(0, "Hello, ").await;
        helper.say(7, "Ada").await;
        helper.finish().await;
    };
    let (ended, ()) = tokio::join!(hearing, speaking);
    stream.text().await.unwrap();
    assert_eq!(ended["message"]["parts"][0]["text"], "Hello, Ada");
}

/// A busy room does not keep what is said in a quiet one from who asks for a little at a time.
#[tokio::test]
async fn a_busy_room_pushes_no_other_out_of_a_page() {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    let mut ben = server.join("Ben").await;
    let (busy, quiet) = (room(&mut ben, &[&ada]).await, room(&mut ben, &[&ada]).await);
    let mut cursor = "-".to_owned();
    while !poll(&server, &ada, ALL, &mut cursor).await.is_empty() {}
    for n in 0..30 {
        ben.say(&busy, &n.to_string()).await;
    }
    ben.say(&quiet, "psst").await;
    let (_, page) = ask(&server, &ada, ALL, &[("wait_ms", "0"), ("limit", "4"), ("cursor", &cursor)]).await;
    let rooms: Vec<&Value> = page["events"].as_array().unwrap().iter().map(|event| &event["room"]).collect();
    assert_eq!(rooms.iter().filter(|room| ***room == *quiet).count(), 1, "{page}");
    assert_eq!(rooms.len(), 3, "{page}");
}

/// FAULTS 45: who is removed while they listen is told, and the stream ends; a browser that comes back by itself does not make
/// them a member again.
#[tokio::test]
async fn who_is_removed_does_not_come_back_by_themselves() {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    let mut ben = server.connect("Ben").await;
    let room = fresh_id();
    ben.ask(json!({ "type": "create_room", "id": room, "name": "Public", "visibility": "public" })).await;
    let path = format!("/v1/rooms/{room}/events");
    let mut stream = Stream::new(server.as_user(&ada.token, Method::GET, &path).send().await.unwrap());
    let cursor = stream.event("joined").await.id.unwrap();
    ben.ask(json!({ "type": "remove_member", "room": room, "user": ada.id })).await;
    stream.event("revoked").await;
    let bye = stream.event("bye").await.data;
    assert_eq!((&bye["code"], &bye["reconnect"]), (&json!(4502), &json!(false)));
    assert!(stream.next().await.is_none());
    let again = server.as_user(&ada.token, Method::GET, &path).header("last-event-id", &cursor);
    assert_eq!(again.send().await.unwrap().status(), 403);
    let (status, error) = ask(&server, &ada, &path, &[("wait_ms", "0"), ("cursor", &cursor)]).await;
    assert_eq!((status, &error["code"]), (403, &json!("not_member")));
}
