//! The golden frames of `protocol/frames`, which every language's tests read.

mod frames;
