//! The reference server, over streamable HTTP.

use std::{path::Path, process::Stdio, time::Duration};

use antiphon_agents::{
    Address,
    mcp::{Answer, Header, McpServer, Outcome, Transport},
};
use secrecy::SecretString;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{EVERYTHING, Ear, LONG, PATIENCE, Servers, done, long_operation};

/// The server as a process of its own, at a port of the test's choice.
async fn listen(port: u16) -> Child {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(EVERYTHING);
    let mut process = Command::new("node")
        .arg(script)
        .arg("streamableHttp")
        .env("PORT", port.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
    let ready = async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, ready).await.expect("the server does not listen");
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    process
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn at(port: u16, headers: Vec<Header>) -> McpServer {
    let url = Address::parse(&format!("http://127.0.0.1:{port}/mcp")).unwrap();
    McpServer {
        name: "web".to_owned(),
        transport: Transport::Http { url, headers },
        tools: None,
        start: PATIENCE,
    }
}

/// Progress, a question, a stop: the same as through pipes.
#[tokio::test]
async fn a_server_on_the_web_is_called() {
    let port = free_port();
    let _process = listen(port).await;
    let servers = Servers::of(vec![at(port, Vec::new())]).await;
    assert_eq!(servers.mcp.away(), Vec::<&str>::new());
    let (ear, cancel) = (Ear::default(), CancellationToken::new());
    let tool = "trigger-long-running-operation";
    let outcome = servers.call_with(tool, long_operation(1, 4), LONG, &ear, &cancel).await;
    assert!(done(outcome).contains("completed"));
    assert!(ear.fractions().starts_with(&[0.25, 0.5]));

    let ear = Ear { answer: Some(Answer::Accept(json!({"name": "Mara"}))), ..Ear::default() };
    let outcome = servers.call_with("trigger-elicitation-request", json!({}), LONG, &ear, &cancel).await;
    assert!(done(outcome).contains("Mara"));

    let stop = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        cancel.cancel();
    };
    let ear = Ear::default();
    let call = servers.call_with(tool, long_operation(600, 6_000), LONG, &ear, &cancel);
    assert_eq!(tokio::join!(call, stop).0, Outcome::Cancelled);
    servers.stop().await;
}

/// A server that was away is found again by the call that needs it.
#[tokio::test]
async fn a_server_that_comes_back_is_found() {
    let port = free_port();
    let process = listen(port).await;
    let servers = Servers::of(vec![at(port, Vec::new())]).await;
    assert_eq!(done(servers.call("echo", json!({"message": "x"})).await), "Echo: x");
    drop(process);
    assert!(matches!(servers.call("echo", json!({"message": "y"})).await, Outcome::Lost(_)));
    let _process = listen(port).await;
    let found = async {
        loop {
            match servers.call("echo", json!({"message": "z"})).await {
                Outcome::Done(output) => break output.text,
                outcome => assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}"),
            }
        }
    };
    assert_eq!(timeout(PATIENCE, found).await.unwrap(), "Echo: z");
    servers.stop().await;
}

/// The key goes along with each request.
#[tokio::test]
async fn headers_are_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let header = Header::parse("Authorization", &SecretString::from("Bearer SECRET")).unwrap();
    let servers = tokio::spawn(Servers::of(vec![at(port, vec![header])]));
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut request = vec![0; 4_096];
    let length = socket.read(&mut request).await.unwrap();
    let request = String::from_utf8_lossy(&request[..length]).to_lowercase();
    assert!(request.contains("\r\nauthorization: bearer secret\r\n"), "{request}");
    drop((socket, listener));
    servers.await.unwrap().stop().await;
}
