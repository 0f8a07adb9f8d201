//! The guests' signing key: 32 random bytes in a file that only the server's user can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::error::ConfigError;
use crate::{random, secret};

/// Name of the key's file in the data directory. Deleting it signs every guest out.
pub const KEY_FILE: &str = "guest.key";

const KEY_BYTES: usize = 32;

/// The key of this data directory, made now if there is none.
pub(super) fn read_or_create(data_dir: &Path) -> Result<[u8; KEY_BYTES], ConfigError> {
    let path = data_dir.join(KEY_FILE);
    if !path.try_exists().unwrap_or(false) {
        create(data_dir, &path).map_err(|error| at_fault(&path, &format!("cannot be made: {error}")))?;
    }
    secret::refuse_if_public(&path).map_err(|problem| at_fault(&path, &problem))?;
    let bytes = fs::read(&path).map_err(|error| at_fault(&path, &format!("cannot be read: {error}")))?;
    let problem = "not 32 bytes long; delete it to make a new one, which signs all guests out";
    bytes.try_into().map_err(|_| at_fault(&path, problem))
}

/// Writes beside and links into place: there is never a half-written key, and of two processes that start
/// at once the slower takes the key of the faster.
fn create(data_dir: &Path, path: &Path) -> io::Result<()> {
    fs::create_dir_all(data_dir)?;
    let draft = data_dir.join(format!("{KEY_FILE}.{}", random::base62(8)));
    let written = write_private(&draft).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Some file systems know no links; there the directory's one owner is enough protection.
        Err(_) => fs::rename(&draft, path),
        Ok(()) => Ok(()),
    });
    let _ = fs::remove_file(&draft);
    written?;
    // The name, too, survives a crash; where directories cannot be synced, nothing is lost but guests.
    File::open(data_dir).and_then(|dir| dir.sync_all()).or(Ok(()))
}

fn write_private(path: &Path) -> io::Result<()> {
    let mut key = [0; KEY_BYTES];
    random::fill(&mut key);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(&key)?;
    file.sync_all()
}

fn at_fault(path: &Path, problem: &str) -> ConfigError {
    ConfigError::new("guests", format!("key file {}: {problem}", path.display()))
}
