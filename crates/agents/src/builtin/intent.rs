//! What someone wants of the agent, told by their words. No model: the first word that carries a meaning decides.

use super::BOT;

/// What someone wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Intent {
    /// To know where they are and what they can try.
    Hello,
    /// To find what was said with these words.
    Search(String),
    /// To know what the documentation says, about this if it is not empty.
    Docs(String),
    /// To watch seconds pass, this many.
    Countdown(u32),
    /// To know how much was said, by whom, with which words.
    CountWords,
    /// To see a long text grow.
    Story,
    /// To see work that has several steps.
    Plan,
    /// To be asked before a tool runs.
    Launch,
    /// To be asked a question with a form.
    Question,
    /// To see a tool that prints more than is shown.
    Print,
    /// Something else.
    Other(String),
}

/// Seconds of a countdown that nobody gave a number.
const COUNTDOWN: u32 = 10;

/// Words that may stand before the one that decides.
const FILLERS: &[&str] = &[
    "a", "an", "and", "are", "can", "could", "do", "does", "give", "good", "hello", "hey", "hi", "how", "i",
    "is", "just", "let", "let's", "like", "make", "many", "me", "morning", "now", "ok", "okay", "please",
    "run", "say", "show", "some", "start", "tell", "the", "there", "this", "to", "try", "us", "use", "want",
    "what", "who", "will", "would", "write", "you", "your",
];

/// Words between "docs" and their topic.
const ABOUT: &[&str] = &["a", "about", "an", "are", "for", "of", "on", "say", "says", "tell", "the", "what"];

/// Words between "search" and what is searched for.
const FOR: &[&str] = &["for", "here", "messages", "room", "the", "this"];

/// A word as it was written, and as it is compared.
struct Word<'a> {
    raw: &'a str,
    key: String,
}

impl Intent {
    /// Reads what was said.
    pub fn of(text: &str) -> Self {
        let words: Vec<Word<'_>> =
            text.split_whitespace().map(Word::new).filter(|word| !word.is_mention()).collect();
        let Some(at) = words.iter().position(|word| !FILLERS.contains(&&*word.key)) else {
            return Self::Hello;
        };
        let rest = &words[at + 1..];
        let next = rest.first().map(|word| &*word.key);
        match (&*words[at].key, next) {
            ("help" | "antiphon" | "welcome" | BOT, _) => Self::Hello,
            ("search" | "find", _) | ("look", Some("for")) => Self::Search(after(rest, FOR)),
            ("docs" | "doc" | "documentation" | "manual" | "protocol", _) => Self::Docs(topic(&words[at..])),
            ("read", Some("docs" | "doc" | "documentation" | "manual" | "the")) => Self::Docs(topic(rest)),
            ("countdown" | "timer", _) | ("count", Some("down")) => Self::Countdown(number(rest)),
            ("count" | "words" | "wordcount" | "statistics" | "stats", _) => Self::CountWords,
            ("word", Some("count" | "counts")) => Self::CountWords,
            ("story" | "essay", _) => Self::Story,
            ("long", None | Some("story" | "answer" | "text" | "message" | "one")) => Self::Story,
            ("plan", _) => Self::Plan,
            ("launch" | "balloon" | "balloons", _) => Self::Launch,
            ("ask" | "question" | "form", _) => Self::Question,
            ("print" | "output", _) => Self::Print,
            _ => Self::Other(join(&words)),
        }
    }
}

impl<'a> Word<'a> {
    fn new(raw: &'a str) -> Self {
        Self { raw, key: raw.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase() }
    }

    fn is_mention(&self) -> bool {
        self.raw.trim_start_matches(['(', '"']).starts_with('@') && self.key == BOT
    }
}

fn join(words: &[Word<'_>]) -> String {
    words.iter().map(|word| word.raw).collect::<Vec<_>>().join(" ")
}

/// What follows the leading words that are in `small`, without quotation marks around it.
fn after(words: &[Word<'_>], small: &[&str]) -> String {
    let skip = words.iter().take_while(|word| small.contains(&&*word.key)).count();
    let text = join(&words[skip..]);
    text.trim_matches(|c: char| c.is_whitespace() || "\"'“”„«»?!.".contains(c)).to_owned()
}

/// What the documentation is asked for. "protocol" is a topic by itself.
fn topic(words: &[Word<'_>]) -> String {
    let named = ["docs", "doc", "documentation", "manual", "the"];
    let skip = words.iter().take_while(|word| named.contains(&&*word.key)).count();
    after(&words[skip..], ABOUT)
}

/// The first number; one that is too large for us is large all the same.
fn number(words: &[Word<'_>]) -> u32 {
    let digits = words
        .iter()
        .map(|word| &*word.key)
        .find(|key| key.bytes().all(|b| b.is_ascii_digit()) && !key.is_empty());
    digits.map_or(COUNTDOWN, |digits| digits.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{DemoOptions, spec},
        *,
    };

    fn of(text: &str) -> Intent {
        Intent::of(text)
    }

    #[test]
    fn greetings_and_bare_mentions_are_answered_with_help() {
        for text in [
            "",
            "@demo",
            "Hello!",
            "@Demo: hi there",
            "help",
            "What can you do?",
            "who are you",
            "What is Antiphon?",
        ] {
            assert_eq!(of(text), Intent::Hello, "{text:?}");
        }
    }

    #[test]
    fn what_to_search_for_is_what_follows() {
        assert_eq!(of("search the budget, v2"), Intent::Search("budget, v2".into()));
        assert_eq!(of("@demo please search for “Resume Token”?"), Intent::Search("Resume Token".into()));
        assert_eq!(of("could you find messages for Mara"), Intent::Search("Mara".into()));
        assert_eq!(of("look for ducks"), Intent::Search("ducks".into()));
        assert_eq!(of("search"), Intent::Search(String::new()));
    }

    #[test]
    fn documentation_is_asked_for_with_or_without_a_topic() {
        assert_eq!(of("docs"), Intent::Docs(String::new()));
        assert_eq!(of("show me the docs"), Intent::Docs(String::new()));
        assert_eq!(of("docs close codes"), Intent::Docs("close codes".into()));
        assert_eq!(of("What do the docs say about streams?"), Intent::Docs("streams".into()));
        assert_eq!(of("read the manual on runs"), Intent::Docs("runs".into()));
        assert_eq!(of("protocol errors"), Intent::Docs("protocol errors".into()));
    }

    #[test]
    fn countdowns_begin_at_the_number_that_was_given() {
        assert_eq!(of("countdown"), Intent::Countdown(10));
        assert_eq!(of("Countdown 20!"), Intent::Countdown(20));
        assert_eq!(of("please count down from 5, slowly"), Intent::Countdown(5));
        assert_eq!(of("countdown 99999999999"), Intent::Countdown(u32::MAX));
    }

    #[test]
    fn counting_is_not_counting_down() {
        for text in ["count", "word count", "How many words?", "stats please", "count the words"] {
            assert_eq!(of(text), Intent::CountWords, "{text:?}");
        }
    }

    #[test]
    fn long_things_are_told_only_when_asked_for() {
        assert_eq!(of("Tell me a story"), Intent::Story);
        assert_eq!(of("long"), Intent::Story);
        assert_eq!(of("write a long answer"), Intent::Story);
        assert_eq!(of("a long day today"), Intent::Other("a long day today".into()));
        assert_eq!(of("make a plan"), Intent::Plan);
        assert_eq!(of("launch some balloons"), Intent::Launch);
        assert_eq!(of("ask me something"), Intent::Question);
        assert_eq!(of("print many lines"), Intent::Print);
    }

    #[test]
    fn anything_else_is_kept_as_it_was_said() {
        assert_eq!(of("@demo *Nice*  weather, @mara"), Intent::Other("*Nice* weather, @mara".into()));
    }

    #[test]
    fn every_suggestion_is_understood() {
        let bot = spec(DemoOptions::default());
        for text in bot.suggestions {
            assert!(!matches!(of(&text), Intent::Other(_)), "{text:?}");
        }
    }
}
