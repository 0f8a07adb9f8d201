//! The file behind a long output: written by a task of its own, so that nobody who puts something out waits for the disk.

use std::{io, path::PathBuf};

use parking_lot::Mutex;
use tokio::{
    fs::{self, File},
    io::AsyncWriteExt as _,
};
use tracing::warn;

/// How much is gathered before it is written.
const SPILL: usize = 64 * 1024;

/// A file that grows.
#[derive(Debug)]
pub(super) struct Spool {
    path: PathBuf,
    pending: Mutex<Pending>,
    /// Held over `await`s by whoever writes: what was put in first is in the file first.
    file: tokio::sync::Mutex<Target>,
}

#[derive(Debug, Default)]
struct Pending {
    /// What is still to be written: at most as much as is kept of an output.
    text: String,
    /// Whether somebody is about to write it.
    is_seen_to: bool,
}

#[derive(Debug)]
enum Target {
    /// There is no file yet.
    None,
    Open {
        file: File,
        bytes: u64,
    },
    /// It could not be written, or nobody needs it.
    GivenUp,
}

impl Spool {
    pub fn new(path: PathBuf) -> Self {
        Self { path, pending: Mutex::default(), file: tokio::sync::Mutex::new(Target::None) }
    }

    /// Takes more. True if the caller is to see to it that it is [written](Self::write).
    pub fn push(&self, text: &str) -> bool {
        let mut pending = self.pending.lock();
        pending.text.push_str(text);
        let is_due = pending.text.len() >= SPILL && !pending.is_seen_to;
        pending.is_seen_to |= is_due;
        is_due
    }

    /// Writes what was gathered.
    pub async fn write(&self) {
        self.write_to(&mut *self.file.lock().await).await;
    }

    /// Writes the rest. How much there is in the file, in bytes; nothing if it could not be written.
    pub async fn finish(&self) -> Option<u64> {
        let mut target = self.file.lock().await;
        self.write_to(&mut target).await;
        match &mut *target {
            Target::Open { file, bytes } => match file.flush().await {
                Ok(()) => Some(*bytes),
                Err(fault) => {
                    self.give_up(&mut target, &fault).await;
                    None
                }
            },
            Target::None | Target::GivenUp => None,
        }
    }

    /// Nobody needs it: all of it is shown.
    pub async fn discard(&self) {
        let mut target = self.file.lock().await;
        if let Target::Open { .. } = std::mem::replace(&mut *target, Target::GivenUp) {
            let _ = fs::remove_file(&self.path).await;
        }
    }

    async fn write_to(&self, target: &mut Target) {
        while let Some(text) = self.next() {
            if let Err(fault) = self.append(target, &text).await {
                self.give_up(target, &fault).await;
            }
        }
    }

    fn next(&self) -> Option<String> {
        let mut pending = self.pending.lock();
        pending.is_seen_to = !pending.text.is_empty();
        pending.is_seen_to.then(|| std::mem::take(&mut pending.text))
    }

    async fn append(&self, target: &mut Target, text: &str) -> io::Result<()> {
        if matches!(target, Target::None) {
            if let Some(folder) = self.path.parent() {
                fs::create_dir_all(folder).await?;
            }
            *target = Target::Open { file: File::create(&self.path).await?, bytes: 0 };
        }
        if let Target::Open { file, bytes } = target {
            file.write_all(text.as_bytes()).await?;
            *bytes += text.len() as u64;
        }
        Ok(())
    }

    /// The call matters more than its file.
    async fn give_up(&self, target: &mut Target, fault: &io::Error) {
        warn!(%fault, "the output of a tool cannot be kept whole");
        *target = Target::GivenUp;
        let _ = fs::remove_file(&self.path).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B15: what is put in comes out in its order, whoever writes it.
    #[tokio::test]
    async fn what_is_put_in_is_in_the_file_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m1").join("c1");
        let spool = Spool::new(path.clone());
        let mut whole = String::new();
        for number in 0..20_000 {
            let line = format!("line {number}\n");
            if spool.push(&line) {
                spool.write().await;
                assert!(path.exists());
            }
            whole.push_str(&line);
        }
        assert_eq!(spool.finish().await, Some(whole.len() as u64));
        assert_eq!(spool.finish().await, Some(whole.len() as u64), "asked again it is the same");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
    }

    /// What nobody needs leaves no file, and what cannot be written costs nothing but the file.
    #[tokio::test]
    async fn a_file_that_is_given_up_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c1");
        let spool = Spool::new(path.clone());
        assert!(spool.push(&"x".repeat(SPILL)));
        spool.write().await;
        spool.discard().await;
        assert_eq!((path.exists(), spool.finish().await), (false, None));
        std::fs::write(folder.path().join("no folder"), "").unwrap();
        let broken = Spool::new(folder.path().join("no folder").join("c1"));
        broken.push("lost");
        assert_eq!(broken.finish().await, None);
    }
}
