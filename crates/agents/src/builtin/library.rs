//! The documentation inside the server, and how a passage of it is found.

use rust_embed::{Embed, RustEmbed};

/// The pages for operators and integrators. A page that is added to the folder is in the next build.
#[derive(RustEmbed)]
#[folder = "../../docs"]
#[include = "*.md"]
#[allow_missing = true]
struct Pages;

/// The protocol.
#[derive(RustEmbed)]
#[folder = "../../protocol"]
#[include = "PROTOCOL.md"]
struct Protocol;

/// What a hit weighs, by where it is.
const IN_HEADING: usize = 20;
const IN_TITLE: usize = 10;
/// A word that comes again and again in a section says less each time.
const IN_TEXT_AT_MOST: usize = 5;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doc {
    /// How it is asked for.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// All of it, in Markdown.
    pub text: String,
}

/// A section of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passage<'a> {
    /// The document's name.
    pub doc: &'a str,
    /// The section's heading.
    pub heading: &'a str,
    /// What stands under it.
    pub text: &'a str,
}

/// Documents.
#[derive(Debug, Default)]
pub(super) struct Library(Vec<Doc>);

impl Library {
    /// What was built into the server.
    pub fn embedded() -> Self {
        let mut docs = embedded::<Pages>();
        docs.extend(embedded::<Protocol>());
        docs.sort_by(|a, b| a.name.cmp(&b.name));
        // Last, because it speaks a little about everything.
        docs.push(Doc::new("demo.md", include_str!("texts/demo.md").to_owned()));
        Self(docs)
    }

    /// Every document.
    pub fn docs(&self) -> &[Doc] {
        &self.0
    }

    /// The section that says most about a topic, if one says anything.
    pub fn find(&self, topic: &str) -> Option<Passage<'_>> {
        let words: Vec<String> = topic.split_whitespace().map(stem).filter(|word| !word.is_empty()).collect();
        let mut best: Option<(usize, Passage<'_>)> = None;
        for doc in &self.0 {
            let title = format!("{} {}", doc.name, doc.title).to_lowercase();
            for passage in doc.passages() {
                let weight: usize = words.iter().map(|word| passage.weight(&title, word)).sum();
                // The first of equals: documents begin with what matters.
                if weight > best.as_ref().map_or(0, |(weight, _)| *weight) {
                    best = Some((weight, passage));
                }
            }
        }
        best.map(|(_, passage)| passage)
    }
}

fn embedded<E: Embed>() -> Vec<Doc> {
    let read = |path: std::borrow::Cow<'static, str>| {
        let text = String::from_utf8(E::get(&path)?.data.into_owned()).ok()?;
        Some(Doc::new(&path, text))
    };
    E::iter().filter_map(read).collect()
}

impl Doc {
    fn new(path: &str, text: String) -> Self {
        let name = path.trim_end_matches(".md").to_lowercase();
        let title = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(&name).trim().to_owned();
        Self { name, title, text }
    }

    /// The sections, in order: each heading with what stands under it before the next.
    fn passages(&self) -> Vec<Passage<'_>> {
        let (mut passages, mut at, mut fenced) = (Vec::new(), 0, false);
        let mut open: Option<(&str, usize)> = None;
        for line in self.text.split_inclusive('\n') {
            fenced ^= line.trim_start().starts_with("```");
            if !fenced && let Some(heading) = heading(line) {
                passages.extend(open.map(|(heading, start)| self.passage(heading, start, at)));
                open = Some((heading, at + line.len()));
            }
            at += line.len();
        }
        passages.extend(open.map(|(heading, start)| self.passage(heading, start, at)));
        passages.retain(|passage| !passage.text.is_empty());
        passages
    }

    fn passage<'a>(&'a self, heading: &'a str, start: usize, end: usize) -> Passage<'a> {
        Passage { doc: &self.name, heading, text: self.text[start..end].trim() }
    }
}

impl Passage<'_> {
    fn weight(&self, title: &str, word: &str) -> usize {
        let heading = usize::from(self.heading.to_lowercase().contains(word)) * IN_HEADING;
        let title = usize::from(title.contains(word)) * IN_TITLE;
        let text = self.text.to_lowercase().matches(word).count().min(IN_TEXT_AT_MOST);
        // A title speaks for all of its sections; only those that use the word, too, are meant.
        heading + text + if heading + text > 0 { title } else { title / IN_TITLE }
    }
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with(' ')).then(|| text.trim())
}

/// A word without what changes between one and many, or says whose it is.
fn stem(word: &str) -> String {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let word = word.split(['\'', '’']).next().unwrap_or_default();
    if word.len() > 3 { word.trim_end_matches('s').to_owned() } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> Library {
        let wire = "# The wire\n\nIntro.\n\n## Close codes\n\nWhy it ended.\n\n```\n# not a heading\n```\n\n## Streams\n\nBytes.\n";
        Library(vec![
            Doc::new("WIRE.md", wire.to_owned()),
            Doc::new("operating.md", "# Operating\n\nRestart it; streams survive.\n".to_owned()),
        ])
    }

    #[test]
    fn a_topic_is_found_where_it_is_a_heading_first() {
        let library = library();
        let found = library.find("stream").unwrap();
        assert_eq!((found.doc, found.heading, found.text), ("wire", "Streams", "Bytes."));
        assert_eq!(library.find("the server's close code?").unwrap().heading, "Close codes");
        assert_eq!(library.find("operating").unwrap().doc, "operating");
        assert_eq!(library.find("bananas"), None);
        assert_eq!(library.find(""), None);
    }

    #[test]
    fn a_sign_inside_code_is_no_heading() {
        let library = library();
        let headings: Vec<&str> =
            library.docs()[0].passages().iter().map(|passage| passage.heading).collect();
        assert_eq!(headings, ["The wire", "Close codes", "Streams"]);
    }

    #[test]
    fn the_protocol_and_a_page_about_the_agent_are_inside() {
        let library = Library::embedded();
        for name in ["protocol", "demo"] {
            let doc = library.docs().iter().find(|doc| doc.name == name).unwrap();
            assert!(doc.title != doc.name && !doc.passages().is_empty());
        }
    }
}
