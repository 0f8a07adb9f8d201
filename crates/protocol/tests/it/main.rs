//! The golden frames of `protocol/frames`, which every language's tests read.
#![allow(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

mod frames;
