//! What clients of plain HTTP send and nobody reads: the connection goes on, or is said to end.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::{PATIENCE, TestServer};

/// A connection, spoken by hand.
struct Plain {
    tcp: TcpStream,
    host: String,
}

impl Plain {
    async fn open(server: &TestServer) -> Self {
        let host = server.authority();
        let tcp = TcpStream::connect(&host).await.unwrap();
        tcp.set_nodelay(true).unwrap();
        Self { tcp, host }
    }

    /// The head of somebody who is not signed in.
    async fn head(&mut self, request: &str, headers: &str) {
        let head = format!("{request} HTTP/1.1\r\nhost: {}\r\n{headers}\r\n", self.host);
        self.tcp.write_all(head.as_bytes()).await.unwrap();
    }

    /// The head of the next answer; its body is let go of.
    async fn answer(&mut self) -> String {
        let mut heard = Vec::new();
        let hear = async {
            loop {
                let text = String::from_utf8_lossy(&heard).to_lowercase();
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                    if body.len() >= length.expect("a length").parse().unwrap() {
                        return head.to_owned();
                    }
                }
                assert_ne!(self.tcp.read_buf(&mut heard).await.unwrap(), 0, "cut off after {text:?}");
            }
        };
        timeout(PATIENCE, hear).await.expect("an answer in time")
    }
}

/// B14: who is refused before anybody has read what they brought goes on over the same connection.
#[tokio::test]
async fn b14_a_refusal_does_not_cost_the_connection() {
    let server = TestServer::start().await;
    for path in ["/v1/rooms", "/v1/bots/helper/openai/chat/completions", "/v1/nothing"] {
        let mut plain = Plain::open(&server).await;
        for _ in 0..3 {
            let body = "x".repeat(50_000);
            plain.head(&format!("POST {path}"), "content-length: 50000\r\n").await;
            // Not with the head: by now it is being answered.
            tokio::task::yield_now().await;
            plain.tcp.write_all(body.as_bytes()).await.unwrap();
            let head = plain.answer().await;
            assert!(head.starts_with("http/1.1 40") && !head.contains("connection: close"), "{head}");
        }
        plain.head("GET /v1/config", "").await;
        assert!(plain.answer().await.starts_with("http/1.1 200"), "{path}");
    }
}

/// FAULTS 61: who brings more than anybody would read is answered all the same, and told that the connection ends.
#[tokio::test]
async fn an_end_of_the_connection_is_announced() {
    let server = TestServer::start().await;
    for headers in
        ["content-length: 999999999\r\n", "transfer-encoding: chunked\r\n", "content-length: 5\r\n"]
    {
        let mut plain = Plain::open(&server).await;
        plain.head("POST /v1/rooms", headers).await;
        let head = plain.answer().await;
        assert!(head.starts_with("http/1.1 401") && head.contains("connection: close"), "{headers}: {head}");
    }
}
