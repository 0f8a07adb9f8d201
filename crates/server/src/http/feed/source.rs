//! What a feed tells of: one room, or all of the user's, each from where the client was.

use std::{collections::VecDeque, sync::Arc};

use antiphon_hub::{LiveEvent, Reader, Session};
use antiphon_protocol::{
    CloseCode, Cursor, Error, ErrorCode, Event, JoinMode, Joined, Reply, RoomId,
    request::{JoinRoom, ListRooms, Receive},
};

use super::place::{MOST_ROOMS, Place};
use crate::{answer::unexpected, doors::Doors, sign_in::SignedIn};

/// How much is taken from the reader at once.
const PULL_BYTES: usize = 64 * 1024;

/// Which rooms a feed tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Room(RoomId),
    /// Those that the user is in, and comes into meanwhile.
    All,
}

/// A user's rooms, and where the client is in them.
pub struct Source {
    pub session: Session,
    pub reader: Reader,
    pub place: Place,
    scope: Scope,
    /// Rooms to come into yet, and where the client is there.
    due: VecDeque<(RoomId, Option<Cursor>)>,
    /// Whether the client was in rooms that the user is in no more.
    pub has_lost: bool,
    /// Whether the user may not hear the only room any more.
    is_closed: bool,
    /// How many entries of a room come at once at most.
    pub limit: Option<usize>,
    /// Live content that is told; all if nothing.
    pub receive: Option<Vec<Receive>>,
}

impl Source {
    /// First listened, then looked: a room that the user comes into meanwhile is news.
    pub async fn open(
        doors: &Arc<Doors>,
        signed_in: &SignedIn,
        scope: Scope,
        mut place: Place,
        limit: Option<usize>,
    ) -> Result<Self, Error> {
        let (session, reader) = doors.connect(signed_in)?;
        session.take_request()?;
        let rooms = match &scope {
            Scope::Room(room) => vec![room.clone()],
            Scope::All => {
                own_rooms(&session, doors.hub.limits().rooms_per_connection.min(MOST_ROOMS)).await?
            }
        };
        let has_lost = place.keep(rooms.iter());
        let mut due: Vec<_> = rooms.iter().map(|room| (room.clone(), place.of(room))).collect();
        // What the client knows comes first; so what is new cannot push it out of a page.
        due.sort_by_key(|(_, cursor)| cursor.is_none());
        Ok(Self {
            session,
            reader,
            place,
            scope,
            due: due.into(),
            has_lost,
            is_closed: false,
            limit,
            receive: None,
        })
    }

    /// Whether it is of all rooms.
    pub fn is_of_all(&self) -> bool {
        self.scope == Scope::All
    }

    /// The rooms that the feed is to come into yet.
    pub fn due(&self) -> impl Iterator<Item = &RoomId> {
        self.due.iter().map(|(room, _)| room)
    }

    /// Comes into the next room; nothing if it is in all of them. The client's place stays as it is until it is told. A client that
    /// brings a cursor comes back by itself, and makes nobody a member again who was removed.
    pub async fn enter(&mut self) -> Result<Option<Joined>, Error> {
        while let Some((room, cursor)) = self.due.pop_front() {
            let (receive, was_there) = (self.receive.clone(), cursor.is_some());
            let request = JoinRoom { room, cursor, streams: Vec::new(), receive, limit: self.limit };
            if !self.is_of_all() && !was_there {
                return self.reader.join(&self.session, request).await.map(Some);
            }
            match self.reader.follow(&self.session, request).await {
                Err(error) if self.is_of_all() && is_outside(&error) => {}
                joined => return joined.map(Some),
            }
        }
        Ok(None)
    }

    /// The client has the answer to a join.
    pub fn take_joined(&mut self, joined: &Joined) {
        if joined.mode != JoinMode::Resumed {
            self.place.leave(&joined.room);
        }
        if let Some(seq) = last_seq(joined) {
            self.place.come_to(&joined.room, Cursor { epoch: joined.epoch.clone(), seq });
        }
    }

    /// Takes what is next in the rooms.
    pub async fn pull(&mut self) -> Vec<Arc<LiveEvent>> {
        let mut batch = Vec::new();
        self.reader.pull(&mut batch, PULL_BYTES).await;
        batch
    }

    /// News of the user's own rooms: one more to come into, or one less. Returns whether they are about the rooms of this feed.
    pub fn take_news(&mut self, event: &LiveEvent) -> bool {
        if !event.is_news() {
            return false;
        }
        match serde_json::from_slice(event.json()) {
            Ok(Event::RoomJoined(summary)) if self.is_of_all() => {
                let cursor = self.place.of(&summary.room.id);
                self.due.push_back((summary.room.id, cursor));
            }
            Ok(Event::RoomLeft { room } | Event::Revoked { room }) if self.covers(&room) => {
                self.place.leave(&room);
                self.is_closed = !self.is_of_all();
            }
            _ => return false,
        }
        true
    }

    /// Set once nothing more can come.
    pub fn ended(&self) -> Option<CloseCode> {
        self.reader.ended().or(self.is_closed.then_some(CloseCode::Revoked))
    }

    fn covers(&self, room: &RoomId) -> bool {
        match &self.scope {
            Scope::Room(only) => only == room,
            Scope::All => true,
        }
    }
}

/// Whether a room is none of the user's.
pub fn is_outside(error: &Error) -> bool {
    matches!(error.code, ErrorCode::NotFound | ErrorCode::NotMember)
}

/// All rooms that the user is in.
async fn own_rooms(session: &Session, limit: usize) -> Result<Vec<RoomId>, Error> {
    let mut rooms: Vec<RoomId> = Vec::new();
    loop {
        let request = ListRooms { discover: false, after: rooms.last().cloned(), limit: Some(usize::MAX) };
        let Reply::Rooms(page) = session.handle(request.into()).await? else { return Err(unexpected()) };
        rooms.extend(page.rooms.into_iter().map(|summary| summary.room.id));
        if rooms.len() > limit {
            let words = format!(
                "you are in more rooms than the {limit} that this feed tells; feeds of single rooms do"
            );
            return Err(Error { message: words, ..Error::too_many("rooms", limit) });
        }
        if !page.more {
            return Ok(rooms);
        }
    }
}

/// How far a client is that has applied the answer to its join.
fn last_seq(joined: &Joined) -> Option<u64> {
    match (joined.more, joined.entries.last()) {
        (false, _) => Some(joined.head),
        (true, Some(entry)) => entry.decode().ok().map(|entry| entry.seq),
        (true, None) => None,
    }
}
