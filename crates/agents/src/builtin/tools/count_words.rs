//! `count_words`: reads the whole log of the room, page by page, and counts who said how much.

use std::collections::HashMap;

use antiphon_protocol::{
    EntryBody, Message, MessageStatus, Reply, UserId, reply::EntryPage, request::History,
};
use serde::Serialize;

use super::{Bench, Tool, Trouble, name_of, unexpected};
use crate::builtin::text_of;

/// Rows of each list.
const LISTED: usize = 5;
/// Shorter words say little about what a room talks about.
const SHORTEST_WORD: usize = 4;
/// Different words that are kept apart; what comes after them is counted in the total only. About 2 MB.
const DIFFERENT_WORDS: usize = 50_000;
/// Authors that are kept apart, likewise.
const AUTHORS: usize = 10_000;

/// A count of the whole room.
#[derive(Debug, Serialize)]
pub(in super::super) struct CountWords {}

/// What was counted.
#[derive(Debug, Serialize)]
pub(in super::super) struct Counted {
    /// Messages with text.
    pub messages: u64,
    /// Words in them.
    pub words: u64,
    /// Who said most, most first.
    pub authors: Vec<Talker>,
    /// What was said most, most first.
    pub frequent: Vec<(String, u64)>,
}

/// How much someone said.
#[derive(Debug, Serialize)]
pub(in super::super) struct Talker {
    /// Their name.
    pub name: String,
    /// Their messages.
    pub messages: u64,
    /// The words in them.
    pub words: u64,
}

impl Tool for CountWords {
    const NAME: &'static str = "count_words";
    type Found = Counted;

    fn title(&self) -> String {
        "Count every word of this room".to_owned()
    }

    async fn work(&mut self, bench: &Bench<'_>) -> Result<Counted, Trouble> {
        let head = newest(bench).await?;
        let mut tally = Tally::default();
        let mut at = 0;
        while at < head {
            let page = page(bench, at).await?;
            for entry in page.entries.iter().filter_map(|entry| entry.decode().ok()) {
                at = entry.seq;
                if let EntryBody::Message { message } = &entry.body {
                    tally.add(message);
                }
            }
            let done = if page.more { at.min(head) as f64 / head as f64 } else { 1.0 };
            bench.progress(done, &format!("{} messages, {} words", tally.messages, tally.words))?;
            if !page.more {
                break;
            }
            bench.breath(0).await?;
        }
        let names = bench.names().await?;
        Ok(tally.result(&names))
    }
}

/// The position of the last entry.
async fn newest(bench: &Bench<'_>) -> Result<u64, Trouble> {
    let request = History { room: bench.room().clone(), before: None, after: None, limit: Some(1) };
    let Reply::Entries(page) = bench.ask(request).await? else { return Err(unexpected()) };
    Ok(page.entries.last().and_then(|entry| entry.decode().ok()).map_or(0, |entry| entry.seq))
}

async fn page(bench: &Bench<'_>, after: u64) -> Result<EntryPage, Trouble> {
    let limit = Some(usize::MAX);
    let request = History { room: bench.room().clone(), before: None, after: Some(after), limit };
    match bench.ask(request).await? {
        Reply::Entries(page) => Ok(page),
        _ => Err(unexpected()),
    }
}

/// A count that goes on.
#[derive(Debug, Default)]
struct Tally {
    messages: u64,
    words: u64,
    authors: HashMap<UserId, (u64, u64)>,
    frequent: HashMap<String, u64>,
}

impl Tally {
    /// Counts a message, in the state that the log shows it in. One that still grows is not counted.
    fn add(&mut self, message: &Message) {
        let words: Vec<String> = words(&text_of(message)).collect();
        if words.is_empty() || message.status == MessageStatus::Streaming || message.is_out_of_view() {
            return;
        }
        self.messages += 1;
        self.words += words.len() as u64;
        if self.authors.len() < AUTHORS || self.authors.contains_key(&message.sender) {
            let (messages, said) = self.authors.entry(message.sender.clone()).or_default();
            *messages += 1;
            *said += words.len() as u64;
        }
        for word in words.into_iter().filter(|word| word.chars().count() >= SHORTEST_WORD) {
            if self.frequent.len() < DIFFERENT_WORDS || self.frequent.contains_key(&word) {
                *self.frequent.entry(word).or_default() += 1;
            }
        }
    }

    fn result(self, names: &HashMap<UserId, String>) -> Counted {
        let talker = |(user, (messages, words))| Talker { name: name_of(names, &user), messages, words };
        let mut authors: Vec<Talker> = self.authors.into_iter().map(talker).collect();
        authors.sort_by(|a, b| b.words.cmp(&a.words).then_with(|| a.name.cmp(&b.name)));
        authors.truncate(LISTED);
        let mut frequent: Vec<(String, u64)> = self.frequent.into_iter().collect();
        frequent.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        frequent.truncate(LISTED);
        Counted { messages: self.messages, words: self.words, authors, frequent }
    }
}

/// The words of a text, in lower case. Signs alone are no words.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_what_lies_between_spaces_without_the_signs_around_it() {
        let found: Vec<String> = words("**Don't** panic — it's *only* a test-run, Größe 42!").collect();
        assert_eq!(found, ["don't", "panic", "it's", "only", "a", "test-run", "größe", "42"]);
    }
}
