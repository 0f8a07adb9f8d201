//! Who is let in and who is not, with real keys, through the crate's public surface.

mod attacks;
mod claims;
mod guests;
mod origins;
mod secrets;
mod supabase;
mod support;
mod tickets;
