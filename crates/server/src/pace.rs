//! Pace: how many guests one address may make over a while. What signed-in users may ask is the hub's to bound.

use std::{collections::HashMap, net::IpAddr, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

/// Below this many addresses none is looked through for being forgotten.
const SWEEP_FROM: usize = 1_024;

/// One bucket for each address, forgotten when it is full again (GCRA: a bucket is one instant).
#[derive(Debug)]
pub struct Pace {
    /// One more for each time this much has passed.
    every: Duration,
    /// So much may be taken at once: a burst.
    depth: Duration,
    /// A short lock, never held over an await.
    buckets: Mutex<Buckets>,
}

#[derive(Debug)]
struct Buckets {
    /// When each will be full again.
    full_at: HashMap<IpAddr, Instant>,
    sweep_at: usize,
}

impl Pace {
    /// So many per minute, and as many at once after a rest.
    pub fn per_minute(count: u32) -> Self {
        let depth = Duration::from_secs(60);
        let buckets = Mutex::new(Buckets { full_at: HashMap::new(), sweep_at: SWEEP_FROM });
        Self { every: depth / count.max(1), depth, buckets }
    }

    /// Takes one; or says how long to wait for the next.
    pub fn take(&self, address: IpAddr) -> Result<(), Duration> {
        let now = Instant::now();
        let mut buckets = self.buckets.lock();
        if buckets.full_at.len() >= buckets.sweep_at {
            buckets.full_at.retain(|_, full_at| *full_at > now);
            buckets.sweep_at = SWEEP_FROM.max(2 * buckets.full_at.len());
        }
        let full_at = buckets.full_at.entry(address).or_insert(now);
        let next = now.max(*full_at) + self.every;
        if next > now + self.depth {
            return Err(next - (now + self.depth));
        }
        *full_at = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    /// FAULTS 42: a burst, then the steady rate, then the burst again after a rest.
    #[tokio::test(start_paused = true)]
    async fn an_address_gets_a_burst_and_then_the_rate() {
        let pace = Pace::per_minute(5);
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert_eq!((0..9).filter(|_| pace.take(address).is_ok()).count(), 5);
        let wait = pace.take(address).unwrap_err();
        assert_eq!(wait, Duration::from_secs(12));
        tokio::time::advance(wait).await;
        assert_eq!(pace.take(address), Ok(()));
        assert!(pace.take(address).is_err());
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!((0..9).filter(|_| pace.take(address).is_ok()).count(), 5);
    }

    /// D12: addresses that have rested are forgotten.
    #[tokio::test(start_paused = true)]
    async fn rested_addresses_are_forgotten() {
        let pace = Pace::per_minute(60_000);
        for address in 0..10_000 {
            pace.take(IpAddr::V4(Ipv4Addr::from_bits(address))).unwrap();
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        assert!(pace.buckets.lock().full_at.len() <= SWEEP_FROM);
    }
}
