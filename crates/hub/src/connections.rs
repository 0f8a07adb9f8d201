//! Connections: the single source of truth for who is connected (E1).

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use antiphon_protocol::{CloseCode, Error, UserId};
use parking_lot::RwLock;

use crate::reader::device::{Device, Notice};

/// Every connection, by user.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    by_user: RwLock<HashMap<UserId, Vec<Arc<Device>>>>,
    /// Goes up when anyone comes or goes; what was derived from an older state is then stale.
    version: AtomicU64,
}

impl Connections {
    /// Adds a connection, unless its user has `limit` already.
    pub fn add(&self, device: &Arc<Device>, limit: usize) -> Result<(), Error> {
        let mut by_user = self.by_user.write();
        let devices = by_user.entry(device.user().clone()).or_default();
        if devices.len() >= limit {
            return Err(Error::too_many("connections", limit));
        }
        devices.push(Arc::clone(device));
        drop(by_user);
        self.version.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    pub fn remove(&self, device: &Arc<Device>) {
        let mut by_user = self.by_user.write();
        if let Some(devices) = by_user.get_mut(device.user()) {
            devices.retain(|other| !Arc::ptr_eq(other, device));
            if devices.is_empty() {
                by_user.remove(device.user());
            }
        }
        drop(by_user);
        self.version.fetch_add(1, Ordering::AcqRel);
    }

    pub fn of(&self, user: &UserId) -> Vec<Arc<Device>> {
        self.by_user.read().get(user).cloned().unwrap_or_default()
    }

    /// Leaves word with every connection of a user.
    pub fn notify(&self, user: &UserId, room: &antiphon_protocol::RoomId, notice: Notice) {
        self.of(user).iter().for_each(|device| device.notify(room, notice));
    }

    /// Ends every connection of a user.
    pub fn end(&self, user: &UserId, code: CloseCode) {
        self.of(user).iter().for_each(|device| device.end(code));
    }

    /// Connections whose user `wanted` says yes to.
    pub fn select<'a>(&self, mut wanted: impl FnMut(&UserId) -> bool + 'a) -> Vec<Arc<Device>> {
        let by_user = self.by_user.read();
        by_user
            .iter()
            .filter(|(user, _)| wanted(user))
            .flat_map(|(_, devices)| devices.iter().cloned())
            .collect()
    }

    pub fn count(&self) -> usize {
        self.by_user.read().values().map(Vec::len).sum()
    }

    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }
}
