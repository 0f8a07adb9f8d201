//! What a client does, in bytes: masked frames, right or wrong.

use antiphon_websocket::{Connection, Decoder, Limits, Message, ProtocolError, Settings, encode};
use tokio::net::{TcpListener, TcpStream};
use tungstenite::{WebSocket, protocol::Role};

pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// First-byte bit of the last frame of a message.
pub const FIN: u8 = 0x80;
/// Any key will do, as long as its bytes differ.
pub const KEY: [u8; 4] = [0x12, 0xf4, 0x5a, 0xc7];

/// A masked frame; `first` is the whole first byte.
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = header(first, payload.len() as u64);
    frame.extend(payload.iter().enumerate().map(|(i, byte)| byte ^ KEY[i % 4]));
    frame
}

/// The header of a masked frame that declares `len` bytes.
pub fn header(first: u8, len: u64) -> Vec<u8> {
    const MASKED: u8 = 0x80;
    let mut header = vec![first];
    match len {
        0..126 => header.push(MASKED | len as u8),
        126..0x1_0000 => {
            header.push(MASKED | 126);
            header.extend((len as u16).to_be_bytes());
        }
        _ => {
            header.push(MASKED | 127);
            header.extend(len.to_be_bytes());
        }
    }
    header.extend(KEY);
    header
}

/// A whole text message.
pub fn text(text: &str) -> Vec<u8> {
    masked(FIN | TEXT, text.as_bytes())
}

/// A close frame with a code and a reason.
pub fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    masked(FIN | CLOSE, &[&code.to_be_bytes()[..], reason].concat())
}

/// Everything that a fresh decoder makes of `stream`.
pub fn decode(stream: &[u8]) -> (Vec<Message>, Option<ProtocolError>) {
    decode_pieces(Limits::default(), [stream])
}

/// The same, of a stream that arrives in pieces.
pub fn decode_pieces<'a>(
    limits: Limits,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Message>, Option<ProtocolError>) {
    let mut decoder = Decoder::new(limits);
    let mut messages = Vec::new();
    for piece in pieces {
        let mut bytes = piece.to_vec();
        let mut rest = bytes.as_mut_slice();
        loop {
            match decoder.decode(&mut rest) {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => return (messages, Some(error)),
            }
        }
        assert!(rest.is_empty(), "without a message, all input is read");
    }
    (messages, None)
}

/// What a stream is refused for.
pub fn refusal(stream: &[u8]) -> ProtocolError {
    decode(stream).1.expect("the stream must be refused")
}

/// A server's connection and its client's end of the stream, over loopback.
pub async fn over_tcp() -> (Connection<TcpStream>, TcpStream) {
    let (server, client) = tcp_pair().await;
    (Connection::new(server, Settings::default()), client)
}

/// Two ends of a loopback stream: the server's and the client's.
pub async fn tcp_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    (accepted.expect("a connection").0, client.expect("a connection"))
}

/// Queues frames of 16 KiB and writes until the sockets between us and the client take no more. Says how many.
pub async fn fill(connection: &mut Connection<TcpStream>) -> usize {
    let frame = encode::binary_frame(&[b'x'; 16 << 10]);
    let mut queued = 0;
    loop {
        while connection.queue(frame.clone()).is_ok() {
            queued += 1;
        }
        // Loopback delivers at once, so what is not taken now is not taken before the client reads.
        tokio::select! { biased; flushed = connection.flush() => flushed.expect("an open socket"), () = std::future::ready(()) => {} }
        tokio::task::yield_now().await;
        if !connection.has_room() {
            return queued;
        }
    }
}

/// A tungstenite client on a stream that is already upgraded. It blocks: use it on its own thread.
pub fn tungstenite_client(stream: TcpStream) -> WebSocket<std::net::TcpStream> {
    let stream = stream.into_std().expect("registered with the runtime");
    stream.set_nonblocking(false).expect("an open socket");
    WebSocket::from_raw_socket(stream, Role::Client, None)
}

/// SplitMix64: small, and the same on every machine for the same seed.
pub struct Rng(pub u64);

impl Rng {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}
