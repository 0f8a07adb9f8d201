//! Tickets: short-lived, single-use stand-ins for a token, where a token cannot be sent in a header.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::clock::{Clock, UnixSeconds};
use crate::error::AuthError;
use crate::identity::Identity;
use crate::random;

/// How long a ticket can be redeemed: one page load, not one log file.
pub const TICKET_LIFETIME_S: u64 = 30;

/// Most tickets outstanding at once; an honest storm of reconnects stays below it.
pub const MAX_TICKETS: usize = 10_000;

/// Most tickets that one subject may have outstanding: every tab of a crowded browser at once. Without it, one
/// subject could use up everybody's.
pub const MAX_TICKETS_PER_SUBJECT: usize = 64;

/// 32 characters of base 62 hold 190 random bits.
const TICKET_CHARS: usize = 32;

/// Issues tickets and takes each back once.
pub struct Tickets {
    clock: Arc<dyn Clock>,
    capacity: usize,
    /// A short lock, never held over an await: whoever removes the entry has redeemed the ticket.
    outstanding: Mutex<Outstanding>,
}

#[derive(Default)]
struct Outstanding {
    /// By fingerprint, so that neither a dump nor the time of a look-up gives a ticket away.
    by_fingerprint: HashMap<[u8; 32], Ticket>,
    /// How many of them each subject has.
    by_subject: HashMap<String, usize>,
    /// Fingerprints in the order of issue, which is the order of expiry; may name redeemed ones.
    by_age: VecDeque<(UnixSeconds, [u8; 32])>,
}

struct Ticket {
    identity: Identity,
    expires_at: UnixSeconds,
}

impl Tickets {
    /// Room for [`MAX_TICKETS`].
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::with_capacity(clock, MAX_TICKETS)
    }

    /// Room for `capacity` outstanding tickets.
    #[must_use]
    pub fn with_capacity(clock: Arc<dyn Clock>, capacity: usize) -> Self {
        Self { clock, capacity, outstanding: Mutex::default() }
    }

    /// A ticket that stands for `identity` for [`TICKET_LIFETIME_S`], once.
    ///
    /// # Errors
    /// [`AuthError::TicketsExhausted`] when the capacity, or the subject's share of it, is used up by tickets that
    /// still hold: evicting one would let a caller in a hurry take everybody else's away.
    pub fn issue(&self, identity: Identity) -> Result<String, AuthError> {
        let now = self.clock.unix_now();
        let ticket = random::base62(TICKET_CHARS);
        let fingerprint = random::fingerprint(&ticket);
        let expires_at = now.saturating_add(TICKET_LIFETIME_S);

        let mut outstanding = self.outstanding.lock();
        outstanding.sweep(now);
        if outstanding.by_age.len() >= 2 * self.capacity {
            outstanding.forget_redeemed();
        }
        let held = outstanding.by_subject.get(&identity.subject).copied().unwrap_or(0);
        if outstanding.by_fingerprint.len() >= self.capacity || held >= MAX_TICKETS_PER_SUBJECT {
            return Err(AuthError::TicketsExhausted);
        }
        outstanding.by_subject.insert(identity.subject.clone(), held + 1);
        outstanding.by_age.push_back((expires_at, fingerprint));
        outstanding.by_fingerprint.insert(fingerprint, Ticket { identity, expires_at });
        Ok(ticket)
    }

    /// The identity behind a ticket, to exactly one caller, before the ticket lapses.
    #[must_use]
    pub fn redeem(&self, ticket: &str) -> Option<Identity> {
        let found = self.outstanding.lock().take(&random::fingerprint(ticket))?;
        (self.clock.unix_now() < found.expires_at).then_some(found.identity)
    }

    /// How many tickets wait to be redeemed, lapsed ones included until the next issue.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.outstanding.lock().by_fingerprint.len()
    }
}

impl Outstanding {
    fn sweep(&mut self, now: UnixSeconds) {
        while let Some((expires_at, fingerprint)) = self.by_age.front().copied() {
            if now < expires_at {
                break;
            }
            self.by_age.pop_front();
            self.take(&fingerprint);
        }
    }

    fn take(&mut self, fingerprint: &[u8; 32]) -> Option<Ticket> {
        let ticket = self.by_fingerprint.remove(fingerprint)?;
        if let Some(held) = self.by_subject.get_mut(&ticket.identity.subject) {
            *held -= 1;
            if *held == 0 {
                self.by_subject.remove(&ticket.identity.subject);
            }
        }
        Some(ticket)
    }

    /// Without it, quickly redeemed tickets would pile up in the queue. Half of it goes each time, so the
    /// cost per ticket is constant.
    fn forget_redeemed(&mut self) {
        self.by_age.retain(|(_, fingerprint)| self.by_fingerprint.contains_key(fingerprint));
    }
}

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tickets").field("outstanding", &self.outstanding()).finish_non_exhaustive()
    }
}
