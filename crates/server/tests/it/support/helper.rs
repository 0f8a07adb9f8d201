//! A bot on a bot socket that does what a test tells it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Guest, Socket, TestServer, server::read};

/// A bot that says what a test has it say.
pub struct Helper {
    pub socket: Socket,
    run: Value,
}

impl Helper {
    pub async fn of(server: &TestServer, owner: &Guest) -> Self {
        let spec = json!({ "bot": { "id": "helper", "connector": { "type": "bot_socket" } } });
        let answer = server.as_user(&owner.token, Method::POST, "/v1/bots").json(&spec).send().await.unwrap();
        let (status, made) = read(answer).await;
        assert_eq!(status, 200, "{made}");
        let mut socket = server.connect_as(made["token"].as_str().unwrap()).await;
        let serving = socket.ask(json!({ "type": "serve_runs" })).await;
        assert_eq!(serving["type"], "ok", "{serving}");
        Self { socket, run: Value::Null }
    }

    /// Takes a run, and begins to answer.
    pub async fn begin(&mut self) -> Value {
        self.run = self.socket.event_of_type("run").await;
        self.tell(json!({ "type": "open_message" })).await;
        self.tell(json!({ "type": "put_part", "part": 0, "value": { "type": "text", "text": "" } })).await;
        self.run.clone()
    }

    pub async fn tell(&mut self, mut said: Value) {
        said["run"] = self.run["run"]["run"].clone();
        said["attempt"] = self.run["run"]["attempt"].clone();
        let answer = self.socket.ask(said).await;
        assert_eq!(answer["type"], "ok", "{answer}");
    }

    pub async fn say(&mut self, at: usize, text: &str) {
        self.tell(json!({ "type": "append", "part": 0, "generation": 1, "at": at, "text": text })).await;
    }

    pub async fn finish(&mut self) {
        self.tell(json!({ "type": "finish_run", "ending": "completed" })).await;
    }
}

/// Ada, and a bot of hers.
pub async fn scene() -> (TestServer, Guest, Helper) {
    let server = TestServer::start().await;
    let ada = server.guest("Ada").await;
    let helper = Helper::of(&server, &ada).await;
    (server, ada, helper)
}
