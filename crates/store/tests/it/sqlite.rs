//! What only SQLite has to prove: files, locks, full disks, crashes, and what stays of a deleted text.

mod crash;
mod files;
mod obstacles;
mod remains;
mod traces;
