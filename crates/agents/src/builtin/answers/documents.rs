//! Answers out of the documentation.

use super::{reason, sorry};
use crate::builtin::{
    library::{Doc, Library, Passage},
    markdown::{escape, opening, quote},
    speech::{Halt, Speech},
    tools::{ListDocs, ReadDoc, Trouble},
};

/// Bytes of a section that are quoted; whoever wants more finds all of it in the tool's output.
const QUOTED_BYTES: usize = 3_000;

/// Lists the documents, or reads what one of them says about a topic.
pub(super) async fn docs(speech: &Speech<'_>, library: &Library, topic: &str) -> Result<(), Halt> {
    if let Err(trouble) = speech.run_tool(&mut ListDocs { library }).await? {
        return speech.say(&format!("I could not look at my documents: {}.", reason(&trouble))).await;
    }
    if topic.is_empty() {
        let told = format!("This is the documentation that came with the server:\n\n{}", list(library));
        return speech.say(&told).await;
    }
    match library.find(topic) {
        Some(passage) => read(speech, topic, &passage).await,
        None => {
            let told = format!(
                "I find nothing about **{}** in these documents:\n\n{}",
                escape(topic),
                list(library)
            );
            speech.say(&told).await
        }
    }
}

fn list(library: &Library) -> String {
    let line = |doc: &Doc| format!("- **{}** (`{}`)\n", doc.title, doc.name);
    let lines: String = library.docs().iter().map(line).collect();
    lines + "\nWrite `docs` and a topic, for instance `docs streams`, and I will read it out.\n"
}

async fn read(speech: &Speech<'_>, topic: &str, passage: &Passage<'_>) -> Result<(), Halt> {
    let topic = escape(topic);
    let told = match speech.run_tool(&mut ReadDoc::new(passage)).await? {
        Ok(_) => {
            let shown = opening(passage.text, QUOTED_BYTES);
            let rest = if shown.len() < passage.text.trim_end().len() {
                "\nThe rest of the section is in the output of the tool above.\n"
            } else {
                ""
            };
            let Passage { doc, heading, .. } = passage;
            format!("About **{topic}**, from *{doc}*, section “{heading}”:\n\n{}{rest}", quote(shown))
        }
        Err(Trouble::Stopped) => format!("You stopped me while I was reading about **{topic}**."),
        Err(Trouble::Failed(fault)) => sorry("Reading", &fault.message),
    };
    speech.say(&told).await
}
