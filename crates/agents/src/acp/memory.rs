//! What is remembered of each room: its session, and how much of the room that session has been told. Written beside the
//! room's folder, where it outlives the server.

use std::{collections::HashMap, path::PathBuf};

use antiphon_protocol::{Cost, RoomId};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::kept;

/// Rooms that are remembered without looking at the disk.
const MOST_ROOMS: usize = 10_000;
/// Larger files were not written by us.
const LARGEST_FILE: u64 = 4 * 1024;

/// A session of a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Known {
    pub session: String,
    /// Position in the log up to which the session knows what was said.
    pub seen: u64,
    /// What it has cost so far, as far as the agent says.
    #[serde(default)]
    pub cost: Option<Cost>,
}

/// The sessions of one bot.
pub(super) struct Memory {
    home: PathBuf,
    rooms: Mutex<HashMap<RoomId, Known>>,
}

impl Memory {
    pub fn in_folder(home: PathBuf) -> Self {
        Self { home, rooms: Mutex::default() }
    }

    /// What is known of a room.
    pub fn recall(&self, room: &RoomId) -> Option<Known> {
        if let Some(known) = self.rooms.lock().get(room) {
            return Some(known.clone());
        }
        serde_json::from_slice(&kept::read(&self.path(room), LARGEST_FILE)?).ok()
    }

    /// Remembers. That it cannot be written costs no more than a repetition after the next start.
    pub fn remember(&self, room: &RoomId, known: Known) {
        let written = serde_json::to_vec(&known).map_err(Into::into);
        if let Err(fault) = written.and_then(|bytes| kept::write(&self.path(room), &bytes)) {
            warn!(%room, %fault, "the session of a room cannot be remembered beyond this run of the server");
        }
        let mut rooms = self.rooms.lock();
        if rooms.len() >= MOST_ROOMS {
            rooms.clear();
        }
        rooms.insert(room.clone(), known);
    }

    fn path(&self, room: &RoomId) -> PathBuf {
        // No folder of a room has this name: names of rooms hold no dot behind a `~`, and this has `~` and a dot.
        self.home.join(format!("{}~session.json", kept::name(room.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_session_is_known_to_the_next_start() {
        let home = TempDir::new().unwrap();
        let memory = || Memory::in_folder(home.path().to_owned());
        let room = |id: &str| RoomId::parse(id).unwrap();
        let known = Known { session: "s/../1".to_owned(), seen: 7, cost: None };
        memory().remember(&room("general"), known.clone());
        assert_eq!(memory().recall(&room("general")), Some(known));
        assert_eq!(memory().recall(&room("other")), None);
        fs::write(memory().path(&room("broken")), "{").unwrap();
        assert_eq!(memory().recall(&room("broken")), None);
    }
}
