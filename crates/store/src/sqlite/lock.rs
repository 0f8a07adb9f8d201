//! The lock beside a database file: one server per file.

use std::{
    ffi::OsString,
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use super::OpenError;

/// Held as long as this lives. The operating system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct FileLock(#[expect(dead_code, reason = "the lock is held by keeping the file open")] File);

impl FileLock {
    /// Takes the lock of `database`, or says that another server has it.
    pub(super) fn take(database: &Path) -> Result<Self, OpenError> {
        let path = beside(database);
        let file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(|fault| OpenError::Unreachable { path: path.clone(), why: fault.to_string() })?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse(database.to_owned())),
            Err(TryLockError::Error(fault)) => Err(OpenError::Unreachable { path, why: fault.to_string() }),
        }
    }
}

/// `antiphon.db` is guarded by `antiphon.db-lock`, which is never deleted: a file that can vanish locks nothing.
fn beside(database: &Path) -> PathBuf {
    let mut path = OsString::from(database);
    path.push("-lock");
    path.into()
}
