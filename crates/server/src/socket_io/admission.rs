//! Who is let in: by the token of the handshake, every time; and, if they come back, to where they were.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use antiphon_hub::{Reader, Session};
use antiphon_protocol::{Cursor, Error, ErrorCode, Event, JoinMode, request::JoinRoom};
use antiphon_socketio::{Connect, ConnectError, Connected, Namespace, Shared, Socket};
use async_trait::async_trait;
use parking_lot::Mutex;
use serde_json::Value;

use super::{
    DOOR,
    guest::{Arrival, Guest},
    offset::{Offset, RoomPlace},
    say::Saying,
    told::Told,
    visit::Visit,
};
use crate::doors::Doors;

/// The door: lets clients in.
pub struct Door {
    doors: Arc<Doors>,
    present: Arc<Present>,
}

/// Who is connected, by the name on their pass: whoever comes back takes the place of the connection that they had.
#[derive(Default)]
pub struct Present(Mutex<HashMap<String, Arc<Socket>>>);

/// One connection among them, until it is dropped.
pub struct Presence {
    present: Arc<Present>,
    name: String,
    socket: Arc<Socket>,
}

impl Presence {
    fn of(present: &Arc<Present>, name: &str, socket: Socket) -> Self {
        let socket = Arc::new(socket);
        let before = present.0.lock().insert(name.to_owned(), Arc::clone(&socket));
        if let Some(before) = before {
            before.close();
        }
        Self { present: Arc::clone(present), name: name.to_owned(), socket }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let mut present = self.present.0.lock();
        if present.get(&self.name).is_some_and(|socket| Arc::ptr_eq(socket, &self.socket)) {
            present.remove(&self.name);
        }
    }
}

/// What a client shows for itself.
struct Shown {
    token: String,
    pass: Option<String>,
    offset: Option<String>,
}

/// Where somebody is who comes in.
#[derive(Default)]
struct Return {
    told: Told,
    due: VecDeque<Shared>,
    /// Whether they are where they were.
    is_whole: bool,
}

impl Door {
    pub fn new(doors: Arc<Doors>) -> Self {
        Self { doors, present: Arc::default() }
    }

    async fn admit(&self, connect: Connect) -> Result<Connected, Error> {
        let doors = &self.doors;
        doors.meters.request(DOOR, "authenticate");
        let shown = Shown::read(connect.auth)?;
        doors.check_open()?;
        let signed_in = doors.sign_in(&shown.token).await?;
        let (session, mut reader) = doors.connect(&signed_in)?;
        let user = session.user().id.as_str();
        let held = shown.pass.as_deref().and_then(|pass| Some((doors.passes.check(user, pass)?, pass)));
        let came_back = match held {
            Some(_) => come_back(&session, &mut reader, shown.offset.as_deref()).await,
            None => Return::default(),
        };
        let (name, pass) = match held.filter(|_| came_back.is_whole) {
            Some((name, pass)) => (name.to_owned(), pass.to_owned()),
            None => doors.passes.give(user),
        };
        let visit = connect.handshake.extensions.get::<Arc<Visit>>().cloned();
        if let Some(visit) = &visit {
            visit.admit();
        }
        let presence = Presence::of(&self.present, &name, connect.socket.clone());
        let Return { told, due, .. } = came_back;
        let address = visit.map(|visit| visit.address);
        let arrival =
            Arrival { socket: connect.socket, session, reader, signed_in, presence, told, due, address };
        let handler = Box::new(Guest::new(Arc::clone(doors), arrival));
        Ok(Connected { handler, id: Some(name), recovery: Some(pass) })
    }
}

#[async_trait]
impl Namespace for Door {
    async fn connect(&self, connect: Connect) -> Result<Connected, ConnectError> {
        Box::pin(self.admit(connect)).await.map_err(|error| {
            self.doors.meters.error(DOOR, error.code);
            let data = serde_json::to_value(&error).ok();
            ConnectError { message: error.message, data }
        })
    }
}

impl Shown {
    fn read(auth: Value) -> Result<Self, Error> {
        let Value::Object(mut auth) = auth else { return Err(token_missing()) };
        let mut text = |field: &str| match auth.remove(field) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let token = text("token").ok_or_else(token_missing)?;
        Ok(Self { token, pass: text("pid"), offset: text("offset") })
    }
}

fn token_missing() -> Error {
    let words = "sign in at the handshake: io(url, { auth: { token } })";
    Error { field: Some("token".to_owned()), ..Error::new(ErrorCode::Unauthenticated, words) }
}

/// Brings somebody back to where they were; or, where that is not possible, into the rooms where they were, as they are now.
async fn come_back(session: &Session, reader: &mut Reader, offset: Option<&str>) -> Return {
    let Some(offset) = offset else {
        // They had not been anywhere yet.
        return Return { is_whole: true, ..Return::default() };
    };
    let Some(offset) = Offset::read(offset) else { return Return::default() };
    let rooms = offset.rooms.clone();
    match resume(session, reader, offset).await {
        Ok(whole) => whole,
        Err(reason) => {
            tracing::debug!(%reason, "a client of Socket.IO cannot be brought back to where it was");
            begin_anew(session, reader, rooms).await
        }
    }
}

async fn resume(session: &Session, reader: &mut Reader, offset: Offset) -> Result<Return, Error> {
    let mut back = Return { is_whole: true, ..Return::default() };
    for place in offset.rooms {
        if !session.is_member(&place.name.room).await? {
            // As if they had been here when they were removed.
            let revoked = Event::Revoked { room: place.name.room };
            back.due.push_back(Saying::Event(&revoked).packet(None, None));
            continue;
        }
        let request = JoinRoom {
            room: place.name.room.clone(),
            cursor: Some(Cursor { epoch: offset.epoch.clone(), seq: place.seq }),
            streams: place.streams.clone(),
            receive: place.receive.clone(),
            limit: None,
        };
        let joined = reader.join(session, request).await?;
        if joined.mode != JoinMode::Resumed {
            return Err(Error::new(ErrorCode::Conflict, "the log is another one, or shorter"));
        }
        let (_, entering) = Told::place(place);
        back.told.enter(joined, entering, &mut back.due);
    }
    Ok(back)
}

async fn begin_anew(session: &Session, reader: &mut Reader, rooms: Vec<RoomPlace>) -> Return {
    let mut anew = Return::default();
    for place in rooms {
        if !session.is_member(&place.name.room).await.unwrap_or(false) {
            continue;
        }
        let request = JoinRoom {
            room: place.name.room.clone(),
            cursor: None,
            streams: Vec::new(),
            receive: place.receive.clone(),
            limit: None,
        };
        let (_, entering) = Told::place(place);
        // Whoever is refused here, for instance because it is too often, asks again by itself: it knows that it is not recovered.
        if let Ok(joined) = reader.join(session, request).await {
            anew.told.enter(joined, entering, &mut anew.due);
        }
    }
    anew
}
