//! Live truth: rooms, readers with cursors, streams, signals, runs, permissions.
//!
//! Every door acts through a [`Session`] (what a user may do) and hears through a [`Reader`] (how far a connection
//! has come). A program that answers takes its work from an [`Inbox`] and writes through a [`RunSession`].
#![warn(missing_docs)]

mod bot_socket;
mod bots;
mod connections;
mod environment;
mod event;
mod hub;
mod outputs;
mod rate;
mod reader;
mod room;
mod run;
mod session;
mod visibility;

pub use bot_socket::{BotLine, BotRequest, BotSocket, BotWrite};
pub use bots::{Health, Order, Origin};
pub use environment::{Clock, Environment, Ids, Vault};
pub use event::LiveEvent;
pub use hub::{Hub, HubOptions};
pub use reader::Reader;
pub use run::{Answer, Asked, Closing, Inbox, PendingTool, RunLimits, RunSession, ToolHandle, ToolStart};
pub use session::{Begun, Session};
