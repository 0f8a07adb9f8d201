//! A relay in front of an endpoint, which sees when the bot hangs up.

use tokio::{
    io::{AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

/// Passes every connection on.
pub fn relay_at(listener: TcpListener, to: &str) {
    let to = to.to_owned();
    tokio::spawn(async move {
        loop {
            let (mut caller, _) = listener.accept().await.unwrap();
            let mut endpoint = TcpStream::connect(&to).await.unwrap();
            tokio::spawn(
                async move { drop(tokio::io::copy_bidirectional(&mut caller, &mut endpoint).await) },
            );
        }
    });
}

/// Passes one connection on. The address to connect to, and word of the caller's end.
pub async fn relay(to: &str) -> (String, oneshot::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (hung_up, ended) = oneshot::channel();
    let to = to.to_owned();
    tokio::spawn(async move {
        let (mut caller, _) = listener.accept().await.unwrap();
        let mut endpoint = TcpStream::connect(to).await.unwrap();
        let (mut from_caller, mut to_caller) = caller.split();
        let (mut from_endpoint, mut to_endpoint) = endpoint.split();
        let upward = async {
            // An abrupt end is one as well.
            let _ = copy(&mut from_caller, &mut to_endpoint).await;
            let _ = hung_up.send(());
            let _ = to_endpoint.shutdown().await;
        };
        let downward = copy(&mut from_endpoint, &mut to_caller);
        let _ = tokio::join!(upward, downward);
    });
    (address, ended)
}
