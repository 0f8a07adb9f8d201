//! Whole outputs of tools, as files: one for each call, in the folder of the message that shows it, in the folder of its room.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::SystemTime,
};

use antiphon_protocol::{Error, Message, MessageId, Part, RoomId, ToolCallId};
use tokio::fs;

use crate::Hub;

/// The folder of a room's outputs. Ids are file names: their grammar has no separators, and none is `..`.
pub(crate) fn of_room(outputs: &Path, room: &RoomId) -> PathBuf {
    outputs.join(room.as_str())
}

/// The folder of a message's outputs.
pub(crate) fn of_message(outputs: &Path, room: &RoomId, message: &MessageId) -> PathBuf {
    of_room(outputs, room).join(message.as_str())
}

/// The file of a call's output.
pub(crate) fn of_call(outputs: &Path, room: &RoomId, message: &MessageId, call: &ToolCallId) -> PathBuf {
    of_message(outputs, room, message).join(call.as_str())
}

/// Where clients fetch it.
pub(crate) fn url(room: &RoomId, message: &MessageId, call: &ToolCallId) -> String {
    format!("/v1/rooms/{room}/messages/{message}/tool_outputs/{call}")
}

impl Hub {
    /// Removes the outputs of a message: it is deleted, or its next attempt begins anew.
    pub(crate) async fn remove_outputs(&self, room: &RoomId, message: &MessageId) {
        let Some(outputs) = &self.options.outputs else { return };
        let folder = of_message(outputs, room, message);
        let _ = fs::remove_dir_all(&folder).await;
        remove_if_empty(folder.parent()).await;
    }

    /// Removes the outputs of a room that was deleted.
    pub(crate) async fn remove_outputs_of_room(&self, room: &RoomId) {
        if let Some(outputs) = &self.options.outputs {
            let _ = fs::remove_dir_all(of_room(outputs, room)).await;
        }
    }

    /// Removes those that a crash left of rooms that were deleted.
    pub(crate) async fn remove_outputs_of_deleted_rooms(&self) -> Result<(), Error> {
        let Some(outputs) = &self.options.outputs else { return Ok(()) };
        for folder in files_in(outputs).await {
            let name = folder.file_name().and_then(|name| name.to_str());
            let Some(room) = name.and_then(|name| RoomId::parse(name).ok()) else { continue };
            if self.store.is_deleted(&room).await? {
                self.remove_outputs_of_room(&room).await;
            }
        }
        Ok(())
    }

    /// A message is whole: of the outputs that were kept for it, those stay that it shows. What a crash or a void attempt left is
    /// found by nobody.
    pub(crate) fn tidy_outputs(&self, message: &Message) {
        let Some(outputs) = &self.options.outputs else { return };
        let folder = of_message(outputs, &message.room, &message.id);
        let shown = message.parts.iter().filter_map(|part| match part {
            Part::ToolCall(call) if call.output_url.is_some() => Some(call.tool_call.to_string()),
            _ => None,
        });
        let shown: HashSet<String> = shown.collect();
        self.spawn(async move { keep_only(&folder, &shown).await });
    }
}

async fn keep_only(folder: &Path, names: &HashSet<String>) {
    let files = files_in(folder).await;
    // So it is with nearly all messages.
    if files.is_empty() {
        return;
    }
    for file in files {
        if file.file_name().and_then(|name| name.to_str()).is_none_or(|name| !names.contains(name)) {
            let _ = fs::remove_file(&file).await;
        }
    }
    remove_if_empty(Some(folder)).await;
    remove_if_empty(folder.parent()).await;
}

/// Removes the oldest outputs of a room until they are no larger than this together.
pub(crate) async fn keep_within(room: &Path, limit: u64) {
    let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for message in files_in(room).await {
        for file in files_in(&message).await {
            let Ok(metadata) = fs::metadata(&file).await else { continue };
            files.push((metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH), metadata.len(), file));
        }
    }
    files.sort();
    let mut total: u64 = files.iter().map(|(_, length, _)| length).sum();
    for (_, length, file) in files {
        if total <= limit {
            break;
        }
        let _ = fs::remove_file(&file).await;
        remove_if_empty(file.parent()).await;
        total -= length;
    }
}

/// What a folder holds; nothing if it is not there.
async fn files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(mut entries) = fs::read_dir(folder).await else { return Vec::new() };
    let mut paths = Vec::new();
    while let Ok(Some(entry)) = entries.next_entry().await {
        paths.push(entry.path());
    }
    paths
}

/// A folder with something in it stays, which is no failure.
async fn remove_if_empty(folder: Option<&Path>) {
    if let Some(folder) = folder {
        let _ = fs::remove_dir(folder).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B15: what is kept for a room has a bound; the oldest goes first.
    #[tokio::test]
    async fn the_oldest_outputs_make_room_for_new_ones() {
        let folder = tempfile::tempdir().unwrap();
        for (age, name) in [(30, "first"), (10, "third"), (20, "second")] {
            let file = folder.path().join(name).join("call");
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, "x".repeat(100)).unwrap();
            let written = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000 - age);
            std::fs::File::options().write(true).open(&file).unwrap().set_modified(written).unwrap();
        }
        for (limit, left) in [(300, 3), (299, 2), (100, 1), (99, 0)] {
            keep_within(folder.path(), limit).await;
            let names: Vec<PathBuf> = files_in(folder.path()).await;
            assert_eq!(names.len(), left, "{limit}: {names:?}");
            assert_eq!(names.iter().any(|path| path.ends_with("third")), left > 0);
        }
    }
}
