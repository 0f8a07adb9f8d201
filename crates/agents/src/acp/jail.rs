//! A folder per room, and the only one whose files the server reads or writes for an agent.

mod files;

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use antiphon_protocol::RoomId;
use sha2::{Digest as _, Sha256};

pub(super) use files::{Files, Refusal};

/// Whoever else uses the machine has no business in it.
const OWNER_ONLY: u32 = 0o700;
/// Characters of an id that stay readable where the whole of it cannot be a name.
const READABLE: usize = 48;
/// Bytes of the hash that tells such names apart.
const HASH_BYTES: usize = 16;

/// The folder that holds those of all rooms, made if it is not there. The path is absolute and holds no link.
pub(super) fn home(path: &Path) -> io::Result<PathBuf> {
    make(path)?;
    path.canonicalize()
}

/// The folder of a room below `home`, made if it is not there.
pub(super) fn folder(home: &Path, room: &RoomId) -> io::Result<PathBuf> {
    let folder = home.join(name(room.as_str()));
    make(&folder)?;
    // Something else at this place, a link above all, would lead out of the jail.
    if fs::symlink_metadata(&folder)?.is_dir() {
        Ok(folder)
    } else {
        Err(io::Error::other("it is no folder"))
    }
}

/// Makes a folder for its owner alone, and what lies above it.
fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(OWNER_ONLY).create(folder)?;
    if fs::symlink_metadata(folder)?.permissions().mode() & 0o777 != OWNER_ONLY {
        fs::set_permissions(folder, fs::Permissions::from_mode(OWNER_ONLY))?;
    }
    Ok(())
}

/// The name of an id's folder. An id as servers mint them is its own name; one that some file system would not take, or
/// not tell from another one, gets a hash. Two ids never share a name: only hashed ones hold `~`.
pub(super) fn name(id: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if id.chars().all(is_plain) {
        return id.to_owned();
    }
    let readable = id.chars().map(|c| c.to_ascii_lowercase());
    let readable = readable.map(|c| if is_plain(c) { c } else { '_' }).take(READABLE);
    let hash = Sha256::digest(id.as_bytes());
    let hash = hash.iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}"));
    readable.chain(std::iter::once('~')).chain(hash.collect::<String>().chars()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use tempfile::TempDir;

    use super::*;

    fn room(id: &str) -> RoomId {
        RoomId::parse(id).unwrap()
    }

    #[test]
    fn every_id_has_a_name_of_its_own() {
        let long = format!("A{}", "x".repeat(127));
        let ids = ["general", "General", "GENERAL", "a:b", "a|b", "a~b", "a@b", "a-b", "auth0|5f7c", &long];
        let names: HashSet<String> = ids.iter().map(|id| name(id).to_lowercase()).collect();
        assert_eq!(names.len(), ids.len());
        assert_eq!(name("01890a5d-ac96-774b-bcce-b302099a8057"), "01890a5d-ac96-774b-bcce-b302099a8057");
        assert!(name("General").starts_with("general~"));
        assert!(names.iter().all(|name| RoomId::parse(name).is_ok()));
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
