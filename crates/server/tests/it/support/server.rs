//! A server of one test, with settings as an operator gives them and a clock that the test can move.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use antiphon_identity::{Clock, SystemClock};
use antiphon_server::{
    Server,
    settings::{Cli, Settings},
};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use super::{HttpLine, PATIENCE, Socket};

/// A running server. The data directory goes when the test ends.
pub struct TestServer {
    server: Server,
    environment: Vec<(String, String)>,
    data: TempDir,
    /// Seconds by which the clock is ahead.
    ahead: Arc<AtomicU64>,
    http: Client,
}

/// Somebody who has given a name.
pub struct Guest {
    pub token: String,
    pub id: String,
    pub name: String,
}

impl TestServer {
    /// A server as it is out of the box.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A server with these settings, named as in the environment but without the prefix.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        // Nobody speaks but the people of the test.
        let quiet = [("DEMO_AGENT", "false")];
        let environment = quiet
            .iter()
            .chain(settings)
            .map(|(name, value)| (format!("ANTIPHON_{name}"), (*value).to_owned()))
            .collect();
        Self::open(environment, TempDir::new().expect("a directory for the data"), Arc::default()).await
    }

    async fn open(environment: Vec<(String, String)>, data: TempDir, ahead: Arc<AtomicU64>) -> Self {
        let cli = Cli { data: Some(data.path().to_owned()), port: Some(0), ..Cli::default() };
        let settings = Settings::gather(cli, environment.clone()).expect("good settings");
        let clock_ahead = Arc::clone(&ahead);
        let clock = Arc::new(move || SystemClock.unix_now() + clock_ahead.load(Ordering::Relaxed));
        let server = Server::start(settings, clock).await.expect("the server starts");
        Self { server, environment, data, ahead, http: Client::new() }
    }

    /// Stops the server. Returns whether everything ended in time.
    pub async fn stop(self) -> bool {
        self.server.stop().await
    }

    /// Stops the server and starts it again on the same data.
    pub async fn restart(self) -> Self {
        let Self { server, environment, data, ahead, .. } = self;
        assert!(server.stop().await, "everything ends in time");
        Self::open(environment, data, ahead).await
    }

    /// Moves the clock of the tokens.
    pub fn pass_seconds(&self, seconds: u64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    pub fn now(&self) -> u64 {
        SystemClock.unix_now() + self.ahead.load(Ordering::Relaxed)
    }

    /// Host and port.
    pub fn authority(&self) -> String {
        self.server.address().to_string()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority())
    }

    /// A request without a token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// Signs a guest in.
    pub async fn guest(&self, name: &str) -> Guest {
        let answer = self.request(Method::POST, "/v1/guests").json(&json!({ "name": name })).send().await;
        let body: Value = answer.expect("an answer").json().await.expect("JSON");
        Guest {
            token: body["token"].as_str().unwrap_or_else(|| panic!("no token: {body}")).to_owned(),
            id: body["user"]["id"].as_str().expect("an id").to_owned(),
            name: name.to_owned(),
        }
    }

    /// Signs a guest in, on a socket.
    pub async fn connect(&self, name: &str) -> Socket {
        let guest = self.guest(name).await;
        self.connect_as(&guest.token).await
    }

    /// A socket on which the holder of this token has signed in.
    pub async fn connect_as(&self, token: &str) -> Socket {
        let mut socket = self.socket().await;
        socket.authenticate(token).await;
        socket
    }

    /// The same over an HTTP line.
    pub async fn connect_by_http(&self, token: &str) -> Socket {
        Socket::over(HttpLine::open(&self.authority(), token, None).await).await
    }

    /// One or the other.
    pub async fn connect_over(&self, token: &str, by_http: bool) -> Socket {
        if by_http { self.connect_by_http(token).await } else { self.connect_as(token).await }
    }

    /// One of each kind.
    pub async fn connect_both_ways(&self, token: &str) -> [Socket; 2] {
        [self.connect_as(token).await, self.connect_by_http(token).await]
    }

    /// What `/metrics` says of this meter.
    pub async fn meter(&self, name: &str) -> u64 {
        let page = self.request(Method::GET, "/metrics").send().await.expect("an answer").text().await;
        let page = page.expect("a page");
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0, |value| value.parse().expect("a number"))
    }

    /// Waits until somebody hears or waits at this door.
    pub async fn until_open(&self, door: &str) {
        let open = async {
            while self.meter(&format!("antiphon_open{{door=\"{door}\"}}")).await == 0 {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, open).await.expect("somebody comes");
    }

    /// A guest's socket that has joined the default room.
    pub async fn join(&self, name: &str) -> Socket {
        let mut socket = self.connect(name).await;
        socket.join("general").await;
        socket
    }

    /// The same over an HTTP line.
    pub async fn join_by_http(&self, name: &str) -> Socket {
        let mut socket = self.connect_by_http(&self.guest(name).await.token).await;
        socket.join("general").await;
        socket
    }

    /// A socket on which nobody has signed in.
    pub async fn socket(&self) -> Socket {
        Socket::open(&self.authority()).await
    }

    /// A ticket for the holder of this token.
    pub async fn ticket(&self, token: &str) -> String {
        let answer = self.as_user(token, Method::POST, "/v1/tickets").send().await.expect("an answer");
        let body: Value = answer.json().await.expect("JSON");
        body["ticket"].as_str().unwrap_or_else(|| panic!("no ticket: {body}")).to_owned()
    }

    /// A request with a token.
    pub fn as_user(&self, token: &str, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(token)
    }

    /// That the server is unharmed: two people who come now hear each other.
    pub async fn assert_unharmed(&self) {
        let mut ada = self.join("Ada").await;
        let mut ben = self.join("Ben").await;
        let sent = ada.say("general", "still here?").await;
        let heard = ben.event(|event| event["message"]["id"] == sent["message"]["id"]).await;
        assert_eq!(heard["message"]["parts"][0]["text"], "still here?");
    }
}

/// Status and body of an answer.
pub async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
