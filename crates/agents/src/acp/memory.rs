//! What is remembered of each room: its session, and how much of the room that session has been told. Written beside the
//! room's folder, where it outlives the server.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use antiphon_protocol::RoomId;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tracing::warn;

use super::jail;

/// Rooms that are remembered without looking at the disk.
const MOST_ROOMS: usize = 10_000;
/// Larger files were not written by us.
const LARGEST_FILE: u64 = 4 * 1024;

/// A session of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    pub session: String,
    /// Position in the log up to which the session knows what was said.
    pub seen: u64,
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
        read(&self.path(room))
    }

    /// Remembers. That it cannot be written costs no more than a repetition after the next start.
    pub fn remember(&self, room: &RoomId, known: Known) {
        if let Err(fault) = write(&self.path(room), &known) {
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
        self.home.join(format!("{}~session.json", jail::name(room.as_str())))
    }
}

fn read(path: &Path) -> Option<Known> {
    let about = fs::symlink_metadata(path).ok()?;
    if !about.is_file() || about.len() > LARGEST_FILE {
        return None;
    }
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Whole or not at all, whenever the server dies.
fn write(path: &Path, known: &Known) -> io::Result<()> {
    let fresh = path.with_extension("new");
    fs::write(&fresh, serde_json::to_vec(known)?)?;
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_session_is_known_to_the_next_start() {
        let home = TempDir::new().unwrap();
        let memory = || Memory::in_folder(home.path().to_owned());
        let room = |id: &str| RoomId::parse(id).unwrap();
        let known = Known { session: "s/../1".to_owned(), seen: 7 };
        memory().remember(&room("general"), known.clone());
        assert_eq!(memory().recall(&room("general")), Some(known));
        assert_eq!(memory().recall(&room("other")), None);
        fs::write(memory().path(&room("broken")), "{").unwrap();
        assert_eq!(memory().recall(&room("broken")), None);
    }
}
