//! What clients must not do below JSON: each is closed with its code, and the server is unharmed.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::{PATIENCE, TestServer};

/// FAULTS 17, 18, 19, 25: broken framing is closed with the code of RFC 6455.
#[tokio::test]
async fn broken_frames_are_closed_with_their_code() {
    let server = TestServer::start().await;
    let cases: [(&str, &[u8], u16); 9] = [
        ("not masked", b"\x81\x02hi", 1002),
        ("a reserved bit", b"\xc1\x80\0\0\0\0", 1002),
        ("a reserved opcode", b"\x83\x80\0\0\0\0", 1002),
        ("a fragmented ping", b"\x09\x80\0\0\0\0", 1002),
        ("a continuation of nothing", b"\x80\x80\0\0\0\0", 1002),
        ("a close of one byte", b"\x88\x81\0\0\0\0x", 1002),
        ("bad UTF-8", b"\x81\x82\0\0\0\0\xff\xfe", 1007),
        ("an absurd length", b"\x81\xff\x3f\0\0\0\0\0\0\0\0\0\0\0", 1009),
        ("one byte too long", b"\x81\xff\0\0\0\0\0\x02\0\x01\0\0\0\0", 1009),
    ];
    for (what, bytes, code) in cases {
        let mut raw = upgraded(&server).await;
        raw.write_all(bytes).await.expect("the server takes bytes");
        assert_eq!(close_code(&mut raw).await, Some(code), "{what}");
    }
    server.assert_unharmed().await;
}

/// FAULTS 21: endless fragments, empty ones too, are closed by their number.
#[tokio::test]
async fn endless_fragments_are_closed() {
    let server = TestServer::start().await;
    let mut raw = upgraded(&server).await;
    let mut bytes = b"\x01\x80\0\0\0\0".to_vec();
    bytes.extend(b"\x00\x80\0\0\0\0".repeat(2_000));
    raw.write_all(&bytes).await.expect("the server takes bytes");
    assert_eq!(close_code(&mut raw).await, Some(1008));
}

/// FAULTS 22: half a frame, then silence.
#[tokio::test]
async fn half_a_message_is_not_waited_for_for_ever() {
    let server = TestServer::with(&[("TIMERS__MESSAGE_MS", "50")]).await;
    let mut raw = upgraded(&server).await;
    raw.write_all(b"\x81\x85\0\0\0\0he").await.expect("the server takes bytes");
    assert_eq!(close_code(&mut raw).await, Some(1008));
}

/// FAULTS 4: a request that is no upgrade is told so.
#[tokio::test]
async fn a_plain_request_is_told_to_upgrade() {
    let server = TestServer::start().await;
    let answer = reqwest::get(server.url("/v1/ws")).await.expect("an answer");
    assert_eq!(answer.status(), 426);
    assert_eq!(answer.headers()["sec-websocket-version"], "13");
    let posted = reqwest::Client::new().post(server.url("/v1/ws")).send().await.expect("an answer");
    assert_eq!(posted.status(), 405);
}

/// FAULTS 23: pings are answered, and many at once do no harm.
#[tokio::test]
async fn a_flood_of_pings_does_no_harm() {
    let server = TestServer::start().await;
    let mut raw = upgraded(&server).await;
    raw.write_all(&b"\x89\x81\0\0\0\0x".repeat(10_000)).await.expect("the server takes bytes");
    let mut pong = [0; 3];
    timeout(PATIENCE, raw.read_exact(&mut pong)).await.expect("in time").expect("a pong");
    assert_eq!(&pong, b"\x8a\x01x");
    server.assert_unharmed().await;
}

/// A connection after the 101, without any WebSocket library.
async fn upgraded(server: &TestServer) -> TcpStream {
    let mut raw = TcpStream::connect(server.authority()).await.expect("a connection");
    let request = format!(
        "GET /v1/ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        server.authority()
    );
    raw.write_all(request.as_bytes()).await.expect("the server takes bytes");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(PATIENCE, raw.read_u8()).await.expect("in time").expect("a byte"));
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    raw
}

/// The code of the close frame that comes, after whatever frames come before it.
async fn close_code(raw: &mut TcpStream) -> Option<u16> {
    let read = async {
        loop {
            let (first, length) = (raw.read_u8().await?, raw.read_u8().await?);
            assert!(length < 126, "the server says little here");
            let mut payload = vec![0; usize::from(length)];
            raw.read_exact(&mut payload).await?;
            if first == 0x88 {
                return Ok::<_, std::io::Error>(payload.first_chunk().map(|code| u16::from_be_bytes(*code)));
            }
        }
    };
    timeout(PATIENCE, read).await.expect("in time").expect("a close frame")
}
