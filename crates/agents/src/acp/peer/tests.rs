//! A peer and a scripted other side, over pipes in memory.

use serde_json::json;
use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf, split,
    },
    sync::mpsc,
};

use super::{message::CANCELLED, *};

const PATIENCE: Duration = Duration::from_secs(20);

/// Keeps what it is asked, and passes on what it is told.
struct Notes {
    asked: mpsc::Sender<(String, Asked)>,
    told: mpsc::Sender<(String, Value)>,
}

#[async_trait]
impl Host for Notes {
    async fn request(&self, method: &str, _: Value, asked: Asked) {
        self.asked.send((method.to_owned(), asked)).await.unwrap();
    }

    async fn notification(&self, method: &str, params: Value) {
        self.told.send((method.to_owned(), params)).await.unwrap();
    }
}

struct Scene {
    peer: Peer,
    asked: mpsc::Receiver<(String, Asked)>,
    told: mpsc::Receiver<(String, Value)>,
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    output: WriteHalf<DuplexStream>,
}

impl Scene {
    fn new() -> Self {
        let (ours, theirs) = tokio::io::duplex(1024);
        let ((input, output), (their_input, their_output)) = (split(ours), split(theirs));
        let ((asking, asked), (telling, told)) = (mpsc::channel(100), mpsc::channel(100));
        let host = Arc::new(Notes { asked: asking, told: telling });
        let peer = Peer::start(input, output, 1000, host);
        Self { peer, asked, told, lines: BufReader::new(their_input).lines(), output: their_output }
    }

    async fn write(&mut self, line: &str) {
        self.output.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    async fn read(&mut self) -> Value {
        let line = timeout(PATIENCE, self.lines.next_line()).await.unwrap().unwrap();
        serde_json::from_str(&line.expect("a line")).unwrap()
    }

    fn ask(&self) -> tokio::task::JoinHandle<Result<Value, CallError>> {
        let peer = self.peer.clone();
        tokio::spawn(async move { peer.request("m", &json!({}), PATIENCE).await })
    }
}

#[tokio::test]
async fn an_answer_finds_its_request_among_garbage_and_strangers() {
    let mut scene = Scene::new();
    let (first, second) = (scene.ask(), scene.ask());
    let (one, two) = (scene.read().await["id"].clone(), scene.read().await["id"].clone());
    scene.write("starting…\n\n[]\n{\"id\":999,\"result\":1}").await;
    scene.write(&format!("{{\"id\":5,\"text\":\"{}\"}}", "x".repeat(2000))).await;
    scene.write(&json!({"id": two, "result": {"n": 2}}).to_string()).await;
    scene.write(&json!({"id": one, "error": {"code": -32000, "message": "sign in"}}).to_string()).await;
    let mut results = [first.await.unwrap(), second.await.unwrap()];
    results.sort_by_key(Result::is_ok);
    let [refused, answered] = results;
    assert_eq!(refused, Err(CallError::Remote(RpcError::new(AUTH_REQUIRED, "sign in"))));
    assert_eq!(answered, Ok(json!({"n": 2})));
}

#[tokio::test]
async fn a_request_that_is_not_answered_ends_and_is_withdrawn() {
    let mut scene = Scene::new();
    let result = scene.peer.request("m", &json!({}), Duration::ZERO).await;
    assert_eq!(result, Err(CallError::TimedOut));
    let id = scene.read().await["id"].clone();
    assert_eq!(
        scene.read().await,
        json!({"jsonrpc": "2.0", "method": "$/cancel_request", "params": {"requestId": id}})
    );
    assert!(scene.peer.0.pending.lock().is_empty());
}

#[tokio::test]
async fn nobody_waits_for_a_side_that_is_gone() {
    let mut scene = Scene::new();
    let waiting = scene.ask();
    scene.read().await;
    drop((scene.lines, scene.output));
    assert_eq!(waiting.await.unwrap(), Err(CallError::Closed));
    scene.peer.closed().cancelled().await;
    assert_eq!(scene.peer.why(), Some("it closed its output"));
    assert_eq!(scene.peer.request("m", &json!({}), PATIENCE).await, Err(CallError::Closed));
}

#[tokio::test]
async fn more_requests_than_the_table_holds_are_refused() {
    let mut scene = Scene::new();
    let waiting: Vec<_> = (0..MOST_PENDING).map(|_| scene.ask()).collect();
    for _ in 0..MOST_PENDING {
        scene.read().await;
    }
    assert_eq!(scene.ask().await.unwrap(), Err(CallError::TooMany));
    scene.peer.close("enough");
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap(), Err(CallError::Closed));
    }
}

#[tokio::test]
async fn what_the_other_side_asks_is_answered_once_or_by_default() {
    let mut scene = Scene::new();
    scene.write(r#"{"id":"a","method":"one"}"#).await;
    scene.write(r#"{"id":2,"method":"two"}"#).await;
    scene.write(r#"{"id":2,"method":"again"}"#).await;
    let refused = scene.read().await;
    assert_eq!((&refused["id"], &refused["error"]["code"]), (&json!(2), &json!(INTERNAL)));
    let (_, first) = scene.asked.recv().await.unwrap();
    let (_, second) = scene.asked.recv().await.unwrap();
    drop(second.otherwise(json!("default")));
    assert_eq!(scene.read().await, json!({"jsonrpc": "2.0", "id": 2, "result": "default"}));
    first.answer(Ok(json!("mine"))).await;
    assert_eq!(scene.read().await, json!({"jsonrpc": "2.0", "id": "a", "result": "mine"}));
    assert!(scene.peer.0.asked.lock().is_empty());
}

#[tokio::test]
async fn the_other_side_can_withdraw_what_it_asked() {
    let mut scene = Scene::new();
    scene.write(r#"{"id":"a","method":"one"}"#).await;
    let (_, asked) = scene.asked.recv().await.unwrap();
    scene.write(r#"{"method":"$/cancel_request","params":{"requestId":"a"}}"#).await;
    timeout(PATIENCE, asked.withdrawn().cancelled()).await.unwrap();
    drop(asked.otherwise(json!(1)));
    assert_eq!(scene.read().await["error"]["code"], CANCELLED);
}

#[tokio::test]
async fn notifications_come_in_their_order() {
    let mut scene = Scene::new();
    for n in 0..50 {
        scene.write(&json!({"method": "news", "params": {"n": n}}).to_string()).await;
    }
    for n in 0..50 {
        let (method, params) = timeout(PATIENCE, scene.told.recv()).await.unwrap().unwrap();
        assert_eq!((method.as_str(), &params["n"]), ("news", &json!(n)));
    }
}

#[tokio::test]
async fn a_program_that_speaks_something_else_is_given_up() {
    let mut scene = Scene::new();
    let flood = async {
        // Ends with an error once nobody reads.
        while scene.output.write_all(b"no protocol at all\n").await.is_ok() {}
    };
    tokio::select! {
        () = flood => {}
        () = scene.peer.closed().cancelled() => {}
    }
    assert_eq!(scene.peer.why(), Some("it writes too much that is no message"));
}
