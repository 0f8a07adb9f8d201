//! Vocabularies: what clients of different kinds call the same things. Tables over the requests of the protocol, and nothing else.

use antiphon_protocol::{Error, ErrorCode, RoomId, UserId};
use serde_json::{Map, Value};

/// How a client speaks of a room: by which of its events it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `join_room`: by `room_id`.
    Rooms,
    /// `join_conversation`: by `conversation_id`.
    Conversations,
    /// `join_bot`: by `bot_id`, in a private room with the bot or in one that it names.
    Bots,
    /// `join_session` and `chat:message`: by `session_id`, a private room with an agent.
    Sessions,
}

/// Every dialect: its letter in an offset, and the field that names a room.
const DIALECTS: [(Dialect, char, &str); 4] = [
    (Dialect::Rooms, 'r', "room_id"),
    (Dialect::Conversations, 'c', "conversation_id"),
    (Dialect::Bots, 'b', "bot_id"),
    (Dialect::Sessions, 's', "session_id"),
];

/// Events whose names are not those of requests.
const VERBS: [(&str, &str, Dialect); 7] = [
    ("join_conversation", "join_room", Dialect::Conversations),
    ("leave_conversation", "leave_room", Dialect::Conversations),
    ("join_bot", "join_room", Dialect::Bots),
    ("leave_bot", "leave_room", Dialect::Bots),
    ("join_session", "join_room", Dialect::Sessions),
    ("leave_session", "leave_room", Dialect::Sessions),
    (CHAT_MESSAGE, "send_message", Dialect::Sessions),
];

/// What is said to an agent; whoever says it need not have joined before.
pub const CHAT_MESSAGE: &str = "chat:message";

/// Other names of fields, and what the protocol calls them.
const FIELDS: [(&str, &str); 2] = [("room_id", "room"), ("conversation_id", "room")];

/// What some call the `text` of a message.
const TEXTS: [&str; 2] = ["content", "message"];

/// Requests in which `bot_id` names what the request is about, not where.
const ABOUT_BOTS: [&str; 5] = ["start_bot", "stop_bot", "get_bot", "remove_bot", "rotate_bot_token"];

impl Dialect {
    /// How an offset writes it.
    pub fn letter(self) -> char {
        self.row().1
    }

    /// The field that names a room.
    pub fn field(self) -> &'static str {
        self.row().2
    }

    /// The dialect of a letter.
    pub fn of(letter: char) -> Option<Self> {
        DIALECTS.iter().find(|(_, other, _)| *other == letter).map(|(dialect, ..)| *dialect)
    }

    fn row(self) -> (Self, char, &'static str) {
        DIALECTS[self as usize]
    }
}

/// Where something is to happen, as the client says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nowhere, or in the room that the fields name.
    Said,
    /// In the private room with this bot.
    WithBot(UserId),
    /// In the session of this name, with a bot or with the first one there is.
    Session(RoomId, Option<UserId>),
}

/// A request in the words of the protocol, but for its place.
#[derive(Debug)]
pub struct Asked {
    /// Its `type`.
    pub request: String,
    pub fields: Map<String, Value>,
    pub place: Place,
    /// How the client speaks of the room.
    pub dialect: Dialect,
    /// What it calls the room, if not by its id.
    pub called: Option<String>,
}

impl Asked {
    /// Reads an event. One that is about a room alone may say just its id.
    pub fn read(name: &str, argument: Option<Value>) -> Result<Self, Error> {
        let verb = VERBS.iter().find(|(said, ..)| *said == name);
        let (request, dialect) =
            verb.map_or((name, Dialect::Rooms), |(_, means, dialect)| (*means, *dialect));
        let mut fields = match argument {
            Some(Value::Object(fields)) => fields,
            Some(Value::String(id)) => Map::from_iter([(dialect.field().to_owned(), Value::String(id))]),
            None => Map::new(),
            Some(_) => return Err(Error::new(ErrorCode::BadRequest, "give one object with the fields")),
        };
        for (said, means) in FIELDS {
            if let Some(value) = fields.remove(said) {
                fields.entry(means).or_insert(value);
            }
        }
        if request == "send_message" {
            for said in TEXTS {
                if let Some(text) = fields.remove(said) {
                    fields.entry("text").or_insert(text);
                }
            }
        }
        let called = match dialect {
            Dialect::Bots => fields.get("bot_id"),
            Dialect::Sessions => fields.get("session_id"),
            Dialect::Rooms | Dialect::Conversations => None,
        };
        let called = called.and_then(Value::as_str).map(str::to_owned);
        let place = place(request, &mut fields)?;
        Ok(Self { request: request.to_owned(), fields, place, dialect, called })
    }
}

fn place(request: &str, fields: &mut Map<String, Value>) -> Result<Place, Error> {
    if ABOUT_BOTS.contains(&request) {
        if let Some(bot) = fields.remove("bot_id") {
            fields.entry("bot").or_insert(bot);
        }
        return Ok(Place::Said);
    }
    let bot = fields.remove("bot_id").map(|bot| user(&bot)).transpose()?;
    // Among others a bot has to be told that it is meant.
    if let ("send_message", Some(bot)) = (request, &bot) {
        fields.entry("to").or_insert_with(|| Value::from(vec![bot.as_str()]));
    }
    let session = fields.remove("session_id");
    match (fields.contains_key("room"), session, bot) {
        (true, ..) | (false, None, None) => Ok(Place::Said),
        (false, Some(session), bot) => {
            let id = session.as_str().and_then(|id| RoomId::parse(id).ok());
            let id = id.ok_or_else(|| Error::field("session_id", "`session_id` is not an id"))?;
            Ok(Place::Session(id, bot))
        }
        (false, None, Some(bot)) => Ok(Place::WithBot(bot)),
    }
}

fn user(id: &Value) -> Result<UserId, Error> {
    let id = id.as_str().and_then(|id| UserId::parse(id).ok());
    id.ok_or_else(|| Error::field("bot_id", "`bot_id` is not an id"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(name: &str, argument: Value) -> (String, Value, Place, Dialect) {
        let Asked { request, fields, place, dialect, .. } = Asked::read(name, Some(argument)).unwrap();
        (request, Value::Object(fields), place, dialect)
    }

    #[test]
    fn every_dialect_is_found_by_its_letter() {
        for (at, (dialect, letter, _)) in DIALECTS.into_iter().enumerate() {
            assert_eq!(dialect as usize, at);
            assert_eq!(Dialect::of(letter), Some(dialect));
        }
    }

    /// A7, C3, D2, B19: each kind of client in its own words.
    #[test]
    fn what_clients_say_becomes_requests() {
        let (bot, session) = (UserId::parse("demo").unwrap(), RoomId::parse("s1").unwrap());
        let in_general = json!({ "room": "general" });
        for (name, argument, request, fields, place, dialect) in [
            ("join_room", json!("general"), "join_room", in_general.clone(), Place::Said, Dialect::Rooms),
            (
                "join_conversation",
                json!({ "conversation_id": "general" }),
                "join_room",
                in_general.clone(),
                Place::Said,
                Dialect::Conversations,
            ),
            ("join_bot", json!("demo"), "join_room", json!({}), Place::WithBot(bot.clone()), Dialect::Bots),
            (
                "join_bot",
                json!({ "bot_id": "demo", "room_id": "general" }),
                "join_room",
                in_general,
                Place::Said,
                Dialect::Bots,
            ),
            (
                "start_bot",
                json!({ "bot_id": "demo" }),
                "start_bot",
                json!({ "bot": "demo" }),
                Place::Said,
                Dialect::Rooms,
            ),
            (
                "chat:message",
                json!({ "session_id": "s1", "message": "hi", "bot_id": "demo" }),
                "send_message",
                json!({ "text": "hi", "to": ["demo"] }),
                Place::Session(session, Some(bot)),
                Dialect::Sessions,
            ),
        ] {
            assert_eq!(read(name, argument), (request.to_owned(), fields, place, dialect));
        }
        assert!(Asked::read("join_room", Some(json!(1))).is_err());
        assert!(Asked::read("chat:message", Some(json!({ "session_id": "../x" }))).is_err());
    }
}
