//! Endpoints that refuse, break off, or fall silent; people who stop.

use std::time::Duration;

use antiphon_protocol::{
    BotSpec, BotStatus, Message, MessageStatus, Run, RunState, UserId,
    bot::{OpenAiSpec, Secret},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::timeout,
};

use super::{
    KEY,
    aimock::Aimock,
    helper,
    relay::{relay, relay_at},
    spec, world_of, world_with,
};
use crate::watcher::text_of;

/// Long enough to be stopped in; 200 pieces, 20 ms apart.
const LONG: &str = "All work and no play makes a long story that nobody reads to its end. ";

fn long_story() -> Value {
    json!({"match": {"userMessage": "story"}, "response": {"content": LONG.repeat(20)}, "chunkSize": 7, "latency": 20})
}

fn refusal(status: u16, model: &str) -> Value {
    let error = json!({"message": format!("no: {KEY}")});
    let response = json!({"error": error, "status": status, "retryAfter": 1});
    json!({"match": {"userMessage": "hello", "model": model}, "response": response})
}

/// Asks once, and waits for the end of a run that was given no answer.
async fn ask(own: OpenAiSpec, text: &str) -> (Run, Option<Message>) {
    ask_of(spec(own), text).await
}

async fn ask_of(spec: BotSpec, text: &str) -> (Run, Option<Message>) {
    let world = world_of(spec).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, text).await;
    chat.until("the end of the run", |seen| seen.run(&question).is_some_and(|run| run.state.is_final()))
        .await;
    let run = chat.seen.run(&question).unwrap().clone();
    let has_answer = run.answer.is_some() || chat.seen.answer(&question).is_some();
    let answer = if has_answer { Some(chat.answered(&question).await.1) } else { None };
    (run, answer)
}

/// 429 is waited for, then the next model is asked.
#[tokio::test]
async fn a_busy_model_is_asked_again_and_then_another_one() {
    let hello = json!({"match": {"userMessage": "hello"}, "response": {"content": "Hello from the second."}});
    let aimock = Aimock::with(&[refusal(429, "first"), hello]).await;
    let options = OpenAiSpec { fallback_models: vec!["second".to_owned()], ..helper(&aimock.base()) };
    let (run, answer) = ask(options, "hello").await;
    assert_eq!((run.state, run.error), (RunState::Completed, None));
    assert_eq!(text_of(&answer.unwrap()), "Hello from the second.");
    // The room can see who answered, and why not the others.
    let [first, second] = &run.usage[..] else { panic!("{:?}", run.usage) };
    assert_eq!((first.model.as_deref(), second.model.as_deref()), (Some("first"), Some("second")));
    let told: Vec<_> =
        first.attempts.iter().map(|one| (one.error.as_deref().unwrap_or_default(), one.wait_ms)).collect();
    assert!(told.iter().all(|(error, _)| error.contains("HTTP 429")), "{told:?}");
    assert!(matches!(told[..], [(_, Some(1_000..)), (_, None)]), "{told:?}");
    assert_eq!(second.attempts.iter().map(|one| &one.error).collect::<Vec<_>>(), [&None]);

    let journal = aimock.journal().await;
    let models: Vec<&str> =
        journal.iter().map(|request| request["body"]["model"].as_str().unwrap()).collect();
    assert_eq!(models, ["first", "first", "second"]);
    let at = |index: usize| journal[index]["timestamp"].as_u64().unwrap();
    assert!(at(1) - at(0) >= 1_000, "`Retry-After` was not honoured");
}

/// A refusal is told in a sentence that holds no key, no address and nothing that the endpoint said.
#[tokio::test]
async fn a_refusal_is_told_in_a_sentence() {
    let aimock = Aimock::with(&[refusal(401, "first"), refusal(503, "second")]).await;
    for (model, words, requests) in
        [("first", "refused the bot's key (HTTP 401)", 1), ("second", "(HTTP 503)", 3)]
    {
        let (run, answer) =
            ask(OpenAiSpec { model: model.to_owned(), ..helper(&aimock.base()) }, "hello").await;
        let error = run.error.unwrap();
        assert_eq!((run.state, answer), (RunState::Failed, None));
        assert!(error.contains(words) && !error.contains(KEY) && !error.contains("127.0.0.1"), "{error}");
        assert_eq!(aimock.journal().await.len(), requests);
    }
}

/// The endpoint is strict about keys: every other test shows that the right one is sent.
#[tokio::test]
async fn a_wrong_key_is_refused() {
    let aimock = Aimock::with(&[long_story()]).await;
    for api_key in [None, Some(Secret("sk-WRONG".to_owned()))] {
        let (run, _) = ask(OpenAiSpec { api_key, ..helper(&aimock.base()) }, "story").await;
        assert_eq!(run.error.as_deref(), Some("the model service refused the bot's key (HTTP 401)"));
    }
}

/// D3, F5: nobody listens there: the bot is in trouble, and what it is asked waits until somebody does.
#[tokio::test]
async fn a_message_waits_until_the_endpoint_is_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let world = world_with(OpenAiSpec { retries: 0, ..helper(&format!("http://{address}/v1")) }).await;
    let bot = UserId::parse("helper").unwrap();
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "hello").await;
    world.until(&bot, BotStatus::Error).await;
    assert_eq!(world.hub.bot(&bot).unwrap().error.as_deref(), Some("the model service cannot be reached"));
    chat.until("its place in the queue", |seen| {
        seen.run(&question).is_some_and(|run| run.state == RunState::Queued)
    })
    .await;
    let hello = json!({"match": {"userMessage": "hello"}, "response": {"content": "Hello after all."}});
    let aimock = Aimock::with(&[hello]).await;
    relay_at(tokio::net::TcpListener::bind(address).await.unwrap(), aimock.address());
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, text_of(&answer).as_str()), (RunState::Completed, "Hello after all."));
    world.until(&bot, BotStatus::Running).await;
}

/// Words of its own are better than a wait: such a bot is always there.
#[tokio::test]
async fn an_endpoint_that_is_away_is_stood_in_for() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let fallback_answer = Some("Later, please.".to_owned());
    let (run, answer) = ask(OpenAiSpec { retries: 0, fallback_answer, ..helper(&base) }, "hello").await;
    assert_eq!((run.state, text_of(&answer.unwrap()).as_str()), (RunState::Completed, "Later, please."));
}

/// D3: a key that is refused three times in a row is a trouble of the bot, which lasts as long as it is refused.
#[tokio::test]
async fn a_key_that_is_refused_again_and_again_is_the_bots_trouble() {
    let aimock = Aimock::with(&[long_story()]).await;
    let world =
        world_with(OpenAiSpec { api_key: Some(Secret("sk-WRONG".to_owned())), ..helper(&aimock.base()) })
            .await;
    let bot = UserId::parse("helper").unwrap();
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    for _ in 0..3 {
        assert_eq!(world.hub.bot(&bot).unwrap().status, BotStatus::Running);
        let question = mara.say(&chat.room, "story").await;
        chat.until("the end", |seen| seen.run(&question).is_some_and(|run| run.state.is_final())).await;
    }
    world.until(&bot, BotStatus::Error).await;
    let error = world.hub.bot(&bot).unwrap().error.unwrap();
    assert_eq!(error, "the model service refused the bot's key (HTTP 401)");
}

/// F3: a stream that is cut leaves what it had brought, marked; it is not asked for again.
#[tokio::test]
async fn a_cut_stream_leaves_what_came() {
    let mut story = long_story();
    story["truncateAfterChunks"] = json!(9);
    let aimock = Aimock::with(&[story]).await;
    let (run, answer) = ask(helper(&aimock.base()), "story").await;
    let answer = answer.unwrap();
    assert_eq!((run.state, answer.status), (RunState::Failed, MessageStatus::Failed));
    assert!(run.error.unwrap().contains("broke off"));
    let text = text_of(&answer);
    assert!(!text.is_empty() && LONG.repeat(20).starts_with(&text), "{text}");
    assert_eq!(aimock.journal().await.len(), 1);
}

/// Silence ends the run as timed out, before the first word or in the middle.
#[tokio::test]
async fn silence_ends_a_run_in_time() {
    let short = 300;
    let slow = json!({"match": {"userMessage": "story"}, "response": {"content": LONG}, "chunkSize": 7,
        "streamingProfile": {"ttft": 1, "tps": 0.2}});
    let aimock = Aimock::with(&[slow]).await;
    let silent = spec(OpenAiSpec { chunk_gap_ms: short, ..helper(&aimock.base()) });
    let long = BotSpec { total_ms: short, ..spec(helper(&aimock.base())) };
    for (spec, words) in [(silent, "fell silent for 0.3 s"), (long, "the run took too long")] {
        let (run, _) = ask_of(spec, "story").await;
        assert_eq!(run.state, RunState::TimedOut);
        let error = run.error.unwrap();
        assert!(error.contains(words), "{error}");
    }
    // Takes the connection, and never answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let (run, answer) = ask(OpenAiSpec { first_chunk_ms: short, ..helper(&base) }, "story").await;
    assert_eq!((run.state, answer), (RunState::TimedOut, None));
    assert!(run.error.unwrap().contains("did not begin to answer within 0.3 s"));
    // Takes the request, says that an answer follows, and says no more.
    let base = format!("http://{}/v1", headers_only().await);
    let (run, answer) = ask(OpenAiSpec { first_chunk_ms: short, ..helper(&base) }, "story").await;
    assert_eq!((run.state, answer), (RunState::TimedOut, None));
    assert!(run.error.unwrap().contains("did not begin to answer within 0.3 s"));
}

/// An endpoint that answers every request with the head of a stream, and then with nothing.
async fn headers_only() -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = vec![0; 64 * 1024];
            let _ = socket.read(&mut request).await;
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
            socket.write_all(head.as_bytes()).await.unwrap();
            open.push(socket);
        }
    });
    address
}

/// F4: a stop closes the connection at once, and keeps what was said.
#[tokio::test]
async fn a_stop_hangs_up() {
    let aimock = Aimock::with(&[long_story()]).await;
    let (address, hung_up) = relay(aimock.address()).await;
    let world = world_with(helper(&format!("http://{address}/v1"))).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "story").await;
    chat.until("the beginning of the story", |seen| seen.length() > 100).await;
    assert!(mara.stop(&chat.room, &question).await);
    timeout(Duration::from_secs(60), hung_up).await.expect("the connection stays open").unwrap();
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, answer.status), (RunState::Cancelled, MessageStatus::Cancelled));
    let text = text_of(&answer);
    assert!(text.len() >= 100 && text.len() < LONG.len() * 20, "{}", text.len());
}

/// F3: a server that stops does not wait for a model.
#[tokio::test]
async fn the_servers_stop_hangs_up() {
    let aimock = Aimock::with(&[long_story()]).await;
    let (address, hung_up) = relay(aimock.address()).await;
    let world = world_with(helper(&format!("http://{address}/v1"))).await;
    let mara = world.person("mara", "Mara").await;
    let mut chat = mara.chat_with("helper").await;
    let question = mara.say(&chat.room, "story").await;
    chat.until("the beginning of the story", |seen| seen.length() > 100).await;
    let _folder = world.stop().await;
    timeout(Duration::from_secs(60), hung_up).await.expect("the connection stays open").unwrap();
    let (run, answer) = chat.answered(&question).await;
    assert_eq!((run.state, answer.status), (RunState::Interrupted, MessageStatus::Interrupted));
}

/// The key goes to the endpoint and nowhere else: it is not in what can be logged of the options.
#[test]
fn the_key_is_not_shown() {
    assert!(!format!("{:?}", helper("http://127.0.0.1:9/v1")).contains(KEY));
}
