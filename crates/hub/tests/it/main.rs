//! What people and bots experience: a real hub on a real store in a file, without any door.

mod device;
mod view;
mod world;

mod privacy;
mod talk;
