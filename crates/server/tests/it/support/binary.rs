//! The binary itself, as an operator starts it.

use std::{
    fs,
    path::Path,
    process::{ExitStatus, Stdio},
};

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    sync::watch,
    task::JoinHandle,
    time::timeout,
};

use super::{PATIENCE, Socket};

/// A running process. It is killed when the test ends.
pub struct Binary {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub authority: String,
    logs: JoinHandle<String>,
    log_lines: watch::Receiver<String>,
}

fn command(data: &Path, environment: &[(&str, &str)]) -> Command {
    arguments(Command::new(env!("CARGO_BIN_EXE_antiphon")), data, environment)
}

fn arguments(mut command: Command, data: &Path, environment: &[(&str, &str)]) -> Command {
    let port = environment.iter().find(|(name, _)| *name == "PORT").map_or("0", |(_, port)| port);
    command.arg("--data").arg(data).args(["--port", port]).envs(environment.iter().copied());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// What it says when it does not start.
pub async fn refused(data: &Path, environment: &[(&str, &str)]) -> String {
    let output = timeout(PATIENCE, command(data, environment).output()).await.expect("in time").unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "it does not claim to listen");
    String::from_utf8(output.stderr).unwrap()
}

impl Binary {
    pub async fn start(data: &Path, environment: &[(&str, &str)]) -> Self {
        Self::spawn(command(data, environment)).await
    }

    /// On a restored backup.
    pub async fn start_restored(data: &Path) -> Self {
        let mut command = command(data, &[]);
        command.arg("--restored");
        Self::spawn(command).await
    }

    /// With so many file descriptors and no more.
    pub async fn start_with_files(data: &Path, files: u32) -> Self {
        let mut limited = Command::new("sh");
        limited.args(["-c", &format!("ulimit -n {files}; exec \"$0\" \"$@\"")]);
        limited.arg(env!("CARGO_BIN_EXE_antiphon"));
        Self::spawn(arguments(limited, data, &[])).await
    }

    async fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = timeout(PATIENCE, lines.next_line()).await.expect("in time").unwrap().expect("a line");
        let authority =
            first.strip_prefix("listening on http://").unwrap_or_else(|| panic!("{first}")).to_owned();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let (said, log_lines) = watch::channel(String::new());
        let logs = tokio::spawn(async move {
            let mut all = String::new();
            while stderr.read_line(&mut all).await.is_ok_and(|read| read > 0) {
                said.send_replace(all.clone());
            }
            all
        });
        Self { child, lines, authority, logs, log_lines }
    }

    /// A guest's socket that has joined the default room.
    pub async fn join(&self, name: &str) -> Socket {
        self.join_as(&self.guest(name).await).await
    }

    /// A guest's token.
    pub async fn guest(&self, name: &str) -> String {
        let url = format!("http://{}/v1/guests", self.authority);
        let answer = reqwest::Client::new().post(url).json(&json!({ "name": name })).send().await.unwrap();
        let guest: serde_json::Value = answer.json().await.unwrap();
        guest["token"].as_str().unwrap().to_owned()
    }

    /// The same, for the holder of this token.
    pub async fn join_as(&self, token: &str) -> Socket {
        let mut socket = Socket::open(&self.authority).await;
        socket.authenticate(token).await;
        socket.join("general").await;
        socket
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Memory that it holds.
    pub fn resident_mib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1_024
    }

    pub async fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let killed = Command::new("kill").args(["-s", name, &id]).status().await.unwrap();
        assert!(killed.success());
    }

    pub async fn wait_for_log(&self, words: &str) {
        let mut lines = self.log_lines.clone();
        timeout(PATIENCE, lines.wait_for(|all| all.contains(words))).await.expect("in time").unwrap();
    }

    /// How it ended, the rest of what it printed, and its log.
    pub async fn end(mut self) -> (ExitStatus, String, String) {
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it ends in time").unwrap();
        let mut rest = String::new();
        self.lines.into_inner().read_to_string(&mut rest).await.unwrap();
        (status, rest, self.logs.await.unwrap())
    }
}
