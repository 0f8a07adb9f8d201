//! What an idle connection costs: resident bytes per connection, after each has echoed one message.
//!
//! `cargo run -p antiphon-websocket --example idle_memory -- 4000` (two descriptors per connection)

use std::{fs, sync::Arc};

use antiphon_websocket::{CloseCode, Connection, Event, Message, Settings, encode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// "hi", masked with zeros.
const HELLO: &[u8] = &[0x81, 0x82, 0, 0, 0, 0, b'h', b'i'];
/// "hi", as the echo has it.
const ECHO_BYTES: usize = 4;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(400);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let wake = Arc::new(Notify::new());

    // The clients share this process: open and register them first, so that the difference is the server's part.
    let mut pairs = Vec::with_capacity(count);
    for _ in 0..count {
        let (client, accepted) = tokio::try_join!(TcpStream::connect(address), listener.accept())?;
        pairs.push((client, Some(accepted.0)));
    }
    let before = resident_bytes()?;
    for (client, server) in &mut pairs {
        if let Some(server) = server.take() {
            tokio::spawn(serve(server, Arc::clone(&wake)));
        }
        client.write_all(HELLO).await?;
        client.read_exact(&mut [0; ECHO_BYTES]).await?;
    }
    let grown = resident_bytes()?.saturating_sub(before);
    println!(
        "{count} idle connections: {} bytes each, of which state {}",
        grown / count,
        size_of::<Connection<TcpStream>>()
    );
    Ok(())
}

/// The loop of a server: one task that listens, writes, and can be woken.
async fn serve(stream: TcpStream, wake: Arc<Notify>) {
    let mut connection = Connection::new(stream, Settings::default());
    let code = loop {
        tokio::select! {
            event = connection.next() => match event {
                Ok(Event::Message(Message::Text(text))) if connection.has_room() => {
                    let _ = connection.queue(encode::text_frame(text.as_bytes()));
                }
                Ok(Event::Message(Message::Close(_))) => break CloseCode::NORMAL,
                Ok(_) => {}
                Err(error) => match error.close_code() {
                    Some(code) => break code,
                    None => return,
                },
            },
            () = wake.notified() => {}
        }
    };
    connection.close(code, "").await;
}

fn resident_bytes() -> std::io::Result<usize> {
    const PAGE_BYTES: usize = 4096;
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    Ok(pages.unwrap_or_default() * PAGE_BYTES)
}
