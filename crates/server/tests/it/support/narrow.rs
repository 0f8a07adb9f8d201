//! An endless answer over a connection of its own, whose end may hold little that is not read.

use http_body_util::Empty;
use hyper::{Request, Response, body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpSocket, task::JoinHandle};

/// Keeps the connection. Dropped, it is cut.
pub struct Connection(JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Asks for a path as the holder of this token; a small `buffer` holds little that is not read.
pub async fn get(
    authority: &str,
    path: &str,
    token: &str,
    buffer: Option<u32>,
) -> (Response<Incoming>, Connection) {
    let socket = TcpSocket::new_v4().expect("a socket");
    if let Some(bytes) = buffer {
        socket.set_recv_buffer_size(bytes).expect("a small buffer");
    }
    let tcp = socket.connect(authority.parse().expect("an address")).await.expect("a connection");
    let (mut sender, connection) = http1::handshake(TokioIo::new(tcp)).await.expect("HTTP");
    let connection = Connection(tokio::spawn(async move { drop(connection.await) }));
    let request = Request::get(path)
        .header("host", authority)
        .header("authorization", format!("Bearer {token}"))
        .body(Empty::<bytes::Bytes>::new())
        .expect("a request");
    let answer = sender.send_request(request).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    (answer, connection)
}
