//! Identities of tokens checked a moment ago, so that a storm of reconnects costs one hash each.

use std::collections::HashMap;

use parking_lot::Mutex;

use crate::clock::UnixSeconds;
use crate::identity::Identity;

/// How many identities are remembered: two connections' worth for a full server of some thousand people.
pub(crate) const CAPACITY: usize = 10_000;

/// Two generations: what is asked for moves to the young one; when that is full, the old one is dropped whole.
/// Bounded, and constant in time, without a list to maintain on every hit.
pub(crate) struct TokenCache {
    /// Entries per generation.
    half: usize,
    /// A short lock, never held over an await.
    generations: Mutex<Generations>,
}

#[derive(Default)]
struct Generations {
    young: HashMap<[u8; 32], Entry>,
    old: HashMap<[u8; 32], Entry>,
}

struct Entry {
    identity: Identity,
    /// The state of all key sets when the token was checked; another state means checking again.
    keys_revision: u64,
}

impl TokenCache {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { half: (capacity / 2).max(1), generations: Mutex::default() }
    }

    /// The identity behind a token's fingerprint, while both its time and its key hold.
    pub(crate) fn get(&self, token: &[u8; 32], keys_revision: u64, now: UnixSeconds) -> Option<Identity> {
        let mut generations = self.generations.lock();
        let entry = match generations.young.get(token) {
            Some(entry) => entry,
            None => {
                let entry = generations.old.remove(token)?;
                generations.insert(*token, entry, self.half);
                generations.young.get(token)?
            }
        };
        if entry.keys_revision == keys_revision && now < entry.identity.expires_at {
            return Some(entry.identity.clone());
        }
        generations.young.remove(token);
        None
    }

    pub(crate) fn insert(&self, token: [u8; 32], identity: Identity, keys_revision: u64) {
        self.generations.lock().insert(token, Entry { identity, keys_revision }, self.half);
    }
}

impl Generations {
    fn insert(&mut self, token: [u8; 32], entry: Entry, half: usize) {
        if self.young.len() >= half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(token, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Kind;

    fn identity(subject: u8) -> Identity {
        Identity {
            subject: subject.to_string(),
            kind: Kind::Person,
            name: None,
            avatar: None,
            roles: Vec::new(),
            expires_at: 100,
            provider: "accounts".to_owned(),
            signed_by: "secret".to_owned(),
        }
    }

    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_asked_for() {
        let cache = TokenCache::new(10);
        for n in 0..=255 {
            cache.insert([n; 32], identity(n), 0);
            assert_eq!(cache.get(&[0; 32], 0, 1), Some(identity(0)), "in use after {n} others");
            let generations = cache.generations.lock();
            assert!(generations.young.len() + generations.old.len() <= 10);
        }
        assert_eq!(cache.get(&[1; 32], 0, 1), None, "not in use");
    }

    #[test]
    fn an_entry_ends_with_its_token_and_with_its_key() {
        let cache = TokenCache::new(10);
        cache.insert([1; 32], identity(1), 7);
        assert_eq!(cache.get(&[1; 32], 7, 99), Some(identity(1)));
        assert_eq!(cache.get(&[1; 32], 7, 100), None);
        cache.insert([1; 32], identity(1), 7);
        assert_eq!(cache.get(&[1; 32], 8, 1), None);
        assert_eq!(cache.get(&[1; 32], 7, 1), None, "forgotten for good");
    }
}
