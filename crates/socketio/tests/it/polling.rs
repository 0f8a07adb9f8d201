//! Long-polling: what goes in comes out, and what must not go together ends the session.

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    response::Response,
};
use futures_util::FutureExt as _;
use reqwest::Method;
use tokio::time::sleep;
use tower::ServiceExt as _;

use crate::{
    echo,
    world::{World, sid},
};

#[tokio::test]
async fn messages_go_in_by_post_and_come_out_by_get() {
    let world = World::unhurried().await;
    let path = world.polling("engine.io").await;
    for payload in ["4hello", "4one\u{1e}4two\u{1e}4three", "4hello\u{1e}bAQIDBA=="] {
        assert_eq!(world.post(&path, payload).await, (200, "ok".to_owned()));
        assert_eq!(world.get(&path).await, (200, payload.to_owned()));
    }
}

/// FAULTS 61: the session ends, whole.
#[tokio::test]
async fn a_body_that_is_none_ends_the_session() {
    let world = World::unhurried().await;
    for body in ["abc", "", "\u{1e}", "4a\u{1e}", "bnot base64", "9"] {
        let path = world.polling("engine.io").await;
        assert_eq!(world.post(&path, body).await.0, 400, "{body:?}");
        assert_eq!(world.get(&path).await.0, 400, "{body:?}");
    }
    let path = world.polling("engine.io").await;
    let most = format!("4{}", "a".repeat(999_999));
    assert_eq!(world.post(&path, most.clone()).await.0, 200);
    assert_eq!(world.get(&path).await, (200, most.clone()));
    assert_eq!(world.post(&path, most + "a").await.0, 413);
    assert_eq!(world.get(&path).await.0, 400);
}

/// EIO sending data: whose session is not known, is told; and so is who has another method.
#[tokio::test]
async fn posts_are_for_sessions_that_there_are() {
    let world = World::unhurried().await;
    assert_eq!(world.post("engine.io/?EIO=4&transport=polling&sid=unknown", "4hello").await.0, 400);
    let path = world.polling("engine.io").await;
    assert_eq!(world.ask(Method::PUT, &path, "4hello").await.status(), 400);
    assert_eq!(world.post(&path, "1").await.0, 200);
    assert_eq!(world.post(&path, "4hello").await.0, 400);
}

/// EIO sending data: nobody could say which of two POSTs is first.
#[tokio::test]
async fn two_posts_at_once_end_the_session() {
    let world = World::unhurried().await;
    let path = world.polling("socket.io").await;
    let first = world.begin_post(&path, "6").await;
    // Until the server has begun to read it, the other one is the first.
    let mut tries = 0;
    while world.post(&path, "6").await.0 == 200 {
        tries += 1;
        assert!(tries < 1_000, "two at once are taken");
    }
    assert_eq!(first.status().await, 400);
    assert_eq!(world.get(&path).await.0, 400);
}

/// FAULTS 61: a body without end is not waited for any longer than its client lives.
#[tokio::test]
async fn a_post_that_is_never_finished_ends_with_its_session() {
    let world = World::new().await;
    let path = world.polling("engine.io").await;
    let endless = world.begin_post(&path, "4one").await;
    assert_eq!(endless.status().await, 400);
}

/// FAULTS 58.
#[tokio::test]
async fn two_polls_at_once_end_the_session() {
    let world = World::unhurried().await;
    let path = world.polling("engine.io").await;
    let (first, second) = tokio::join!(world.get(&path), async {
        sleep(Duration::from_millis(50)).await;
        world.get(&path).await
    });
    assert_eq!(first, (200, "1".to_owned()));
    assert_eq!(second.0, 400);
    assert_eq!(world.get(&path).await.0, 400);
}

/// FAULTS 59: what was under way to a client that went away may be lost, so the session is.
#[tokio::test]
async fn a_poll_that_its_client_gives_up_ends_the_session() {
    let world = World::unhurried().await;
    let path = world.polling("engine.io").await;
    let given_up = tokio::time::timeout(Duration::from_millis(50), world.get(&path)).await;
    assert!(given_up.is_err());
    assert_eq!(world.get(&path).await.0, 400);
}

/// FAULTS 59: the same if the client went away when the answer was made, but not yet taken. Whoever asks again would never
/// learn what was in it.
#[tokio::test]
async fn an_answer_that_nobody_took_ends_the_session() {
    let router = echo::router();
    for is_answered in [false, true] {
        let open = answer(&router, Method::GET, "", "").await;
        let sid = sid(&open);
        let request = request(Method::GET, &format!("&sid={sid}"), "");
        let mut poll = Box::pin(router.clone().oneshot(request));
        assert!(poll.as_mut().now_or_never().is_none(), "there is nothing to say yet");
        answer(&router, Method::POST, &format!("&sid={sid}"), "4hello").await;
        // Until the session has said it.
        sleep(Duration::from_millis(50)).await;
        if is_answered {
            drop(poll.await);
        } else {
            drop(poll);
        }
        let next = answer(&router, Method::GET, &format!("&sid={sid}"), "").await;
        assert!(next.contains("\"code\":3"), "{next}");
    }
}

/// EIO conformance: the POST that closes may overtake the poll that was under way. Whoever asks later finds nobody.
#[tokio::test(start_paused = true)]
async fn a_poll_that_the_end_has_overtaken_is_answered() {
    let router = echo::router();
    let query = format!("&sid={}", sid(&answer(&router, Method::GET, "", "").await));
    let close = answer(&router, Method::POST, &query, "1");
    let (closed, poll) = tokio::join!(close, answer(&router, Method::GET, &query, ""));
    assert_eq!((closed.as_str(), poll.as_str()), ("ok", "6"));
    let query = format!("&sid={}", sid(&answer(&router, Method::GET, "", "").await));
    assert_eq!(answer(&router, Method::POST, &query, "1").await, "ok");
    assert!(answer(&router, Method::GET, &query, "").await.contains("Session ID unknown"));
}

fn request(method: Method, query: &str, body: &'static str) -> Request<Body> {
    let uri = format!("/engine.io/?EIO=4&transport=polling{query}");
    Request::builder().method(method).uri(uri).body(Body::from(body)).unwrap()
}

async fn answer(router: &Router, method: Method, query: &str, body: &'static str) -> String {
    let response: Response = router.clone().oneshot(request(method, query, body)).await.unwrap();
    String::from_utf8(to_bytes(response.into_body(), 10_000).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn a_client_can_close() {
    let world = World::unhurried().await;
    for door in ["engine.io", "socket.io"] {
        let path = world.polling(door).await;
        let (poll, closed) = tokio::join!(world.get(&path), async {
            sleep(Duration::from_millis(50)).await;
            world.post(&path, "1").await
        });
        assert_eq!((poll, closed.0), ((200, "6".to_owned()), 200));
        assert_eq!(world.get(&path).await.0, 400);
        let mut wire = world.socket(&format!("{door}/?EIO=4&transport=websocket")).await;
        wire.text().await;
        wire.say("1").await;
        wire.ended().await;
    }
}

/// What is said last comes with the end of the session: whoever asks for more may find nobody.
#[tokio::test]
async fn the_last_words_come_with_the_end() {
    let world = World::unhurried().await;
    let path = world.polling("socket.io").await;
    assert_eq!(world.post(&path, "40").await.0, 200);
    assert!(world.get(&path).await.1.starts_with("40{"));
    assert_eq!(world.get(&path).await.1, "42[\"auth\",{}]");
    assert_eq!(world.post(&path, "42[\"end\"]").await.0, 200);
    assert_eq!(world.get(&path).await.1, "42[\"the end\"]\u{1e}1");
    assert_eq!(world.get(&path).await.0, 400);
}
