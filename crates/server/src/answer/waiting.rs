//! Waiting for the end of an answer, for those who want all of it at once.

use std::time::Duration;

use antiphon_protocol::{Error, ErrorCode};
use tokio::time::{Instant, timeout_at};

use super::{
    following::{Broken, Following},
    teller::Teller,
};
use crate::http::watch::{Came, Watch};

/// Waits for the end of an answer. Returns whether it has come.
pub async fn wait_for_end<T: Teller>(
    following: &mut Following<T>,
    mut watch: Watch,
    wait: Duration,
) -> Result<bool, Error> {
    let until = Instant::now() + wait;
    while !following.is_over() {
        match timeout_at(until, watch.next(following.ready())).await {
            Err(_) => return Ok(false),
            Ok(Came::Drain) => return Err(cut()),
            Ok(Came::Expiry) => return Err(Error::new(ErrorCode::Unauthenticated, "the token has expired")),
            Ok(Came::Heartbeat) => {}
            Ok(Came::News) => match following.pull().await {
                Ok(_) => {}
                Err(Broken::Cut) => return Err(cut()),
                Err(Broken::Refused(words)) => return Err(Error::new(ErrorCode::Forbidden, words)),
            },
        }
    }
    Ok(true)
}

fn cut() -> Error {
    Error::new(ErrorCode::Unavailable, "the server is restarting; ask again with the same id")
}
