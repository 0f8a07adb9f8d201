//! One answer of an agent, followed for somebody whose protocol is another one: what they say goes into a room, and the run
//! that comes of it is told in their words.

mod following;
mod picture;
mod room;
mod saying;
mod stream;
mod teller;

pub use following::{Broken, Following, unexpected};
pub use picture::{PartNow, Picture};
pub use room::of_chat;
pub use saying::{Decision, Saying};
pub use stream::stream_of;
pub use teller::Teller;

#[cfg(test)]
pub use following::so_far;
