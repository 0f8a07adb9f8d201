//! Conversations of bots: where each run stands in the chain of causes that a person's message began, so that bots which
//! address each other come to an end.

use std::collections::HashMap;

use antiphon_protocol::{Chain, MessageId, RoomId, Run, Timestamp, UserId};
use antiphon_store::{Budget, Link};
use parking_lot::Mutex;

use crate::hub::Hub;

/// What each bot worked on last, wherever that was: what it says by itself soon after still belongs to that. Bots could not go on
/// for ever by answering each other in another room each time.
#[derive(Debug, Default)]
pub(crate) struct Lineage(Mutex<HashMap<UserId, Place>>);

#[derive(Debug, Clone)]
struct Place {
    chain: Chain,
    at: Timestamp,
}

impl Lineage {
    /// A bot takes a run.
    pub fn note(&self, run: &Run, now: Timestamp) {
        self.begin(&run.bot, standing(run), now);
    }

    /// A bot was taken away.
    pub fn forget(&self, bot: &UserId) {
        self.0.lock().remove(bot);
    }

    /// From now on this is where a bot stands.
    fn begin(&self, bot: &UserId, chain: Chain, now: Timestamp) {
        self.0.lock().insert(bot.clone(), Place { chain, at: now });
    }

    fn of(&self, bot: &UserId, now: Timestamp, lasts: u64) -> Option<Chain> {
        let places = self.0.lock();
        let place = places.get(bot)?;
        (!has_passed(place.at, lasts, now)).then(|| place.chain.clone())
    }
}

/// Where a run stands: one that a person caused is the beginning.
fn standing(run: &Run) -> Chain {
    run.chain.clone().unwrap_or_else(|| Chain {
        root: run.trigger.clone(),
        hops: 0,
        turns: 1,
        began_at: run.created_at,
    })
}

fn has_passed(then: Timestamp, ms: u64, now: Timestamp) -> bool {
    u64::try_from(now.as_millis().saturating_sub(then.as_millis())).is_ok_and(|passed| passed > ms)
}

impl Hub {
    /// Where the runs stand that the answer of this run causes.
    pub(crate) fn link_after(&self, run: &Run) -> Link {
        self.link(standing(run))
    }

    /// Where the runs stand that a bot causes by something it says by itself: after what it works on in this room, or what it
    /// worked on last, or at the beginning of a chain.
    pub(crate) fn link_of_words(&self, bot: &UserId, room: &RoomId, message: &MessageId) -> Link {
        let now = self.now();
        let at_work = self.runs.in_room(bot, room).map(|active| standing(&active.run));
        let before = at_work.or_else(|| self.lineage.of(bot, now, self.limits().chain_ms));
        let chain = before.unwrap_or_else(|| {
            let chain = Chain { root: message.clone(), hops: 0, turns: 0, began_at: now };
            // What it says next belongs to this one: it cannot begin a chain with every word.
            self.lineage.begin(bot, chain.clone(), now);
            chain
        });
        self.link(chain)
    }

    fn link(&self, before: Chain) -> Link {
        let limits = self.limits();
        Link {
            root: before.root,
            hops: before.hops.saturating_add(1),
            began_at: before.began_at,
            budget: Budget { hops: limits.chain_hops, turns: limits.chain_turns, ms: limits.chain_ms },
        }
    }
}
