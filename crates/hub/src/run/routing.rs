//! Routing: which bots a message is for.
//!
//! People reach every bot of a direct or session room, and in a group those whose trigger policy says so. Bots reach only
//! bots that answer bots, and only by addressing them: by a mention, or in `to`. Nobody reaches a bot that takes nothing, and
//! no bot reaches itself.

use std::{collections::HashSet, sync::Arc};

use antiphon_protocol::{
    Bot, BusyPolicy, Message, Part, RawJson, RoomKind, Run, TriggerPolicy, User, UserId, UserKind,
    request::SendMessage,
};
use antiphon_store::{Link, NewRun};

use crate::{hub::Hub, room::LiveRoom};

/// How many messages wait in a room for a bot of which nothing is said any more, as one of earlier settings.
const UNSAID_QUEUE: usize = 10_000;

/// What is said, as far as it decides whom it is for.
struct Said<'a> {
    texts: Vec<&'a str>,
    to: &'a [UserId],
    /// Who said the message that this one answers.
    answered: Option<UserId>,
}

/// The runs that a message causes that somebody sends.
pub(crate) fn triggers(
    hub: &Hub,
    room: &LiveRoom,
    sender: &User,
    request: &SendMessage,
    replied_to: Option<&RawJson<Message>>,
) -> Vec<NewRun> {
    let texts =
        request.text.as_deref().into_iter().chain(texts(request.parts.as_deref().unwrap_or_default()));
    let answered = replied_to.and_then(|message| message.decode().ok()).map(|message| message.sender);
    let said = Said { texts: texts.collect(), to: &request.to, answered };
    if sender.kind == UserKind::Bot {
        return of_bot(hub, room, &sender.id, &said, || hub.link_of_words(&sender.id, &room.id, &request.id));
    }
    let kind = room.read(|state| state.info.kind);
    let words = mentions(&said);
    runs(hub, room, None, |bot| is_meant(bot, kind, &said, &words))
}

/// The runs that a bot's whole answer causes.
pub(crate) fn triggers_of_answer(hub: &Hub, room: &LiveRoom, run: &Run, parts: &[Part]) -> Vec<NewRun> {
    let said = Said { texts: texts(parts).collect(), to: &[], answered: None };
    of_bot(hub, room, &run.bot, &said, || hub.link_after(run))
}

fn of_bot(
    hub: &Hub,
    room: &LiveRoom,
    sender: &UserId,
    said: &Said<'_>,
    link: impl FnOnce() -> Link,
) -> Vec<NewRun> {
    let words = mentions(said);
    let is_meant = |bot: &Bot| {
        bot.answers_bots
            && bot.user.id != *sender
            && bot.trigger != TriggerPolicy::Never
            && is_addressed(bot, said, &words)
    };
    let mut runs = runs(hub, room, Some(sender), is_meant);
    if !runs.is_empty() {
        let link = link();
        runs.iter_mut().for_each(|run| run.link = Some(link.clone()));
    }
    runs
}

/// A run for each bot of the room that is meant.
fn runs(hub: &Hub, room: &LiveRoom, sender: Option<&UserId>, is_meant: impl Fn(&Bot) -> bool) -> Vec<NewRun> {
    let here: Vec<UserId> = room.read(|state| {
        let bots = state.members.values().filter(|member| member.kind == UserKind::Bot);
        bots.map(|member| member.user.clone()).collect()
    });
    here.iter()
        .filter_map(|id| hub.bot(id))
        .filter(is_meant)
        .map(|bot| {
            let spec = hub.bot_spec(&bot.user.id);
            NewRun {
                bound: Some(spec.map_or(UNSAID_QUEUE, |spec: Arc<_>| spec.queue)),
                reject: bot.busy == BusyPolicy::Reject && sender.is_none(),
                ..NewRun::new(hub.environment.ids.mint().into(), bot.user.id)
            }
        })
        .collect()
}

/// Whether what a person says is for a bot.
fn is_meant(bot: &Bot, kind: RoomKind, said: &Said<'_>, words: &HashSet<String>) -> bool {
    match &bot.trigger {
        TriggerPolicy::Never => false,
        _ if kind != RoomKind::Group => true,
        TriggerPolicy::Always => true,
        TriggerPolicy::Mention => is_addressed(bot, said, words) || is_answered(bot, said),
        TriggerPolicy::Keywords { words: wanted } => {
            is_addressed(bot, said, words) || is_answered(bot, said) || holds_any(said, wanted)
        }
    }
}

fn is_addressed(bot: &Bot, said: &Said<'_>, words: &HashSet<String>) -> bool {
    said.to.contains(&bot.user.id) || names(bot).iter().any(|name| words.contains(name))
}

fn is_answered(bot: &Bot, said: &Said<'_>) -> bool {
    said.answered.as_ref() == Some(&bot.user.id)
}

/// Whether one of these stands in the text, as a word or as words.
fn holds_any(said: &Said<'_>, wanted: &[String]) -> bool {
    said.texts.iter().any(|text| {
        let text = words_of(text);
        wanted.iter().any(|wanted| {
            let wanted = words_of(wanted);
            !wanted.is_empty() && text.windows(wanted.len()).any(|here| here == wanted)
        })
    })
}

fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// What a bot answers to after an `@`.
fn names(bot: &Bot) -> [String; 2] {
    [bot.user.id.as_str().to_lowercase(), bot.user.name.to_lowercase().replace(' ', "-")]
}

fn texts(parts: &[Part]) -> impl Iterator<Item = &str> {
    parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(text.as_str()),
        _ => None,
    })
}

/// The words after an `@`, in lower case.
fn mentions(said: &Said<'_>) -> HashSet<String> {
    said.texts.iter().flat_map(|text| mentions_in(text)).collect()
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
    use super::*;

    #[test]
    fn a_mention_is_a_word_after_an_at_sign_that_begins_a_word() {
        assert_eq!(mentions_in("@demo hello"), ["demo"]);
        assert_eq!(mentions_in("(@Demo), @re-searcher."), ["demo", "re-searcher"]);
        assert!(mentions_in("mara@demo.example and @ alone").is_empty());
    }

    #[test]
    fn a_keyword_is_a_whole_word_or_several_in_a_row() {
        let said = Said { texts: vec!["Please HELP, the build-server is down"], to: &[], answered: None };
        let holds = |wanted: &str| holds_any(&said, &[wanted.to_owned()]);
        assert!(holds("help") && holds("Build Server") && holds("down"));
        assert!(!holds("hel") && !holds("server build") && !holds("…"));
    }
}
