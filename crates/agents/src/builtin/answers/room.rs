//! Answers about what was said in the room.

use super::sorry;
use crate::builtin::{
    markdown::{escape, moment, shorten},
    speech::{Halt, Speech},
    tools::{CountWords, Counted, Findings, SearchRoom, Talker, Trouble},
};

/// Letters of a query that are passed on: more than a server takes, as a rule, so that it is the one to say so.
const QUERY_LETTERS: usize = 500;

/// Finds what was said with these words.
pub(super) async fn search(speech: &Speech<'_>, query: &str) -> Result<(), Halt> {
    if query.is_empty() {
        return speech.say("What shall I search for? Write `search` and a word or two.").await;
    }
    let mut tool = SearchRoom { query: shorten(query, QUERY_LETTERS) };
    let told = match speech.run_tool(&mut tool).await? {
        Ok(found) => findings(&tool.query, &found),
        Err(Trouble::Stopped) => "You stopped the search, so I found nothing.".to_owned(),
        Err(Trouble::Failed(fault)) => sorry("The search", &fault.message),
    };
    speech.say(&told).await
}

fn findings(query: &str, found: &Findings) -> String {
    let query = escape(query);
    let mut told = match (found.messages.len(), found.more) {
        (0, _) => {
            return format!(
                "Nobody has said **{query}** in this room. All words have to occur in one message; the last one may be \
                 just a beginning."
            );
        }
        (1, _) => format!("One message says **{query}**:\n"),
        (count, false) => format!("{count} messages say **{query}**, the newest first:\n"),
        (count, true) => format!("Many messages say **{query}**. The newest {count}:\n"),
    };
    for finding in &found.messages {
        let (quote, author) = (escape(&finding.quote), escape(&finding.author));
        told += &format!("\n> “{quote}”\n>\n> **{author}**, {}\n", moment(finding.at));
    }
    told
}

/// Tells how much was said, by whom, with which words.
pub(super) async fn count_words(speech: &Speech<'_>) -> Result<(), Halt> {
    let told = match speech.run_tool(&mut CountWords {}).await? {
        Ok(counted) => tables(&counted),
        Err(Trouble::Stopped) => {
            "You stopped the count. What I had read until then I have forgotten.".to_owned()
        }
        Err(Trouble::Failed(fault)) => sorry("The count", &fault.message),
    };
    speech.say(&told).await
}

fn tables(counted: &Counted) -> String {
    let mut told = format!(
        "This room has **{}** messages with **{}** words.\n\n| who | messages | words |\n|---|---:|---:|\n",
        counted.messages, counted.words
    );
    for Talker { name, messages, words } in &counted.authors {
        told += &format!("| {} | {messages} | {words} |\n", escape(name));
    }
    if !counted.frequent.is_empty() {
        told += "\nThe most used words of four letters or more:\n\n| word | times |\n|---|---:|\n";
        for (word, times) in &counted.frequent {
            told += &format!("| {} | {times} |\n", escape(word));
        }
    }
    told
}
