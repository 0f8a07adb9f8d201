//! Where a client wants something done: from its words to a room, which is made if it is one with a bot and not there yet.

use antiphon_hub::Session;
use antiphon_protocol::{Error, ErrorCode, Request, RoomId, RoomKind, request::CreateRoom};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    answer::of_chat,
    socket_io::{
        dialect::{Asked, Dialect, Place},
        told::Told,
    },
};

/// What one's private room with a bot is called that was given no name.
const WITH_BOT: &str = "socket.io";

/// Who asks, and where they are.
pub struct Asker<'a> {
    pub session: &'a Session,
    pub told: &'a Told,
}

impl Asker<'_> {
    /// The request, with its room.
    pub async fn request_of(&self, asked: Asked) -> Result<Request, Error> {
        let Asked { request, mut fields, place, .. } = asked;
        let may_make = matches!(&*request, "join_room" | "send_message");
        if let Some(room) = self.room_of(place, may_make).await? {
            fields.insert("room".to_owned(), Value::from(room.as_str()));
        }
        // Minted by the client it makes a repeat safe; by the server it is just an id.
        if request == "send_message" && !fields.contains_key("id") {
            fields.insert("id".to_owned(), Value::from(Uuid::now_v7().to_string()));
        }
        let request = Request::parse(&request, &Value::Object(fields).to_string())?;
        if request.is_of_bot_socket() {
            let words = "bots connect to `/v1/ws` with their token, and serve runs there";
            return Err(Error::new(ErrorCode::UnknownType, words));
        }
        Ok(request)
    }

    async fn room_of(&self, place: Place, may_make: bool) -> Result<Option<RoomId>, Error> {
        let (dialect, called, name, bot) = match &place {
            Place::Said => return Ok(None),
            Place::WithBot(bot) => (Dialect::Bots, bot.as_str(), WITH_BOT, Some(bot)),
            Place::Session(name, bot) => (Dialect::Sessions, name.as_str(), name.as_str(), bot.as_ref()),
        };
        if let Some(room) = self.told.find(dialect, called) {
            return Ok(Some(room.clone()));
        }
        if !may_make {
            return Err(Error::field(
                dialect.field(),
                format!("join first: you are in no such room as `{called}`"),
            ));
        }
        match (&place, bot) {
            (_, Some(bot)) => of_chat(self.session, dialect.field(), name, bot).await.map(Some),
            (Place::Session(id, None), None) => self.session_room(id.clone()).await.map(Some),
            (_, None) => Ok(None),
        }
    }

    /// The session of this id; made with the first bot there is, if there is none.
    async fn session_room(&self, id: RoomId) -> Result<RoomId, Error> {
        if self.session.is_member(&id).await? {
            return Ok(id);
        }
        let request = CreateRoom {
            id: id.clone(),
            name: String::new(),
            topic: None,
            kind: RoomKind::Session,
            visibility: None,
            members: Vec::new(),
        };
        self.session.handle(request.into()).await.map(|_| id)
    }
}
