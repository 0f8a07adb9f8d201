//! aimock as a process of its own, with the answers of one test.

use std::{fs, path::Path, process::Stdio, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

use super::KEY;

const PROGRAM: &str = "../../node_modules/@copilotkit/aimock/dist/cli.js";
/// What it writes before its address, once it takes connections.
const READY: &str = "listening on ";
/// It is ready within a second on an idle machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running endpoint. Ends with the test.
pub struct Aimock {
    url: String,
    _process: Child,
    _fixtures: TempDir,
}

impl Aimock {
    /// Starts it with these answers; the first that matches a question is given.
    pub async fn with(fixtures: &[Value]) -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join(PROGRAM);
        assert!(program.exists(), "aimock is missing: run `npm ci` in the root of the repository");
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("fixtures.json"), json!({ "fixtures": fixtures }).to_string()).unwrap();
        let mut process = Command::new("node")
            .arg(program)
            .args(["--host", "127.0.0.1", "--port", "0", "--fixtures"])
            .arg(folder.path())
            // Whoever asks with another key is refused.
            .env("AIMOCK_API_KEYS", KEY)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node is missing: these tests need Node.js 20 or newer");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some((_, url)) = line.split_once(READY) {
                    return url.trim().to_owned();
                }
            }
            panic!("aimock ended before it listened; its words are above");
        };
        let url = timeout(PATIENCE, ready).await.expect("aimock did not listen in time");
        // What it goes on to say must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { url, _process: process, _fixtures: folder }
    }

    /// What a bot is given as its base.
    pub fn base(&self) -> String {
        format!("{}/v1", self.url)
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Every request that it was sent, oldest first.
    pub async fn journal(&self) -> Vec<Value> {
        let url = format!("{}/__aimock/journal", self.url);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client.get(url).bearer_auth(KEY).send().await.unwrap().json().await.unwrap()
    }
}
