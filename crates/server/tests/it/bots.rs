//! Bots over REST: the same requests as on a socket, with the same permissions and errors (D4, D10).

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Guest, TestServer, server::read};

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
