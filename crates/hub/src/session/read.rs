//! Reading: history, single messages, search, and how far one has read.

use std::sync::Arc;

use antiphon_protocol::{
    Error, ErrorCode, Reply, Role, RoomId, Run, RunId,
    reply::{EntryPage, Found, MessageFound, ReadMarker},
    request::{GetMessage, History, MarkRead, Search},
};
use antiphon_store::{Change, EntryRange, Outcome};

use super::{Begun, Session, messages::unexpected, permission::READ, reading};
use crate::{reader::device::Notice, visibility::Viewer};

impl Session {
    pub(super) async fn history(&self, request: History) -> Result<Begun, Error> {
        let (room, role) = self.room_as(&request.room, READ).await?;
        let viewer = self.viewer(role);
        let head = room.read(|state| state.head);
        let range = match (request.before, request.after) {
            (Some(before), None) => EntryRange::Before(before.min(head + 1)),
            (before, Some(seq)) => {
                let up_to = before.map_or(head, |before| before.saturating_sub(1).min(head));
                EntryRange::After { seq, up_to }
            }
            (None, None) => EntryRange::Newest { up_to: head },
        };
        let (store, limit) = (Arc::clone(&self.hub.store), self.hub.page(request.limit));
        reading(async move {
            let page = store.entries(&room.id, range, limit).await?;
            Ok(Reply::Entries(EntryPage { entries: viewer.entries(page.entries)?, more: page.more }))
        })
    }

    /// Messages of a room right before a position, or the newest, oldest first, as the user sees them; nothing else of its
    /// log. Whether there are more comes along.
    pub async fn messages(
        &self,
        room: &RoomId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<EntryPage, Error> {
        let (room, role) = self.room_as(room, READ).await?;
        let head = room.read(|state| state.head);
        let before = before.map_or(head + 1, |before| before.min(head + 1));
        let page = self.hub.store.messages(&room.id, before, self.hub.page(Some(limit))).await?;
        Ok(EntryPage { entries: self.viewer(role).entries(page.entries)?, more: page.more })
    }

    /// A run of a room, at work or over. Takes nothing from the user's allowance.
    pub async fn run(&self, room: &RoomId, run: &RunId) -> Result<Run, Error> {
        let (room, _) = self.room_as(room, READ).await?;
        self.hub.store.run(&room.id, run).await?.ok_or_else(|| Error::not_found("run"))
    }

    /// Entries of a room right after a position, as the user sees them now. Takes nothing from the user's allowance: for doors
    /// that were asked once for what is new in many rooms.
    pub async fn entries_after(&self, room: &RoomId, seq: u64, limit: usize) -> Result<EntryPage, Error> {
        let (room, role) = self.room_as(room, READ).await?;
        let range = EntryRange::After { seq, up_to: room.read(|state| state.head) };
        let page = self.hub.store.entries(&room.id, range, self.hub.page(Some(limit))).await?;
        Ok(EntryPage { entries: self.viewer(role).entries(page.entries)?, more: page.more })
    }

    pub(super) fn viewer(&self, role: Role) -> Viewer {
        Viewer { user: self.user().id.clone(), role }
    }

    pub(super) async fn get_message(&self, request: GetMessage) -> Result<Begun, Error> {
        let (room, role) = self.room_as(&request.room, READ).await?;
        let (store, viewer) = (Arc::clone(&self.hub.store), self.viewer(role));
        reading(async move {
            let message = store.message(&room.id, &request.message_id).await?;
            let message = message.ok_or_else(|| Error::not_found("message"))?;
            Ok(Reply::Message(MessageFound { message: viewer.message(message)? }))
        })
    }

    pub(super) async fn search(&self, request: Search) -> Result<Begun, Error> {
        if let Some(room) = &request.room {
            self.room_as(room, READ).await?;
        }
        let (store, user) = (Arc::clone(&self.hub.store), self.user().id.clone());
        let (limit, viewer) = (self.hub.page(request.limit), self.viewer(Role::Viewer));
        reading(async move {
            let messages = store.search(&user, &request.query, request.room.as_ref(), limit).await?;
            // What may be seen differs from room to room; the least is right everywhere, and the words that were looked for
            // are in what everyone may see.
            let messages =
                messages.into_iter().map(|message| viewer.message(message)).collect::<Result<_, _>>()?;
            Ok(Reply::Found(Found { messages }))
        })
    }

    pub(super) async fn mark_read(&self, request: MarkRead) -> Result<Begun, Error> {
        let (room, _) = self.room_as(&request.room, READ).await?;
        let change = Change::MarkRead { room: room.id.clone(), ordinal: request.ordinal };
        let pending = self.write(&room.id, READ, None, change).await;
        let (hub, user) = (Arc::clone(&self.hub), self.user().id.clone());
        // A task, because people read and close the page: their other devices are to know nevertheless.
        let told = self.hub.spawn(async move {
            match pending.await?.outcome {
                Outcome::Read { read, ordinal } => {
                    room.update(|state| ((), state.set_read(&user, read)));
                    hub.connections.notify(&user, &room.id, Notice { read: Some(read), ..Notice::default() });
                    Ok(Reply::Read(ReadMarker { read, ordinal }))
                }
                other => Err(unexpected(&other)),
            }
        });
        reading(async move {
            told.await.unwrap_or_else(|_| Err(Error::new(ErrorCode::Internal, "the server is stopping")))
        })
    }
}
