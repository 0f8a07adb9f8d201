//! Trust withdrawn: who came in by which key, and the end of their connections once that key counts no more.

use std::{collections::HashMap, sync::Arc};

use antiphon_hub::Hub;
use antiphon_identity::{Authenticator, Identity};
use antiphon_protocol::{CloseCode, UserId};
use parking_lot::Mutex;

use crate::{
    doors::Doors,
    sign_in::{BOTS, SignedIn},
};

/// A provider and one of its keys.
type Key = Arc<(String, String)>;

/// Everyone who is connected, by the key that vouched for them.
#[derive(Debug, Default)]
pub struct Trust {
    /// A short lock, never held over an await.
    by_key: Mutex<HashMap<Key, Vouched>>,
}

#[derive(Debug)]
struct Vouched {
    /// Any identity that this key vouched for; stands for all of them.
    sample: Identity,
    /// How many connections each user has by it.
    users: HashMap<UserId, usize>,
}

/// One connection's entry, until it is dropped.
pub struct Entry {
    doors: Arc<Doors>,
    key: Key,
    user: UserId,
}

impl Entry {
    /// Notes by which key somebody is connected.
    pub fn of(signed_in: &SignedIn, doors: &Arc<Doors>) -> Self {
        let SignedIn { identity, user } = signed_in;
        let mut by_key = doors.trust.by_key.lock();
        let name = (identity.provider.clone(), identity.signed_by.clone());
        let key = by_key.get_key_value(&name).map_or_else(|| Arc::new(name), |(key, _)| Arc::clone(key));
        let new = || Vouched { sample: identity.clone(), users: HashMap::new() };
        let vouched = by_key.entry(Arc::clone(&key)).or_insert_with(new);
        *vouched.users.entry(user.id.clone()).or_default() += 1;
        Self { doors: Arc::clone(doors), key, user: user.id.clone() }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut by_key = self.doors.trust.by_key.lock();
        let Some(vouched) = by_key.get_mut(&self.key) else { return };
        if let Some(count) = vouched.users.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                vouched.users.remove(&self.user);
            }
        }
        if vouched.users.is_empty() {
            by_key.remove(&self.key);
        }
    }
}

impl Trust {
    /// Keeps the providers' keys fresh, and ends connections whose key was withdrawn. Never returns.
    pub async fn watch(&self, authenticator: &Authenticator, hub: &Hub) {
        let mut changes = authenticator.key_changes();
        let end = async {
            while changes.changed().await.is_ok() {
                self.end_untrusted(authenticator, hub);
            }
        };
        tokio::join!(authenticator.keep_keys_fresh(), end);
    }

    fn end_untrusted(&self, authenticator: &Authenticator, hub: &Hub) {
        let by_key = self.by_key.lock();
        // Tokens of bots are the server's own: they are withdrawn by name.
        let stands = |identity: &Identity| identity.provider == BOTS || authenticator.still_trusts(identity);
        for vouched in by_key.values().filter(|vouched| !stands(&vouched.sample)) {
            for user in vouched.users.keys() {
                hub.disconnect(user, CloseCode::AuthenticationFailed);
            }
        }
    }
}
