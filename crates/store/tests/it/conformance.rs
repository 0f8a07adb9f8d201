//! What every backend promises, written against the contract alone.

mod approvals;
mod changing;
mod deletion;
mod grants;
mod marks;
mod membership;
mod pages;
mod posting;
mod reading;
mod replay;
mod requests;
mod rooms;
mod runs;
mod searching;
mod streaming;
mod tools;
mod users;
