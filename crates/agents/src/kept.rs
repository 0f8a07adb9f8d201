//! Files in which connectors keep what outlives the server: named after ids, written whole or not at all.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::Path,
};

use sha2::{Digest as _, Sha256};

/// Whoever else uses the machine has no business in it.
pub(crate) const OWNER_ONLY: u32 = 0o700;
/// Characters of an id that stay readable where the whole of it cannot be a name.
const READABLE: usize = 48;
/// Bytes of the hash that tells such names apart.
const HASH_BYTES: usize = 16;

/// Makes a folder for its owner alone, and what lies above it.
pub(crate) fn folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(OWNER_ONLY).create(folder)?;
    if fs::symlink_metadata(folder)?.permissions().mode() & 0o777 != OWNER_ONLY {
        fs::set_permissions(folder, fs::Permissions::from_mode(OWNER_ONLY))?;
    }
    Ok(())
}

/// The name of an id's file or folder. An id as servers mint them is its own name; one that some file system would not take,
/// or not tell from another one, gets a hash. Two ids never share a name: only hashed ones hold `~`.
pub(crate) fn name(id: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if id.chars().all(is_plain) {
        return id.to_owned();
    }
    let readable = id.chars().map(|c| c.to_ascii_lowercase());
    let readable = readable.map(|c| if is_plain(c) { c } else { '_' }).take(READABLE);
    readable.chain(std::iter::once('~')).chain(hash(id.as_bytes()).chars()).collect()
}

/// Tells bytes from all others, whoever made up both.
pub(crate) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a file; nothing if it is none, or longer than whatever was written by us.
pub(crate) fn read(path: &Path, most: u64) -> Option<Vec<u8>> {
    let about = fs::symlink_metadata(path).ok()?;
    if !about.is_file() || about.len() > most {
        return None;
    }
    fs::read(path).ok()
}

/// Writes a file whole or not at all, whenever the server dies.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    fs::write(&fresh, bytes)?;
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_id_has_a_name_of_its_own() {
        let long = format!("A{}", "x".repeat(127));
        let ids = ["general", "General", "GENERAL", "a:b", "a|b", "a~b", "a@b", "a-b", "auth0|5f7c", &long];
        let names: HashSet<String> = ids.iter().map(|id| name(id).to_lowercase()).collect();
        assert_eq!(names.len(), ids.len());
        assert_eq!(name("01890a5d-ac96-774b-bcce-b302099a8057"), "01890a5d-ac96-774b-bcce-b302099a8057");
        assert!(name("General").starts_with("general~"));
        assert!(names.iter().all(|name| antiphon_protocol::RoomId::parse(name).is_ok()));
    }
}
