//! What the test suites of the two protocols expect to find. Loopback only:
//! `cargo run -p antiphon-socketio --example conformance -- 3000`.

mod echo;

use std::env;

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse::<u16>())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, echo::router()).await?;
    Ok(())
}
