//! The other end of a TCP connection: its address, and the places that it takes up until it ends.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// One TCP connection, as handlers see it.
#[derive(Debug)]
pub struct Peer {
    /// Address and port of the other end.
    pub address: SocketAddr,
    /// Held as long as the connection lives.
    _place: OwnedSemaphorePermit,
    /// Held until somebody has signed in on it.
    unproven: Mutex<Option<UnprovenPlace>>,
}

impl Peer {
    /// Somebody has signed in: the connection does not count against its address any more.
    pub fn prove(&self) {
        self.unproven.lock().take();
    }
}

/// Counts connections, and turns away those that are too many.
#[derive(Debug)]
pub struct Turnstile {
    places: Arc<Semaphore>,
    per_address: u32,
    unproven: Arc<Mutex<HashMap<IpAddr, u32>>>,
}

#[derive(Debug)]
struct UnprovenPlace {
    address: IpAddr,
    counts: Arc<Mutex<HashMap<IpAddr, u32>>>,
}

impl Drop for UnprovenPlace {
    fn drop(&mut self) {
        let mut counts = self.counts.lock();
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

impl Turnstile {
    /// Places for `total` connections, `per_address` of which may be unproven.
    pub fn new(total: usize, per_address: u32) -> Self {
        Self { places: Arc::new(Semaphore::new(total)), per_address, unproven: Arc::default() }
    }

    /// A place for this connection, or why there is none.
    pub fn enter(&self, address: SocketAddr, is_proxy: bool) -> Result<Peer, &'static str> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| "total")?;
        let unproven = if is_proxy { None } else { Some(self.count(address.ip()).ok_or("per_address")?) };
        Ok(Peer { address, _place: place, unproven: Mutex::new(unproven) })
    }

    fn count(&self, address: IpAddr) -> Option<UnprovenPlace> {
        let address = household(address);
        let mut counts = self.unproven.lock();
        let count = counts.entry(address).or_default();
        if *count >= self.per_address {
            return None;
        }
        *count += 1;
        Some(UnprovenPlace { address, counts: Arc::clone(&self.unproven) })
    }
}

/// Who is counted as one: an IPv4 address, or the /64 that one IPv6 customer gets.
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}
