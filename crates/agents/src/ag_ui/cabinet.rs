//! The cabinet: what an agent wants back and no message has room for, in files that outlive the server, and which of its
//! questions are open. A part of a message names what is kept, so that the log decides which of it holds.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use antiphon_protocol::{MessageId, RoomId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::warn;

use crate::kept;

/// Folder of the data directory that holds one for each such bot.
const HOMES: &str = "ag_ui";
/// Bytes that are kept of a room. What was kept or used first goes first.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// Larger files were not written by us.
const LARGEST_FILE: u64 = 8 * 1024 * 1024;
/// Where open questions are kept.
const QUESTIONS: &str = "questions";

/// What is kept for one bot.
#[derive(Debug, Clone)]
pub(super) struct Cabinet {
    home: PathBuf,
}

/// Something that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// How long it is.
    pub bytes: usize,
    /// Tells it from everything else.
    pub hash: String,
}

/// Questions of an agent that nobody has answered, because the run that asked them ended first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct OpenQuestions {
    /// The ids of them all.
    pub ids: Vec<String>,
    /// The answer of that run, if it had one.
    pub answer: Option<MessageId>,
    /// That run's part of the conversation as the agent had it, with the calls that wait for an answer.
    pub messages: Vec<Value>,
    /// Whether nothing from before belongs in front of it.
    pub is_whole: bool,
}

impl Kept {
    /// As a part of a message names it.
    pub fn note(&self) -> Value {
        json!({ "kept": self })
    }

    /// What a part of a message names, if it does.
    pub fn of(note: &Value) -> Option<Self> {
        Self::deserialize(note.get("kept")?).ok()
    }
}

impl Cabinet {
    /// That of a bot.
    pub fn of(data_dir: &Path, bot: &UserId) -> Self {
        Self { home: data_dir.join(HOMES).join(kept::name(bot.as_str())) }
    }

    /// That of every bot for which anything was kept.
    pub fn all(data_dir: &Path) -> Vec<Self> {
        let homes = fs::read_dir(data_dir.join(HOMES)).into_iter().flatten().flatten();
        homes.map(|home| Self { home: home.path() }).collect()
    }

    /// Keeps something of a room.
    ///
    /// # Errors
    /// The disk does not take it, or nobody would take it back.
    pub fn keep(&self, room: &RoomId, value: &Value) -> io::Result<Kept> {
        let bytes = serde_json::to_vec(value)?;
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let hash = kept::hash(&bytes);
        let path = self.path(room, &hash)?;
        kept::write(&path, &bytes)?;
        self.clear_out(room, &path);
        Ok(Kept { bytes: bytes.len(), hash })
    }

    /// What was kept; nothing if it is not there any more.
    pub fn find(&self, room: &RoomId, wanted: &Kept) -> Option<Value> {
        // A hash from a message is no path before it is known to be one.
        let is_hash = wanted.hash.len() == 32 && wanted.hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bytes = kept::read(&self.place(room, &wanted.hash), LARGEST_FILE).filter(|_| is_hash)?;
        (kept::hash(&bytes) == wanted.hash).then(|| serde_json::from_slice(&bytes).ok())?
    }

    /// The same, and keeps it anew: of what there is no room for, what is used goes last.
    pub fn renew(&self, room: &RoomId, wanted: &Kept) -> Option<Value> {
        let found = self.find(room, wanted)?;
        if let Err(fault) = self.keep(room, &found) {
            warn!(%room, %fault, "what an agent wants back cannot be kept anew");
        }
        Some(found)
    }

    /// The questions of a room that are open.
    pub fn questions(&self, room: &RoomId) -> Option<OpenQuestions> {
        let bytes = kept::read(&self.place(room, QUESTIONS), LARGEST_FILE)?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Some questions of a room are open from now on. Where even that cannot be written, the agent may refuse the next run.
    pub fn open(&self, room: &RoomId, mut questions: OpenQuestions) {
        let write = |questions: &OpenQuestions| {
            let bytes = serde_json::to_vec(questions)?;
            if bytes.len() as u64 > LARGEST_FILE {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            kept::write(&self.path(room, QUESTIONS)?, &bytes)
        };
        let written = write(&questions).or_else(|fault: io::Error| {
            if fault.kind() != io::ErrorKind::FileTooLarge {
                return Err(fault);
            }
            questions.messages = Vec::new();
            write(&questions)
        });
        if let Err(fault) = written {
            warn!(%room, %fault, "an agent's open questions cannot be remembered beyond this run of the server");
        }
    }

    /// No question of a room is open any more.
    pub fn close(&self, room: &RoomId) {
        if let Err(fault) = fs::remove_file(self.place(room, QUESTIONS))
            && fault.kind() != io::ErrorKind::NotFound
        {
            warn!(%room, %fault, "an agent's questions cannot be forgotten");
        }
    }

    /// Throws away all of it, in every room.
    pub fn empty(&self) {
        remove(&self.home);
    }

    /// Throws away what was kept of a room.
    pub fn empty_of(&self, room: &RoomId) {
        remove(&self.folder(room));
    }

    fn folder(&self, room: &RoomId) -> PathBuf {
        self.home.join(kept::name(room.as_str()))
    }

    fn place(&self, room: &RoomId, name: &str) -> PathBuf {
        self.folder(room).join(name).with_extension("json")
    }

    /// The same, in a folder that is there.
    fn path(&self, room: &RoomId, name: &str) -> io::Result<PathBuf> {
        kept::folder(&self.folder(room))?;
        Ok(self.place(room, name))
    }

    /// Throws away what was kept first, if all together is too much. The newest stays in any case, and so do questions.
    fn clear_out(&self, room: &RoomId, newest: &Path) {
        let Ok(entries) = fs::read_dir(self.folder(room)) else { return };
        let about = |entry: fs::DirEntry| {
            let about = entry.metadata().ok()?;
            Some((about.modified().unwrap_or(SystemTime::UNIX_EPOCH), about.len(), entry.path()))
        };
        let is_kept = |path: &Path| path != newest && path.file_stem().is_some_and(|stem| stem != QUESTIONS);
        let mut files: Vec<_> = entries.flatten().filter_map(about).collect();
        files.retain(|(_, _, path)| is_kept(path));
        files.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        let mut bytes = fs::metadata(newest).map_or(0, |about| about.len());
        for (_, length, path) in files {
            bytes += length;
            if bytes > MOST_BYTES {
                // Found again the next time, if it cannot be removed now.
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn remove(folder: &Path) {
    if let Err(fault) = fs::remove_dir_all(folder)
        && fault.kind() != io::ErrorKind::NotFound
    {
        warn!(folder = %folder.display(), %fault, "what was kept for a bot or a room that is no more cannot be removed");
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn cabinet(home: &TempDir) -> Cabinet {
        Cabinet::of(home.path(), &UserId::parse("helper").unwrap())
    }

    fn room(id: &str) -> RoomId {
        RoomId::parse(id).unwrap()
    }

    #[test]
    fn what_is_kept_is_found_in_its_room_by_whoever_comes_later() {
        let home = TempDir::new().unwrap();
        let first = cabinet(&home).keep(&room("a"), &json!({"n": 1})).unwrap();
        let second = cabinet(&home).keep(&room("a"), &json!({"n": 2})).unwrap();
        assert_eq!(cabinet(&home).find(&room("a"), &first), Some(json!({"n": 1})));
        assert_eq!(cabinet(&home).find(&room("a"), &second), Some(json!({"n": 2})));
        assert_eq!(cabinet(&home).find(&room("b"), &first), None);
        let elsewhere = Kept { bytes: 1, hash: "../../secret".to_owned() };
        assert_eq!(cabinet(&home).find(&room("a"), &elsewhere), None);
    }

    #[test]
    fn a_room_keeps_no_more_than_its_share_and_the_newest_always() {
        let home = TempDir::new().unwrap();
        let keep = |n: u32| {
            cabinet(&home).keep(&room("a"), &json!(format!("{n}{}", "x".repeat(3 * 1024 * 1024)))).unwrap()
        };
        cabinet(&home).open(&room("a"), OpenQuestions { ids: vec!["i".to_owned()], ..Default::default() });
        let all: Vec<Kept> = (0..10).map(keep).collect();
        let is_there: Vec<bool> =
            all.iter().map(|kept| cabinet(&home).find(&room("a"), kept).is_some()).collect();
        assert_eq!(is_there.iter().filter(|is_there| **is_there).count(), 5);
        assert!(is_there[9] && !is_there[0]);
        assert!(cabinet(&home).questions(&room("a")).is_some());
    }

    #[test]
    fn what_is_used_outlives_what_is_not() {
        let home = TempDir::new().unwrap();
        let keep = |n: u32| {
            cabinet(&home).keep(&room("a"), &json!(format!("{n}{}", "x".repeat(3 * 1024 * 1024)))).unwrap()
        };
        let (used, unused) = (keep(0), keep(1));
        for n in 2..8 {
            assert!(cabinet(&home).renew(&room("a"), &used).is_some(), "{n}");
            keep(n);
        }
        assert!(cabinet(&home).renew(&room("a"), &used).is_some());
        assert_eq!(cabinet(&home).renew(&room("a"), &unused), None);
    }

    #[test]
    fn open_questions_are_known_until_they_are_closed() {
        let home = TempDir::new().unwrap();
        assert_eq!(cabinet(&home).questions(&room("a")), None);
        cabinet(&home).close(&room("a"));
        let large = vec![json!("x".repeat(LARGEST_FILE as usize))];
        let questions = OpenQuestions { ids: vec!["i".to_owned()], messages: large, ..Default::default() };
        cabinet(&home).open(&room("a"), questions.clone());
        // What is too large is left out, but the questions are open nevertheless.
        assert_eq!(cabinet(&home).questions(&room("a")).unwrap().ids, questions.ids);
        cabinet(&home).close(&room("a"));
        assert_eq!(cabinet(&home).questions(&room("a")), None);
    }
}
