//! Keys of the server's own: 32 random bytes in a file that only the server's user can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::error::ConfigError;
use crate::{random, secret};

pub(crate) const KEY_BYTES: usize = 32;

/// A key, and what is lost with it.
pub(crate) struct KeyFile {
    /// The setting that names it, for those who have to repair it.
    pub setting: &'static str,
    /// What a new key would mean.
    pub loss: &'static str,
}

impl KeyFile {
    /// The key at this path, made now if there is none.
    pub fn read_or_create(&self, path: &Path) -> Result<[u8; KEY_BYTES], ConfigError> {
        if !path.try_exists().unwrap_or(false) {
            create(path).map_err(|error| self.at_fault(path, &format!("cannot be made: {error}")))?;
        }
        self.read(path)
    }

    /// The key at this path.
    pub fn read(&self, path: &Path) -> Result<[u8; KEY_BYTES], ConfigError> {
        secret::refuse_if_public(path).map_err(|problem| self.at_fault(path, &problem))?;
        let bytes =
            fs::read(path).map_err(|error| self.at_fault(path, &format!("cannot be read: {error}")))?;
        let problem = format!("not 32 bytes long; delete it to make a new one, which {}", self.loss);
        bytes.try_into().map_err(|_| self.at_fault(path, &problem))
    }

    fn at_fault(&self, path: &Path, problem: &str) -> ConfigError {
        ConfigError::new(self.setting, format!("key file {}: {problem}", path.display()))
    }
}

/// Writes beside and links into place: there is never a half-written key, and of two processes that start
/// at once the slower takes the key of the faster.
fn create(path: &Path) -> io::Result<()> {
    let directory = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(directory)?;
    let draft = path.with_extension(random::base62(8));
    let written = write_private(&draft).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Some file systems know no links; there the directory's one owner is enough protection.
        Err(_) => fs::rename(&draft, path),
        Ok(()) => Ok(()),
    });
    let _ = fs::remove_file(&draft);
    written?;
    // The name, too, survives a crash; where directories cannot be synced, a key may be lost that is seconds old.
    File::open(directory).and_then(|directory| directory.sync_all()).or(Ok(()))
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
