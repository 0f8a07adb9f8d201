//! A folder per room, and the only one whose files the server reads or writes for an agent.

mod files;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use antiphon_protocol::RoomId;

pub(super) use files::{Files, Refusal};

use crate::kept;

/// The folder that holds those of all rooms, made if it is not there. The path is absolute and holds no link.
pub(super) fn home(path: &Path) -> io::Result<PathBuf> {
    kept::folder(path)?;
    path.canonicalize()
}

/// The folder of a room below `home`, made if it is not there.
pub(super) fn folder(home: &Path, room: &RoomId) -> io::Result<PathBuf> {
    let folder = home.join(kept::name(room.as_str()));
    kept::folder(&folder)?;
    // Something else at this place, a link above all, would lead out of the jail.
    if fs::symlink_metadata(&folder)?.is_dir() {
        Ok(folder)
    } else {
        Err(io::Error::other("it is no folder"))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use tempfile::TempDir;

    use crate::kept::OWNER_ONLY;

    use super::*;

    fn room(id: &str) -> RoomId {
        RoomId::parse(id).unwrap()
    }

    #[test]
    fn a_rooms_folder_is_its_owners_alone() {
        let home = TempDir::new().unwrap();
        let (home, bot) = (home.path(), super::home(&home.path().join("acp/coder")).unwrap());
        let made = folder(&bot, &room("general")).unwrap();
        assert_eq!(made, home.canonicalize().unwrap().join("acp/coder/general"));
        for path in [&made, &bot, &home.join("acp")] {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, OWNER_ONLY);
        }
        assert_eq!(folder(&bot, &room("general")).unwrap(), made);
    }

    #[test]
    fn a_link_in_the_place_of_a_rooms_folder_is_refused() {
        let (home, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), home.path().join("general")).unwrap();
        assert!(folder(home.path(), &room("general")).is_err());
    }
}
