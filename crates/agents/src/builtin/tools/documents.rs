//! `list_docs` and `read_doc`: the documentation that is inside the server.

use serde::Serialize;

use super::{Bench, Tool, Trouble};
use crate::builtin::library::{Library, Passage};

/// Bytes of a passage that are read out; sections are shorter, as a rule.
const READ_BYTES: usize = 16 * 1024;

/// A look at which documents there are.
#[derive(Serialize)]
pub(in super::super) struct ListDocs<'a> {
    #[serde(skip)]
    pub library: &'a Library,
}

/// A document in the list.
#[derive(Debug, Serialize)]
pub(in super::super) struct Listed {
    /// How it is asked for.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// Its length.
    pub words: usize,
}

impl Tool for ListDocs<'_> {
    const NAME: &'static str = "list_docs";
    type Found = Vec<Listed>;

    fn title(&self) -> String {
        "See which documents there are".to_owned()
    }

    async fn work(&mut self, bench: &Bench<'_>) -> Result<Vec<Listed>, Trouble> {
        let mut found = Vec::new();
        for (index, doc) in self.library.docs().iter().enumerate() {
            bench.breath(index).await?;
            let words = doc.text.split_whitespace().count();
            bench.output(&format!("{}: {} ({words} words)\n", doc.name, doc.title))?;
            found.push(Listed { name: doc.name.clone(), title: doc.title.clone(), words });
        }
        Ok(found)
    }
}

/// A section of a document, read out.
#[derive(Serialize)]
pub(in super::super) struct ReadDoc<'a> {
    /// The document.
    pub name: &'a str,
    /// Its section.
    pub section: &'a str,
    #[serde(skip)]
    text: &'a str,
}

/// How much was read.
#[derive(Debug, Serialize)]
pub(in super::super) struct ReadOut {
    /// Lines.
    pub lines: usize,
    /// Words.
    pub words: usize,
}

impl<'a> ReadDoc<'a> {
    /// Reads a passage.
    pub fn new(passage: &Passage<'a>) -> Self {
        Self { name: passage.doc, section: passage.heading, text: passage.text }
    }
}

impl Tool for ReadDoc<'_> {
    const NAME: &'static str = "read_doc";
    type Found = ReadOut;

    fn title(&self) -> String {
        format!("Read “{}” in {}", self.section, self.name)
    }

    async fn work(&mut self, bench: &Bench<'_>) -> Result<ReadOut, Trouble> {
        let (mut lines, mut bytes) = (0, 0);
        for line in self.text.split_inclusive('\n') {
            bench.breath(lines).await?;
            (lines, bytes) = (lines + 1, bytes + line.len());
            if bytes > READ_BYTES {
                break;
            }
            bench.output(line)?;
            bench.progress(bytes as f64 / self.text.len() as f64, &format!("line {lines}"))?;
        }
        Ok(ReadOut { lines, words: self.text.split_whitespace().count() })
    }
}
