//! One answer of an agent, followed for somebody whose protocol is another one: what they say goes into a room, and the run
//! that comes of it is told in their words.

mod following;
mod picture;
mod room;
mod saying;
mod stream;
mod teller;
mod told;
mod waiting;

pub use following::{Began, Broken, Following, unexpected};
pub use picture::{PartNow, Picture};
pub use room::{OfBot, bot_named, of_chat};
pub use saying::{Decision, Saying};
pub use stream::{name_room, stream_of};
pub use teller::Teller;
pub use told::Told;
pub use waiting::wait_for_end;

/// Largest body of a front end that sends the whole conversation each time, of which we read the last message only; what that
/// may be, the limits of messages say.
pub const CONVERSATION_BYTES: usize = 4 * 1024 * 1024;

#[cfg(test)]
pub use following::so_far;
