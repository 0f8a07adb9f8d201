//! Programs that end, that will not end, and that leave children behind.

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use super::*;

const PATIENCE: Duration = Duration::from_secs(30);

/// Neither hears that its input is closed nor that it should end, and starts a child that it does not look after.
const STUBBORN: &str = "trap '' TERM; sleep 1000 & echo $$ $!; while :; do sleep 1000; done";

fn script(script: &str, folder: &Path) -> Program {
    Program {
        command: "/bin/sh".to_owned(),
        args: ["-c", script].map(str::to_owned).to_vec(),
        env: [("ANSWER".to_owned(), SecretString::from("forty-two"))].into(),
        folder: Some(folder.to_owned()),
    }
}

fn shell(said: &str, folder: &Path) -> (Process, Pipes) {
    script(said, folder).start("test").unwrap()
}

async fn first_line(output: &mut ChildStdout) -> String {
    let mut line = String::new();
    timeout(PATIENCE, BufReader::new(output).read_line(&mut line)).await.unwrap().unwrap();
    line.trim().to_owned()
}

/// Waits until a process is dead. Where its new parent does not look after it, it is a zombie for good.
async fn is_dead(pid: &str) {
    let is_alive = || {
        let state = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap();
        let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
        !state.is_empty() && !state.starts_with('Z')
    };
    let dead = async {
        while is_alive() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, dead).await.expect("a process was left behind");
}

/// Whether there is such a process, dead or alive.
fn is_there(pid: &str) -> bool {
    let pid = rustix::process::Pid::from_raw(pid.parse().unwrap()).unwrap();
    rustix::process::test_kill_process(pid).is_ok()
}

#[tokio::test]
async fn how_a_program_ended_is_told_and_its_last_words_apart_without_its_secrets() {
    let folder = TempDir::new().unwrap();
    let padding = "x".repeat(390);
    let script = format!("echo no key: $ANSWER >&2; echo {padding}$ANSWER >&2; echo give up >&2; exit 3");
    let (process, _pipes) = shell(&script, folder.path());
    let End { how, last_words } = process.ended().await;
    assert_eq!(how, "it ended with code 3");
    let last_words = last_words.unwrap();
    assert!(
        last_words.starts_with("no key: [secret] / xxx") && last_words.ends_with(" / give up"),
        "{last_words}"
    );
    assert!(!last_words.contains("forty"), "{last_words}");
}

#[tokio::test]
async fn a_program_sees_its_folder_and_little_of_the_environment() {
    let folder = TempDir::new().unwrap();
    let (process, mut pipes) = shell("pwd -P; env", folder.path());
    let mut said = String::new();
    pipes.output.read_to_string(&mut said).await.unwrap();
    assert_eq!(process.ended().await, End::of("it ended"));
    let mut lines = said.lines();
    assert_eq!(Path::new(lines.next().unwrap()), folder.path().canonicalize().unwrap());
    let names: Vec<&str> = lines.filter_map(|line| Some(line.split_once('=')?.0)).collect();
    assert!(names.contains(&"ANSWER") && names.contains(&"PATH"));
    assert!(!names.iter().any(|name| name.starts_with("CARGO")), "{names:?}");
}

/// Neither the closed input nor the word to end is heard; the child that it started is not forgotten either.
#[tokio::test]
async fn a_program_that_will_not_end_is_killed_with_its_children() {
    let folder = TempDir::new().unwrap();
    let (process, mut pipes) = shell(STUBBORN, folder.path());
    let line = first_line(&mut pipes.output).await;
    let (leader, child) = line.split_once(' ').unwrap();
    assert!(is_there(leader) && is_there(child));
    let mut ended = process.ended.clone();
    drop(process);
    timeout(PATIENCE, ended.wait_for(Option::is_some)).await.unwrap().unwrap();
    // The leader was looked at, so that it is no zombie; its child is now somebody else's to look at.
    assert!(!is_there(leader));
    is_dead(child).await;
}

/// F3: nobody of ours is left to end it when the server was killed.
#[tokio::test]
async fn a_program_does_not_outlive_the_death_of_the_server() {
    let folder = TempDir::new().unwrap();
    let mut child = script(STUBBORN, folder.path()).command().unwrap().spawn().unwrap();
    let line = first_line(&mut child.stdout.take().unwrap()).await;
    let (leader, grandchild) = line.split_once(' ').unwrap();
    let group = Group::of(&child);
    let mut guard = Guard::over(&group).unwrap().unwrap();
    assert!(is_there(leader) && is_there(grandchild));
    guard.server_dies();
    is_dead(leader).await;
    is_dead(grandchild).await;
}

#[tokio::test]
async fn what_a_program_leaves_behind_ends_with_it() {
    let folder = TempDir::new().unwrap();
    let (process, mut pipes) = shell("sleep 1000 & echo $!", folder.path());
    let child = first_line(&mut pipes.output).await;
    assert_eq!(process.ended().await.how, "it ended");
    is_dead(&child).await;
}

#[test]
fn the_end_of_the_runtime_leaves_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let pid = runtime.block_on(async {
        let (process, mut pipes) =
            shell("trap '' TERM; echo $$; while :; do sleep 1000; done", folder.path());
        let pid = first_line(&mut pipes.output).await;
        std::mem::forget(process);
        pid
    });
    drop(runtime);
    let other = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    other.block_on(is_dead(&pid));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_an_error() {
    let command = "antiphon-no-such-program".to_owned();
    let program = Program { command, args: Vec::new(), env: BTreeMap::new(), folder: None };
    assert_eq!(program.start("test").err().unwrap().kind(), io::ErrorKind::NotFound);
}
