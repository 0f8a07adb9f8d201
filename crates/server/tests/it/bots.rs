//! Bots over REST: the same requests as on a socket, with the same permissions and errors (D4, D10); and what a bot that came by it
//! is given.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Guest, Socket, TestServer, fresh_id, server::read};

async fn ask(server: &TestServer, guest: &Guest, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = server.as_user(&guest.token, method, path);
    let request = if body.is_null() { request } else { request.json(&body) };
    read(request.send().await.unwrap()).await
}

/// D4, D10: who brought a bot starts, stops and removes it; others look.
#[tokio::test]
async fn d4_a_bot_is_brought_started_stopped_and_taken_away_over_rest() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.guest("Ada").await, server.guest("Ben").await);
    let spec = json!({ "id": "helper", "connector": { "type": "bot_socket" } });
    let (status, made) = ask(&server, &ada, Method::POST, "/v1/bots", json!({ "bot": spec })).await;
    assert_eq!(status, 200, "{made}");
    let token = made["token"].as_str().unwrap().to_owned();
    assert_eq!(made["bot"]["owner"], ada.id);
    for (path, method) in [
        ("/v1/bots/helper/start", Method::POST),
        ("/v1/bots/helper/stop", Method::POST),
        ("/v1/bots/helper/token", Method::POST),
        ("/v1/bots/helper", Method::DELETE),
    ] {
        let (status, refusal) = ask(&server, &ben, method, path, Value::Null).await;
        assert_eq!((status, &refusal["code"]), (403, &"forbidden".into()), "{path}");
    }
    let (status, seen) = ask(&server, &ben, Method::GET, "/v1/bots/helper", Value::Null).await;
    assert_eq!((status, &seen["spec"], &seen["token"]), (200, &Value::Null, &Value::Null));
    let (status, mine) = ask(&server, &ada, Method::GET, "/v1/bots/helper", Value::Null).await;
    assert_eq!((status, &mine["spec"]["id"], &mine["token"]), (200, &"helper".into(), &Value::Null));
    // The token is good for coming in as the bot, until there is another.
    let as_bot = async |token: &str| {
        read(server.as_user(token, Method::GET, "/v1/rooms").send().await.unwrap()).await.0
    };
    assert_eq!(as_bot(&token).await, 200);
    // A ticket would outlive it.
    let ticket = server.as_user(&token, Method::POST, "/v1/tickets").send().await.unwrap();
    assert_eq!(ticket.status(), 403);
    let (_, rotated) = ask(&server, &ada, Method::POST, "/v1/bots/helper/token", Value::Null).await;
    assert_eq!(as_bot(&token).await, 401);
    assert_eq!(as_bot(rotated["token"].as_str().unwrap()).await, 200);
    for path in ["/v1/bots/helper/stop", "/v1/bots/helper/start"] {
        assert_eq!(ask(&server, &ada, Method::POST, path, Value::Null).await.0, 200, "{path}");
    }
    assert_eq!(ask(&server, &ada, Method::DELETE, "/v1/bots/helper", Value::Null).await.0, 200);
    assert_eq!(ask(&server, &ada, Method::GET, "/v1/bots/helper", Value::Null).await.0, 404);
}

/// D10: bots of the settings, and such as the server calls out for, are not everybody's to touch.
#[tokio::test]
async fn d10_the_servers_own_bots_are_the_administrators() {
    let server = TestServer::with(&[("DEMO_AGENT", "true")]).await;
    let ada = server.guest("Ada").await;
    let (status, _) = ask(&server, &ada, Method::POST, "/v1/bots/demo/stop", Value::Null).await;
    assert_eq!(status, 403);
    let connector = json!({ "type": "openai", "base_url": "http://169.254.169.254", "model": "m" });
    let spec = json!({ "bot": { "id": "x", "connector": connector } });
    assert_eq!(ask(&server, &ada, Method::POST, "/v1/bots", spec).await.0, 403);
}

/// A bot of Ada's on a bot socket that takes all it can get; how many runs at a time that are, and Ada's socket.
async fn eager(server: &TestServer, said: Value) -> (Socket, u64, Socket) {
    let ada = server.guest("Ada").await;
    let mut spec = json!({ "id": "helper", "connector": { "type": "bot_socket" } });
    spec.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    let (status, made) = ask(server, &ada, Method::POST, "/v1/bots", json!({ "bot": spec })).await;
    assert_eq!(status, 200, "{made}");
    let mut bot = server.connect_as(made["token"].as_str().unwrap()).await;
    let serving = bot.ask(json!({ "type": "serve_runs", "concurrency": 10_000 })).await;
    (bot, serving["concurrency"].as_u64().unwrap(), server.connect_as(&ada.token).await)
}

/// A room of Ada's with the bot, which she hears.
async fn room(ada: &mut Socket) -> String {
    let room = fresh_id();
    let create = json!({ "type": "create_room", "id": room, "kind": "session", "members": ["helper"] });
    assert_eq!(ada.ask(create).await["type"], "ok");
    ada.join(&room).await;
    room
}

async fn finish(bot: &mut Socket, offer: &Value) {
    let (run, attempt) = (&offer["run"]["run"], &offer["run"]["attempt"]);
    let end = json!({ "type": "finish_run", "run": run, "attempt": attempt, "ending": "completed" });
    assert_eq!(bot.ask(end).await["type"], "ok");
}

/// Room and words of an offer.
fn place_of(offer: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&offer["room"]["id"]), text(&offer["trigger"]["parts"][0]["text"]))
}

/// B5, D5: a bot is offered at once what its registration allows, one run of each room, and is told how many that are, whatever it asked
/// for; the rooms are told why the others wait, and each is answered in its order.
#[tokio::test]
async fn b5_a_bot_works_in_as_many_rooms_at_once_as_it_may() {
    for (said, most) in [(json!({}), 8), (json!({ "concurrency": 50 }), 50)] {
        let server = TestServer::with(&[("LIMITS__REQUESTS_PER_SECOND", "100000")]).await;
        let (mut bot, told, mut ada) = eager(&server, said).await;
        assert_eq!(told, most);
        let mut rooms = Vec::new();
        for _ in 0..=most {
            rooms.push(room(&mut ada).await);
        }
        for words in ["first", "second"] {
            for room in &rooms {
                ada.say(room, words).await;
            }
        }
        let mut offers = HashMap::new();
        for _ in 0..most {
            let offer = bot.event_of_type("run").await;
            let (room, words) = place_of(&offer);
            assert_eq!(words, "first");
            assert!(offers.insert(room, offer).is_none(), "two runs of one room at once");
        }
        for (room, reason) in [(&rooms[0], "busy"), (rooms.last().unwrap(), "busy_elsewhere")] {
            ada.event(|event| {
                event["type"] == "queue" && event["room"] == **room && event["reason"] == reason
            })
            .await;
        }
        // As one ends, the next one comes: of the room that had nothing yet, then what is second in each.
        for (at, ended) in rooms.iter().chain(&rooms).enumerate() {
            finish(&mut bot, &offers.remove(ended).unwrap()).await;
            if at <= rooms.len() {
                let offer = bot.event_of_type("run").await;
                let next = if at == 0 {
                    (rooms[rooms.len() - 1].clone(), "first")
                } else {
                    (rooms[at - 1].clone(), "second")
                };
                let (room, words) = place_of(&offer);
                assert_eq!((room.clone(), words.as_str()), next);
                offers.insert(room, offer);
            }
        }
    }
}

/// D5: in one room a bot that could do much more at once is offered one run after the other.
#[tokio::test]
async fn d5_in_one_room_runs_come_one_after_the_other() {
    const SAID: usize = 50;
    let server = TestServer::with(&[("LIMITS__REQUESTS_PER_SECOND", "100000")]).await;
    let (mut bot, _, mut ada) = eager(&server, json!({ "concurrency": SAID })).await;
    let room = room(&mut ada).await;
    for n in 0..SAID {
        ada.say(&room, &n.to_string()).await;
    }
    for n in 0..SAID {
        let offer = bot.event_of_type("run").await;
        assert_eq!(place_of(&offer), (room.clone(), n.to_string()));
        // Said after whatever else there was to offer.
        let alive =
            json!({ "type": "run_heartbeat", "runs": [{ "run": offer["run"]["run"], "attempt": 1 }] });
        assert_eq!(bot.ask(alive).await["type"], "ok");
        assert!(bot.heard("run").is_none(), "a second run of the room at once");
        finish(&mut bot, &offer).await;
    }
}
