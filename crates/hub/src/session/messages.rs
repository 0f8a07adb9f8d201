//! Saying, editing, deleting, reacting.

use std::sync::Arc;

use antiphon_protocol::{
    Cancellation, Error, ErrorCode, MessageId, MessageStatus, Reply,
    reply::{Sent, Written},
    request::{Cancel, DeleteMessage, EditMessage, React, SendMessage},
};
use antiphon_store::{Change, NewMessage, Outcome};

use super::{
    Begun, Session, after,
    permission::{MODERATE, WRITE},
    reading, written,
};
use crate::{room::LiveRoom, run::routing};

impl Session {
    pub(super) async fn send_message(&self, request: SendMessage) -> Result<Begun, Error> {
        let (room, _) = self.room_as(&request.room, WRITE).await?;
        if let Err(stranger) = check_addressees(&room, &request)
            && !self.has_said(&request).await?
        {
            return Err(stranger);
        }
        let replied_to = match &request.reply_to {
            Some(id) if !self.is_bot() => self.hub.store.message(&request.room, id).await?,
            _ => None,
        };
        let triggers = routing::triggers(&self.hub, &room, self.user(), &request, replied_to.as_ref());
        let stopped = self.hub.runs.early.take(&room.id, &self.user().id, &request.id);
        let (id, reply_to, to) = (request.id.clone(), request.reply_to.clone(), request.to.clone());
        let message = NewMessage {
            room: request.room.clone(),
            id: id.clone(),
            status: MessageStatus::Complete,
            parts: request.into_parts(),
            reply_to,
            to,
            run: None,
            triggers,
            stopped: stopped.clone(),
        };
        let pending = self.write(&room.id, WRITE, None, Change::PostMessage(Box::new(message))).await;
        let session = self.clone();
        after(pending, move |committed| {
            // Held until the commit was published, so that the room is in memory to hear of it.
            let room: Arc<LiveRoom> = room;
            session.stop_if_wished(&room, id, stopped.as_ref());
            match committed.outcome {
                Outcome::Posted(posted) => Ok(Reply::Sent(Box::new(Sent {
                    seq: posted.seq,
                    ordinal: posted.ordinal,
                    message: posted.message,
                    duplicate: posted.duplicate,
                }))),
                other => Err(unexpected(&other)),
            }
        })
    }

    /// Somebody wanted stopped what this message causes, just while it was being stored.
    fn stop_if_wished(&self, room: &LiveRoom, message_id: MessageId, known: Option<&Cancellation>) {
        let early = &self.hub.runs.early;
        if known.is_none() && early.take(&room.id, &self.user().id, &message_id).is_some() {
            let (session, room) = (self.clone(), room.id.clone());
            let request = Cancel::message(room, message_id);
            self.hub.spawn(async move { session.cancel(request).await.map(drop) });
        }
    }

    /// Whether this is a repeat: that gets the original answer, whoever has left since.
    async fn has_said(&self, request: &SendMessage) -> Result<bool, Error> {
        let said = self.hub.store.message(&request.room, &request.id).await?;
        let said = said.and_then(|message| message.decode().ok());
        Ok(said.is_some_and(|message| message.sender == self.user().id))
    }

    pub(super) async fn edit_message(&self, request: EditMessage) -> Result<Begun, Error> {
        let (room, _) = self.room_as(&request.room, WRITE).await?;
        let EditMessage { id, message_id, text, parts, .. } = request;
        let content = SendMessage {
            room: room.id.clone(),
            id: message_id.clone(),
            text,
            parts,
            reply_to: None,
            to: vec![],
        };
        let change = Change::EditMessage { room: room.id.clone(), message_id, parts: content.into_parts() };
        written(self.write(&room.id, WRITE, id, change).await)
    }

    pub(super) async fn delete_message(&self, request: DeleteMessage) -> Result<Begun, Error> {
        let (room, role) = self.room_as(&request.room, WRITE).await?;
        let anyones = role >= MODERATE;
        let message_id = request.message_id;
        let change = Change::DeleteMessage { room: room.id.clone(), message_id: message_id.clone(), anyones };
        let at_least = if anyones { MODERATE } else { WRITE };
        let pending = self.write(&room.id, at_least, request.id, change).await;
        if self.hub.options.outputs.is_none() {
            return written(pending);
        }
        let session = self.clone();
        // A task, because people delete and close the page: the outputs are to go nevertheless.
        let removed = self.hub.spawn(async move {
            let seq = match pending.await?.outcome {
                Outcome::Written { seq } => seq,
                other => return Err(unexpected(&other)),
            };
            session.drop_outputs(&room.id, &message_id).await?;
            Ok(Reply::Written(Written { seq }))
        });
        reading(async move {
            removed.await.unwrap_or_else(|_| Err(Error::new(ErrorCode::Internal, "the server is stopping")))
        })
    }

    pub(super) async fn react(&self, request: React) -> Result<Begun, Error> {
        let (room, _) = self.room_as(&request.room, WRITE).await?;
        let limits = self.hub.limits();
        let change = Change::React {
            room: room.id.clone(),
            message_id: request.message_id,
            emoji: request.emoji,
            active: request.active,
            most: limits.reactions_per_message,
            listed: limits.reaction_users,
        };
        written(self.write(&room.id, WRITE, request.id, change).await)
    }
}

/// A message is addressed to members only: nobody else would ever see it.
fn check_addressees(room: &LiveRoom, request: &SendMessage) -> Result<(), Error> {
    let stranger =
        room.read(|state| request.to.iter().find(|user| !state.members.contains_key(*user)).cloned());
    match stranger {
        Some(user) => Err(Error::field("to", format!("`{user}` is not a member of this room"))),
        None => Ok(()),
    }
}

/// An answer of the store that does not belong to the question: a fault of ours.
pub(crate) fn unexpected(outcome: &Outcome) -> Error {
    // The kind only: what is said stays out of logs.
    tracing::error!(outcome = ?std::mem::discriminant(outcome), "the store answered another question");
    Error::new(ErrorCode::Internal, "the server failed; repeating with the same id is safe")
}
