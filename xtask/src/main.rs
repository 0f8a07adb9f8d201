//! Chores of the repository: generated files, tidiness.
fn main() {}
