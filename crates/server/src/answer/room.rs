//! Which room a chat with a bot is: a private one, which front ends may call what they like. Everyone has their own.

use antiphon_hub::Session;
use antiphon_protocol::{
    Error, ErrorCode, Reply, RoomId, RoomKind, UserId, bot_chat::CHAT_BYTES, request::CreateRoom,
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// The bot that stands in a path.
#[derive(Debug, Deserialize)]
pub struct OfBot {
    pub bot: UserId,
}

/// The bot that an address names.
pub fn bot_named(name: &str) -> Result<UserId, Error> {
    UserId::parse(name).map_err(|fault| Error::field("bot", fault.to_string()))
}

/// The room of the user's chat of this name with a bot, made if it is not there yet. `field` is what the door calls the name.
pub async fn of_chat(session: &Session, field: &str, chat: &str, bot: &UserId) -> Result<RoomId, Error> {
    if chat.is_empty() || chat.len() > CHAT_BYTES {
        return Err(Error::field(field, format!("`{field}` has 1 to {CHAT_BYTES} bytes")));
    }
    let (user, mut life) = (&session.user().id, 0);
    let mut id = with_bot(user, bot, chat, life)?;
    // Whoever has deleted a chat begins another one under its name.
    while session.is_deleted(&id).await? {
        life += 1;
        id = with_bot(user, bot, chat, life)?;
    }
    let request = CreateRoom {
        id: id.clone(),
        name: String::new(),
        topic: None,
        kind: RoomKind::Session,
        visibility: None,
        members: vec![bot.clone()],
    };
    // Asked for each time, because only this tells a room that one has made from one that somebody else has made
    // under the same id.
    match session.handle(request.into()).await {
        Ok(Reply::Room(room)) if room.info.kind == RoomKind::Session => Ok(id),
        Ok(_) => Err(Error::new(ErrorCode::Conflict, "this chat is a room of another kind")),
        Err(error) if error.field.as_deref() == Some("members") => {
            Err(Error { field: Some("bot".to_owned()), ..Error::not_found("bot") })
        }
        Err(error) => Err(error),
    }
}

/// The room of a user, a bot, and a name that may hold any character, of which so many were deleted.
fn with_bot(user: &UserId, bot: &UserId, chat: &str, life: u32) -> Result<RoomId, Error> {
    // Ids hold no line ends, and begin with no `/`, so no two different chats are written the same.
    let again = if life == 0 { String::new() } else { format!("/{life}\n") };
    let digest = Sha256::digest(format!("{again}{user}\n{bot}\n{chat}"));
    let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    RoomId::parse(&format!("chat-{name}")).map_err(|fault| Error::field("id", fault.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everyone has a chat of their own, whatever pages call it, and comes back to it.
    #[test]
    fn a_chat_is_its_users_and_its_bots() {
        let of_life = |life: u32, user: &str, bot: &str, chat: &str| {
            with_bot(&UserId::parse(user).unwrap(), &UserId::parse(bot).unwrap(), chat, life).unwrap()
        };
        let room = |user: &str, bot: &str, chat: &str| of_life(0, user, bot, chat);
        let mine = room("ada", "demo", "support/1 ☂");
        assert_eq!(mine, room("ada", "demo", "support/1 ☂"));
        for other in [
            room("ben", "demo", "support/1 ☂"),
            room("ada", "other", "support/1 ☂"),
            room("ada", "demo", ""),
            of_life(1, "ada", "demo", "support/1 ☂"),
            of_life(2, "ada", "demo", "support/1 ☂"),
        ] {
            assert_ne!(mine, other);
        }
    }
}
