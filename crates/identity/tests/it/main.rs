//! Who is let in and who is not, with real keys, through the crate's public surface.

mod attacks;
mod claims;
mod guests;
mod keys;
mod origins;
mod passes;
mod published_keys;
mod secrets;
mod static_keys;
mod supabase;
mod support;
mod tickets;
mod vault;
