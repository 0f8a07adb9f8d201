//! Servers that die, flood, hang, or are not there.

use std::{path::Path, time::Duration};

use antiphon_agents::mcp::{Answer, CallTimes, McpServer, Outcome, Transport};
use serde_json::json;
use tokio::{sync::mpsc, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{Ear, LONG, PATIENCE, Servers, done, everything, peer, program};

/// All pages of a list are read, and read again when the server says so.
#[tokio::test]
async fn a_list_is_read_to_its_end_and_again_when_it_changes() {
    let servers = Servers::of(vec![peer()]).await;
    let names = |servers: &Servers| servers.mcp.tools().into_iter().map(|tool| tool.name).collect::<Vec<_>>();
    assert_eq!(names(&servers)[..6], ["flood", "die", "hang", "leave_a_child", "complain", "ask_twice"]);
    servers.tool("late").await;
    assert_eq!(names(&servers).len(), 9);
}

/// B15: a server that dies loses the call at work, and is there again for the next one.
#[tokio::test]
async fn a_server_that_dies_is_started_again() {
    let servers = Servers::of(vec![peer()]).await;
    for _ in 0..2 {
        assert!(matches!(servers.call("die", json!({})).await, Outcome::Lost(_)));
        assert_eq!(done(servers.call("complain", json!({})).await), "complained");
    }
    servers.stop().await;
}

/// B9: progress faster than anyone can read holds nothing up, and never goes back.
#[tokio::test]
async fn a_flood_of_progress_is_thinned_out() {
    let servers = Servers::of(vec![peer()]).await;
    let ear = Ear::default();
    let outcome = servers.call_with("flood", json!({}), LONG, &ear, &CancellationToken::new()).await;
    assert_eq!(done(outcome), "flooded");
    let fractions = ear.fractions();
    assert!(fractions.len() < 1_000 && fractions.is_sorted(), "{fractions:?}");
}

/// D12: what a server has started ends with it.
#[tokio::test]
async fn nothing_that_a_server_started_outlives_it() {
    let servers = Servers::of(vec![peer()]).await;
    let child = done(servers.call("leave a child", json!({})).await);
    let folder = Path::new("/proc").join(&child);
    assert!(folder.exists());
    servers.stop().await;
    let gone = async {
        // A killed program stays on the list until its parent looks.
        let is_dead =
            || std::fs::read_to_string(folder.join("stat")).map_or(true, |stat| stat.contains(") Z "));
        while !is_dead() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, gone).await.expect("a program is left over");
}

/// A server that never answers is not waited for, but told: by a stop, a time-out, or a run that goes away.
#[tokio::test]
async fn a_server_is_told_that_its_answer_is_not_wanted_any_more() {
    let servers = Servers::of(vec![peer()]).await;
    let (ear, never) = (Ear::default(), CancellationToken::new());
    let stopped = CancellationToken::new();
    let stop = async {
        servers.call("complain", json!({})).await;
        stopped.cancel();
    };
    let call = servers.call_with("hang", json!({}), LONG, &ear, &stopped);
    assert_eq!(tokio::join!(call, stop).0, Outcome::Cancelled);
    let short = CallTimes { silence: Duration::from_millis(50), ..LONG };
    let outcome = servers.call_with("hang", json!({}), short, &ear, &never).await;
    assert_eq!(outcome, Outcome::TimedOut(short.silence));
    let left = servers.call_with("hang", json!({}), LONG, &ear, &never);
    assert!(timeout(Duration::from_millis(50), left).await.is_err());
    let told = async { while done(servers.call("count stops", json!({})).await) != "3" {} };
    timeout(PATIENCE, told).await.expect("the server was not told");
}

/// A question that was withdrawn is not asked any more.
#[tokio::test]
async fn a_withdrawn_question_is_dropped() {
    let servers = Servers::of(vec![peer()]).await;
    let (bell, mut rung) = mpsc::channel(1);
    let ear = Ear { bell: Some(bell), ..Ear::default() };
    let outcome = servers.call_with("ask twice", json!({}), LONG, &ear, &CancellationToken::new()).await;
    assert_eq!(done(outcome), "decided alone");
    assert_eq!(rung.recv().await, Some(()));
    assert_eq!(ear.asked.lock().unwrap()[0].message, "First?");
}

/// What a program was given is not in what the room and the model read of its errors.
#[tokio::test]
async fn an_error_is_told_without_the_servers_secrets() {
    let mut blab = peer();
    let Transport::Stdio(program) = &mut blab.transport else { unreachable!() };
    program.env.insert("TOKEN".to_owned(), "sk-0123456789".into());
    let servers = Servers::of(vec![blab]).await;
    let Outcome::Failed(output) = servers.call("blab", json!({})).await else { panic!("it fails") };
    assert_eq!(output.text, "no [secret]");
}

/// A server that is not there does not hold up the others.
#[tokio::test]
async fn a_missing_server_is_told_and_the_others_work() {
    let mut missing = McpServer { name: "missing".to_owned(), ..everything() };
    let Transport::Stdio(program) = &mut missing.transport else { unreachable!() };
    program.command = "no-such-program-here".to_owned();
    let servers = Servers::of(vec![missing, everything()]).await;
    assert_eq!(servers.mcp.away(), ["missing"]);
    assert_eq!(done(servers.call("echo", json!({"message": "x"})).await), "Echo: x");
}

/// A program that is no server at all is given up in time.
#[tokio::test]
async fn a_program_that_is_no_server_is_given_up() {
    let mut mute = McpServer { start: Duration::from_millis(300), ..everything() };
    let Transport::Stdio(program) = &mut mute.transport else { unreachable!() };
    (program.command, program.args) = ("sleep".to_owned(), vec!["600".to_owned()]);
    let servers = Servers::of(vec![mute]).await;
    assert_eq!(servers.mcp.away(), ["everything"]);
    servers.stop().await;
}

/// A server of the kind that has no `initialize`, and asks by an answer.
#[tokio::test]
async fn a_server_of_the_new_kind_is_greeted_called_and_answered() {
    let servers = Servers::of(vec![program("new", "tests/it/mcp/peer.mjs", &["new"])]).await;
    let (answer, never) = (Answer::Accept(json!({"name": "Mara"})), CancellationToken::new());
    for (answer, words) in [
        (answer, r#"half done: {"action":"accept","content":{"name":"Mara"}}"#),
        (Answer::Decline, r#"half done: {"action":"decline"}"#),
    ] {
        let ear = Ear { answer: Some(answer), ..Ear::default() };
        let outcome = servers.call_with("ask first", json!({}), LONG, &ear, &never).await;
        assert_eq!(done(outcome), words);
        assert_eq!(ear.asked.lock().unwrap()[0].message, "Who?");
    }
    servers.stop().await;
}
