//! What people and bots experience: a real hub on a real store in a file, without any door.

mod bot;
mod device;
mod dice;
mod view;
mod world;

mod approvals;
mod attempts;
mod bots;
mod cancel;
mod chain;
mod crash;
mod dedup;
mod deletion;
mod grants;
mod join;
mod leases;
mod limits;
mod notices;
mod order;
mod privacy;
mod queue;
mod runs;
mod secrets;
mod signals;
mod slow;
mod soak;
mod streams;
mod talk;
mod tools;
mod visibility;
