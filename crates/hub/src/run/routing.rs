//! Routing: which bots a message is for.
//!
//! In a direct or session room, every bot that is a member; in a group, those that it mentions, names in `to`, or
//! answers. Bots do not trigger bots.

use antiphon_protocol::{Bot, Message, Part, RawJson, RoomKind, User, UserKind, request::SendMessage};
use antiphon_store::NewRun;

use crate::{hub::Hub, room::LiveRoom};

/// The runs that this message triggers.
pub(crate) fn triggers(
    hub: &Hub,
    room: &LiveRoom,
    sender: &User,
    request: &SendMessage,
    replied_to: Option<&RawJson<Message>>,
) -> Vec<NewRun> {
    if sender.kind == UserKind::Bot {
        return Vec::new();
    }
    let (kind, here) = room.read(|state| {
        let here: Vec<_> = state
            .members
            .values()
            .filter(|member| member.kind == UserKind::Bot)
            .map(|m| m.user.clone())
            .collect();
        (state.info.kind, here)
    });
    let answered = replied_to.and_then(|message| message.decode().ok()).map(|message| message.sender);
    let words = mentions(request);
    let is_meant = |bot: &Bot| {
        kind != RoomKind::Group
            || request.to.contains(&bot.user.id)
            || answered.as_ref() == Some(&bot.user.id)
            || words.iter().any(|word| names(bot).contains(word))
    };
    here.iter()
        .filter_map(|id| hub.bot(id))
        .filter(is_meant)
        .map(|bot| NewRun { run: hub.environment.ids.mint().into(), bot: bot.user.id })
        .collect()
}

/// What a bot answers to after an `@`.
fn names(bot: &Bot) -> [String; 2] {
    [bot.user.id.as_str().to_lowercase(), bot.user.name.to_lowercase().replace(' ', "-")]
}

/// The words after an `@`, in lower case.
fn mentions(request: &SendMessage) -> Vec<String> {
    let parts = request.parts.iter().flatten().filter_map(|part| match part {
        Part::Text { text } => Some(text.as_str()),
        _ => None,
    });
    request.text.as_deref().into_iter().chain(parts).flat_map(mentions_in).collect()
}

fn mentions_in(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut before: Option<char> = None;
    for (at, sign) in text.char_indices() {
        if sign == '@' && !before.is_some_and(char::is_alphanumeric) {
            let word: String = text[at + 1..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
                .collect();
            words.push(word.trim_end_matches(['.', '-']).to_lowercase());
        }
        before = Some(sign);
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::mentions_in;

    #[test]
    fn a_mention_is_a_word_after_an_at_sign_that_begins_a_word() {
        assert_eq!(mentions_in("@demo hello"), ["demo"]);
        assert_eq!(mentions_in("(@Demo), @re-searcher."), ["demo", "re-searcher"]);
        assert!(mentions_in("mara@demo.example and @ alone").is_empty());
    }
}
