//! Every source file says in its first sentence what it is, and none is so long that the sentence cannot hold.

use super::{Complaint, File};

/// A file this long has taken on a second concept.
const MOST_LINES: usize = 600;

/// A sentence has more words than a label.
const FEWEST_WORDS: usize = 3;

/// Source files that begin without a sentence.
pub fn header(files: &[File]) -> Vec<Complaint> {
    let silent =
        files.iter().filter(|file| marks(file).is_some_and(|marks| !begins_with_sentence(&file.text, marks)));
    silent
        .map(|file| file.complaint(Some(1), "begin with a comment: one sentence on what this file is"))
        .collect()
}

/// Source files that have grown too long.
pub fn length(files: &[File]) -> Vec<Complaint> {
    let sources = files.iter().filter(|file| marks(file).is_some());
    let long = sources.filter(|file| file.text.lines().count() > MOST_LINES);
    long.map(|file| file.complaint(None, format!("more than {MOST_LINES} lines: which two things is it?")))
        .collect()
}

/// How a comment may begin in this file; nothing for files that people do not write or that have no comments.
fn marks(file: &File) -> Option<&'static [&'static str]> {
    if file.path.contains("/generated/") {
        return None;
    }
    match file.extension() {
        "rs" => Some(&["//!", "//"]),
        "ts" | "tsx" | "js" | "mjs" => Some(&["/**", "/*", "//"]),
        "css" => Some(&["/*"]),
        "sql" => Some(&["--"]),
        "py" => Some(&["\"\"\"", "#"]),
        "sh" => Some(&["#"]),
        _ => None,
    }
}

fn begins_with_sentence(text: &str, marks: &[&str]) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("#!/"));
    let Some(first) = lines.next() else { return false };
    let Some(mark) = marks.iter().find(|mark| first.starts_with(**mark)) else { return false };
    // A block comment may open on a line of its own.
    let rest = first[mark.len()..].trim();
    let sentence = if rest.is_empty() { lines.next().unwrap_or_default() } else { rest };
    sentence.trim_start_matches("* ").split_whitespace().count() >= FEWEST_WORDS
}

#[cfg(test)]
mod tests {
    use super::super::examples::file;
    use super::*;

    #[test]
    fn a_sentence_in_any_languages_comment_is_a_header() {
        for (path, text) in [
            ("a.rs", "//! What a room is.\nuse std::fmt;"),
            ("a.rs", "// Which tests run together.\n#![cfg(test)]"),
            ("a.ts", "/** What a room is. */\nexport {};"),
            ("a.tsx", "/**\n * What a room is.\n */\nexport {};"),
            ("a.mjs", "#!/usr/bin/env node\n// Prints what a room is."),
            ("a.css", "/* Colours of a room. */\n.room {}"),
            ("a.py", "\"\"\"What a room is.\"\"\"\n"),
            ("a.sh", "#!/bin/sh\n# Says what is missing."),
            ("a.sql", "-- Rooms and their members.\n"),
        ] {
            assert!(header(&[file(path, text)]).is_empty(), "{path}: {text}");
        }
    }

    #[test]
    fn code_labels_and_silence_are_no_headers() {
        for text in ["use std::fmt;", "", "//\nuse std::fmt;", "// eslint-disable\n", "// Room.\n"] {
            assert_eq!(header(&[file("a.rs", text)]).len(), 1, "{text:?}");
        }
    }

    #[test]
    fn generated_files_and_data_may_be_silent_and_long() {
        let long = "x\n".repeat(MOST_LINES + 1);
        let files =
            [file("packages/client/src/generated/protocol.ts", &long), file("protocol/schema.json", &long)];
        assert!(header(&files).is_empty() && length(&files).is_empty());
    }

    #[test]
    fn a_file_may_have_six_hundred_lines_and_not_one_more() {
        assert!(length(&[file("a.rs", &"x\n".repeat(MOST_LINES))]).is_empty());
        assert_eq!(length(&[file("a.rs", &"x\n".repeat(MOST_LINES + 1))]).len(), 1);
    }
}
