//! The small things between a room and a reader: "there is something for you", "this room is closed to you".

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use antiphon_protocol::UserId;

use super::device::Device;

/// One reader's subscription of one room, as the room sees it.
#[derive(Debug)]
pub(crate) struct Flag {
    device: Arc<Device>,
    /// Which subscription of the device.
    slot: u32,
    /// Raised by the room, lowered by the reader before it looks: nothing is missed, and a reader that is already
    /// behind costs its room one read of this.
    raised: AtomicBool,
    revoked: AtomicBool,
}

impl Flag {
    pub fn new(device: Arc<Device>, slot: u32) -> Arc<Self> {
        Arc::new(Self { device, slot, raised: AtomicBool::new(false), revoked: AtomicBool::new(false) })
    }

    pub fn slot(&self) -> u32 {
        self.slot
    }

    pub fn user(&self) -> &UserId {
        self.device.user()
    }

    pub fn device(&self) -> &Arc<Device> {
        &self.device
    }

    /// There is something in the room.
    pub fn raise(&self) {
        if !self.raised.swap(true, Ordering::AcqRel) {
            self.device.mark(self.slot);
        }
    }

    /// The reader is about to look.
    pub fn lower(&self) {
        self.raised.store(false, Ordering::Release);
    }

    /// The user is no member any more.
    pub fn revoke(&self) {
        self.revoked.store(true, Ordering::Release);
        self.raise();
    }

    pub fn is_revoked(&self) -> bool {
        self.revoked.load(Ordering::Acquire)
    }
}
