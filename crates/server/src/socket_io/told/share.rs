//! What is said of an event: made for the first client that hears it, sent as it is to everyone else at the same place.

use std::{collections::VecDeque, sync::OnceLock};

use antiphon_protocol::{Entry, Event, RunId};
use antiphon_socketio::Shared;

use crate::{
    offset::NOWHERE,
    socket_io::{
        offset,
        say::{Called, Saying},
    },
};

/// What an event of the hub is, read once for all clients; and what the first of them was said of it, for all others who are at
/// the same place.
pub struct Heard {
    pub what: What,
    said: OnceLock<(Key, Vec<Shared>)>,
}

pub enum What {
    Entry(Box<Entry>),
    Event(Box<Event>),
    /// Of a later version of the server.
    Nothing,
}

/// All that what is said of an event depends on, besides the event.
#[derive(PartialEq)]
pub struct Key {
    dialect: Option<char>,
    called: Option<String>,
    /// From where on a text is new to the client.
    from: u64,
    run: Option<RunId>,
    offset: Option<String>,
}

impl Heard {
    pub fn of(json: &[u8]) -> Self {
        let what = match serde_json::from_slice::<Event>(json) {
            Ok(event) => What::Event(Box::new(event)),
            Err(_) => match serde_json::from_slice::<Entry>(json) {
                Ok(entry) => What::Entry(Box::new(entry)),
                Err(fault) => {
                    tracing::error!(%fault, "an event of the hub is none of the protocol");
                    What::Nothing
                }
            },
        };
        Self { what, said: OnceLock::new() }
    }
}

/// What is said of an entry, each with the place that it brings the client to.
pub fn steps(
    (head, tail): &(String, String),
    skipped: usize,
    sayings: &[Saying<'_>],
    called: Option<Called<'_>>,
    last: &str,
) -> Vec<Shared> {
    let count = sayings.len();
    let step = |(at, saying): (usize, &Saying<'_>)| {
        if at + 1 == count {
            return saying.packet(called, Some(last));
        }
        let mut offset = format!("{head}.{}{tail}", skipped + at + 1);
        if offset.len() > offset::MOST_BYTES {
            NOWHERE.clone_into(&mut offset);
        }
        saying.packet(called, Some(&offset))
    };
    sayings.iter().enumerate().map(step).collect()
}

pub fn key(called: Option<Called<'_>>, from: u64, run: Option<RunId>, offset: Option<String>) -> Key {
    let dialect = called.map(|called| called.dialect.letter());
    Key { dialect, called: called.map(|called| called.name.to_owned()), from, run, offset }
}

/// Says what was said to others at the same place; or makes it, for them as well.
pub fn share(heard: &Heard, key: Key, due: &mut VecDeque<Shared>, make: impl FnOnce() -> Vec<Shared>) {
    match heard.said.get() {
        Some((other, said)) if *other == key => due.extend(said.iter().cloned()),
        _ => {
            let said = make();
            due.extend(said.iter().cloned());
            // Somebody else may have been quicker: theirs stays.
            let _ = heard.said.set((key, said));
        }
    }
}
