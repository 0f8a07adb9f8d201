//! What every stream of events waits for, beside what it tells: the end of the token or of the server, the next sign of
//! life, and the end of the moment in which growing text is gathered.

use std::{
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use tokio::time::{Instant, Interval, MissedTickBehavior, Sleep, interval_at, sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::{doors::Doors, meters::Open, sign_in::SignedIn, trust};

/// A comment, so that proxies and clients see that the stream lives.
pub const SIGN_OF_LIFE: &[u8] = b": still here\n\n";

/// What has come first.
pub enum Came {
    /// The server stops.
    Drain,
    /// The token holds no more.
    Expiry,
    /// It is time for [`SIGN_OF_LIFE`].
    Heartbeat,
    /// There is something to tell.
    News,
}

/// Waits for a stream. While it is there, the stream counts as open, and its user's key as used.
pub struct Watch {
    heartbeat: Interval,
    expiry: Pin<Box<Sleep>>,
    drain: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Growing text is gathered until then.
    pull_from: Option<Instant>,
    stream_window: Duration,
    _trust: trust::Entry,
    _open: Open,
}

impl Watch {
    /// For a stream of this user. `door` is what the meters call it.
    pub fn new(doors: &Arc<Doors>, signed_in: &SignedIn, door: &'static str) -> Self {
        let timers = &doors.settings.timers;
        let mut heartbeat = interval_at(Instant::now() + timers.ping_interval, timers.ping_interval);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            heartbeat,
            expiry: Box::pin(sleep(doors.time_left(signed_in) + timers.expiry_grace)),
            drain: Box::pin(doors.drain.clone().cancelled_owned()),
            pull_from: None,
            stream_window: timers.stream_window,
            _trust: trust::Entry::of(signed_in, doors),
            _open: doors.meters.open(door),
        }
    }

    /// Growing text was told: more of it is gathered for a moment.
    pub fn gather(&mut self) {
        self.pull_from = Some(Instant::now() + self.stream_window);
    }

    /// Waits for what comes first. `news` may be dropped, and is not looked at while text is gathered.
    pub async fn next(&mut self, news: impl Future<Output = ()>) -> Came {
        let mut news = pin!(news);
        loop {
            let gathering = self.pull_from.map(|at| at.saturating_duration_since(Instant::now()));
            tokio::select! {
                biased;
                () = self.drain.as_mut() => return Came::Drain,
                () = self.expiry.as_mut() => return Came::Expiry,
                _ = self.heartbeat.tick() => return Came::Heartbeat,
                () = sleep(gathering.unwrap_or_default()), if gathering.is_some() => self.pull_from = None,
                () = news.as_mut(), if gathering.is_none() => return Came::News,
            }
        }
    }
}
