//! The reference server, through its pipes.

use std::time::{Duration, Instant};

use antiphon_agents::mcp::{Answer, CallTimes, McpServer, Outcome, Transport};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Ear, LONG, PATIENCE, Servers, done, everything, long_operation};

const LONG_OPERATION: &str = "trigger-long-running-operation";

#[tokio::test]
async fn tools_are_offered_and_called() {
    let servers = Servers::of(vec![everything()]).await;
    assert_eq!(servers.mcp.away(), Vec::<&str>::new());
    let echo = servers.tool("echo").await;
    assert_eq!((echo.name.as_str(), echo.title.as_deref()), ("echo", Some("Echo Tool")));
    assert_eq!(echo.parameters["required"], json!(["message"]));
    assert_eq!(done(servers.call("echo", json!({"message": "Grüße 👩‍🚀"})).await), "Echo: Grüße 👩‍🚀");
    assert!(done(servers.call("get-tiny-image", json!({})).await).contains("[image image/png, "));
    let weather = servers.call("get-structured-content", json!({"location": "Chicago"})).await;
    let Outcome::Done(weather) = weather else { panic!("{weather:?}") };
    assert_eq!(weather.data.unwrap()["conditions"], "Light rain / drizzle");
    let refused = servers.call("get-sum", json!({"a": "x"})).await;
    assert!(
        matches!(&refused, Outcome::Failed(output) if output.text.contains("Invalid arguments")),
        "{refused:?}"
    );
    servers.stop().await;
}

/// B16: a program is given what its settings name, and little else of what the server itself has.
#[tokio::test]
async fn a_program_gets_no_secrets_of_others() {
    let mut server = everything();
    let Transport::Stdio(program) = &mut server.transport else { unreachable!() };
    program.env.insert("TOOL_KEY".to_owned(), SecretString::from("its own"));
    let servers = Servers::of(vec![server]).await;
    let environment: Value = serde_json::from_str(&done(servers.call("get-env", json!({})).await)).unwrap();
    assert_eq!(environment["TOOL_KEY"], "its own");
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some() && environment["CARGO_MANIFEST_DIR"].is_null());
}

/// B8: how far a tool is.
#[tokio::test]
async fn progress_is_heard() {
    let servers = Servers::of(vec![everything()]).await;
    let ear = Ear::default();
    let cancel = CancellationToken::new();
    let outcome = servers.call_with(LONG_OPERATION, long_operation(1, 4), LONG, &ear, &cancel).await;
    assert!(done(outcome).contains("completed"));
    // Only the last step counts: one that is overtaken by the next need not be told.
    let fractions = ear.fractions();
    assert!(fractions.is_sorted() && fractions.len() >= 2, "{fractions:?}");
    assert!(fractions.iter().all(|step| [0.25, 0.5, 0.75, 1.0].contains(step)), "{fractions:?}");
}

/// F4: the server goes on after it was told to stop, and is neither waited for nor listened to.
#[tokio::test]
async fn a_stopped_call_ends_at_once_whatever_the_server_does() {
    let servers = Servers::of(vec![everything()]).await;
    let (bell, mut rung) = mpsc::channel(1);
    let ear = Ear { bell: Some(bell), ..Ear::default() };
    let cancel = CancellationToken::new();
    let call = servers.call_with(LONG_OPERATION, long_operation(600, 6_000), LONG, &ear, &cancel);
    let stop = async {
        rung.recv().await.unwrap();
        cancel.cancel();
    };
    let began = Instant::now();
    let (outcome, ()) = tokio::join!(call, stop);
    assert_eq!(outcome, Outcome::Cancelled);
    assert!(began.elapsed() < PATIENCE);
    let heard = ear.fractions();
    // The server is still at work on it: it would have said so several times by now.
    let other = Ear::default();
    let outcome =
        servers.call_with(LONG_OPERATION, long_operation(1, 10), LONG, &other, &cancel_never()).await;
    assert!(done(outcome).contains("completed"));
    assert_eq!(ear.fractions(), heard);
    assert!(other.fractions().len() >= 2);
    servers.stop().await;
}

/// B15: silence has a limit, and so has the whole call.
#[tokio::test]
async fn a_call_takes_no_longer_than_it_may() {
    let servers = Servers::of(vec![everything()]).await;
    let short = Duration::from_millis(300);
    let silent = CallTimes { silence: short, total: PATIENCE };
    let outcome = servers
        .call_with(LONG_OPERATION, long_operation(600, 2), silent, &Ear::default(), &cancel_never())
        .await;
    assert_eq!(outcome, Outcome::TimedOut(short));
    // It speaks ten times a second, and still comes to an end.
    let (total, ear) = (Duration::from_secs(3), Ear::default());
    let long = CallTimes { silence: total * 2 / 3, total };
    let outcome =
        servers.call_with(LONG_OPERATION, long_operation(600, 6_000), long, &ear, &cancel_never()).await;
    assert_eq!(outcome, Outcome::TimedOut(total));
    assert!(ear.progress.lock().unwrap().len() > 2);
}

/// A tool asks, a person answers, and the time that this takes is not the tool's.
#[tokio::test]
async fn a_question_is_asked_and_answered() {
    let servers = Servers::of(vec![everything()]).await;
    for (answer, words) in [
        (Answer::Accept(json!({"name": "Mara", "check": true})), "Mara"),
        (Answer::Decline, "declined"),
        (Answer::Cancel, "cancelled"),
    ] {
        let ear = Ear { answer: Some(answer), ..Ear::default() };
        let never = cancel_never();
        let said =
            done(servers.call_with("trigger-elicitation-request", json!({}), LONG, &ear, &never).await);
        assert!(said.contains(words), "{said}");
        let asked = ear.asked.lock().unwrap();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].schema["properties"]["name"]["type"], "string");
    }
    let (bell, mut rung) = mpsc::channel(1);
    let (short, ear) = (Duration::from_secs(2), Ear { bell: Some(bell), ..Ear::default() });
    let (times, cancel) = (CallTimes { silence: short, total: short }, CancellationToken::new());
    let call = servers.call_with("trigger-elicitation-request", json!({}), times, &ear, &cancel);
    let think = async {
        rung.recv().await.unwrap();
        tokio::time::sleep(short * 3 / 2).await;
        cancel.cancel();
    };
    assert_eq!(tokio::join!(call, think).0, Outcome::Cancelled, "a person was not given the time to answer");
}

/// Two servers with the same tools, and one that offers a few.
#[tokio::test]
async fn tools_of_several_servers_are_told_apart() {
    let some = Some(["echo".to_owned(), "get-sum".to_owned()].into());
    let chosen = |name: &str| McpServer { name: name.to_owned(), tools: some.clone(), ..everything() };
    let servers = Servers::of(vec![chosen("one"), chosen("two")]).await;
    let names: Vec<String> = servers.mcp.tools().into_iter().map(|tool| tool.name).collect();
    assert_eq!(names, ["one_echo", "one_get-sum", "two_echo", "two_get-sum"]);
}

fn cancel_never() -> CancellationToken {
    CancellationToken::new()
}
