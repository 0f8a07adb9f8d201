//! `search_room`: finds what was said in this room, as any member can.

use antiphon_protocol::{Message, Reply, Timestamp, reply::Found, request::Search};
use serde::Serialize;
use tracing::warn;

use super::{Bench, Tool, Trouble, name_of, unexpected};
use crate::builtin::{markdown, text_of};

/// Messages that are shown. The agent's own and the question itself do not count, so more are asked for.
const SHOWN: usize = 5;
const ASKED: usize = 25;
/// Letters of a query in the title of its call.
const TITLE_LETTERS: usize = 60;
/// Letters of a quotation.
const QUOTE_LETTERS: usize = 160;

/// A search in the room.
#[derive(Debug, Serialize)]
pub(in super::super) struct SearchRoom {
    /// Words that all occur.
    pub query: String,
}

/// What was found.
#[derive(Debug, Serialize)]
pub(in super::super) struct Findings {
    /// The newest messages, newest first.
    pub messages: Vec<Finding>,
    /// Whether there are more.
    pub more: bool,
}

/// A message that was found.
#[derive(Debug, Serialize)]
pub(in super::super) struct Finding {
    /// The message.
    pub message_id: antiphon_protocol::MessageId,
    /// Who said it.
    pub author: String,
    /// When.
    pub at: Timestamp,
    /// The words around the first hit.
    pub quote: String,
}

impl Tool for SearchRoom {
    const NAME: &'static str = "search_room";
    type Found = Findings;

    fn title(&self) -> String {
        format!("Search this room for “{}”", markdown::shorten(&self.query, TITLE_LETTERS))
    }

    async fn work(&mut self, bench: &Bench<'_>) -> Result<Findings, Trouble> {
        let request =
            Search { query: self.query.clone(), room: Some(bench.room().clone()), limit: Some(ASKED) };
        let Reply::Found(Found { messages }) = bench.ask(request).await? else { return Err(unexpected()) };
        let names = bench.names().await?;
        let (me, question) = (&bench.run().run().bot, &bench.run().trigger().id);
        let mut found: Vec<Finding> = Vec::new();
        for raw in messages {
            let message = match raw.decode() {
                Ok(message) => message,
                Err(fault) => {
                    warn!(%fault, "a message in the search index cannot be read");
                    continue;
                }
            };
            if message.sender != *me && message.id != *question && !message.is_out_of_view() {
                found.push(self.finding(&message, name_of(&names, &message.sender)));
            }
        }
        let more = found.len() > SHOWN;
        found.truncate(SHOWN);
        for finding in &found {
            bench.output(&format!("{}: {}\n", finding.author, finding.quote))?;
        }
        Ok(Findings { messages: found, more })
    }
}

impl SearchRoom {
    fn finding(&self, message: &Message, author: String) -> Finding {
        let quote = markdown::excerpt(&text_of(message), &self.query, QUOTE_LETTERS);
        Finding { message_id: message.id.clone(), author, at: message.at, quote }
    }
}
