//! Tools of MCP servers, called in real ones: the reference server of the protocol's authors, and one that misbehaves.

mod everything;
mod faults;
mod web;

use std::{path::Path, sync::Mutex, time::Duration};

use antiphon_agents::{
    Program,
    mcp::{Answer, CallTimes, Listener, McpServer, McpServers, Outcome, Progress, Question, Tool, Transport},
};
use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::{sync::mpsc, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub const EVERYTHING: &str = "../../node_modules/@modelcontextprotocol/server-everything/dist/index.js";
/// No test waits longer for something that will not come.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longer than any test.
const LONG: CallTimes = CallTimes { silence: PATIENCE, total: PATIENCE };

/// Where a program for Node.js is.
pub fn script(path: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    assert!(script.exists(), "{} is missing: run `npm ci` in the root of the repository", script.display());
    script.to_str().unwrap().to_owned()
}

/// A server that is a program for Node.js.
fn program(name: &str, script: &str, args: &[&str]) -> McpServer {
    let script = self::script(script);
    let args = [&[script.as_str()], args].concat().into_iter().map(str::to_owned).collect();
    let program = Program { command: "node".to_owned(), args, env: [].into(), folder: None };
    McpServer { name: name.to_owned(), transport: Transport::Stdio(program), tools: None, start: PATIENCE }
}

fn everything() -> McpServer {
    program("everything", EVERYTHING, &["stdio"])
}

fn peer() -> McpServer {
    program("peer", "tests/it/mcp/peer.mjs", &[])
}

/// A bot's servers, which end with the test.
struct Servers {
    mcp: McpServers,
    closing: CancellationToken,
    tasks: TaskTracker,
}

impl Servers {
    async fn of(servers: Vec<McpServer>) -> Self {
        let (closing, tasks) = (CancellationToken::new(), TaskTracker::new());
        let mcp = McpServers::start(servers, &closing, &tasks);
        mcp.settled().await;
        Self { mcp, closing, tasks }
    }

    /// A tool, once it is offered.
    async fn tool(&self, name: &str) -> Tool {
        let find = async {
            loop {
                if let Some(tool) = self.mcp.tools().into_iter().find(|tool| tool.remote == name) {
                    return tool;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, find).await.unwrap_or_else(|_| panic!("{name} was not offered"))
    }

    async fn call(&self, name: &str, arguments: Value) -> Outcome {
        self.call_with(name, arguments, LONG, &Ear::default(), &CancellationToken::new()).await
    }

    async fn call_with(
        &self,
        name: &str,
        arguments: Value,
        times: CallTimes,
        listener: &Ear,
        cancel: &CancellationToken,
    ) -> Outcome {
        let tool = self.tool(name).await;
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let call = self.mcp.call(&tool, arguments, "a run", times, listener, cancel);
        timeout(PATIENCE, call).await.expect("the call has no outcome")
    }

    async fn stop(self) {
        self.closing.cancel();
        self.tasks.close();
        timeout(PATIENCE, self.tasks.wait()).await.expect("a server's link does not end");
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// Hears what a call says, and answers its questions.
#[derive(Default)]
struct Ear {
    progress: Mutex<Vec<Progress>>,
    asked: Mutex<Vec<Question>>,
    /// Told of the first news.
    bell: Option<mpsc::Sender<()>>,
    /// What is answered; nothing is, if it is empty.
    answer: Option<Answer>,
}

impl Ear {
    fn fractions(&self) -> Vec<f64> {
        self.progress.lock().unwrap().iter().filter_map(|progress| progress.fraction).collect()
    }

    fn ring(&self) {
        if let Some(bell) = &self.bell {
            let _ = bell.try_send(());
        }
    }
}

#[async_trait]
impl Listener for Ear {
    fn progress(&self, progress: Progress) {
        self.progress.lock().unwrap().push(progress);
        self.ring();
    }

    fn output(&self, _line: &str) {}

    async fn ask(&self, question: Question) -> Answer {
        self.asked.lock().unwrap().push(question);
        self.ring();
        match self.answer.clone() {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }
}

/// What was done, in words.
fn done(outcome: Outcome) -> String {
    match outcome {
        Outcome::Done(output) => output.text,
        other => panic!("the call ended as {other:?}"),
    }
}

fn long_operation(seconds: u32, steps: u32) -> Value {
    json!({"duration": seconds, "steps": steps})
}
