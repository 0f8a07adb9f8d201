//! What must never be true of the tree, and a machine that looks.

mod codes;
mod edges;
mod headers;
mod leaks;
mod map;

use std::path::Path;
use std::process::Command;

use crate::Outcome;

/// A file of the repository: its path from the root, and its text (empty where it is no text).
struct File {
    path: String,
    text: String,
}

/// Where something is wrong, and what to do about it.
struct Complaint {
    path: String,
    line: Option<usize>,
    advice: String,
}

/// A thing that must hold of all files together.
type Rule = fn(&[File]) -> Vec<Complaint>;

const RULES: &[Rule] = &[
    edges::arrows,
    edges::homes,
    headers::header,
    headers::length,
    leaks::leaks,
    map::paths,
    map::links,
    codes::codes,
];

/// More complaints than a person reads at once; the count is always told.
const MOST_PRINTED: usize = 50;

/// Looks at every file that is tracked or about to be.
pub fn run(root: &Path) -> Outcome {
    let files = tracked(root)?;
    let complaints: Vec<_> = RULES.iter().flat_map(|rule| rule(&files)).collect();
    for Complaint { path, line, advice } in complaints.iter().take(MOST_PRINTED) {
        match line {
            Some(line) => println!("{path}:{line}: {advice}"),
            None => println!("{path}: {advice}"),
        }
    }
    match complaints.len() {
        0 => {
            println!("{} files, {} rules, nothing to complain about", files.len(), RULES.len());
            Ok(())
        }
        count => Err(format!("{count} things are not tidy; the first are above")),
    }
}

fn tracked(root: &Path) -> Outcome<Vec<File>> {
    let list = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("git: {error}"))?;
    if !list.status.success() {
        return Err(format!("git ls-files: {}", String::from_utf8_lossy(&list.stderr).trim()));
    }
    let paths = String::from_utf8_lossy(&list.stdout);
    let present = paths.split('\0').filter(|path| !path.is_empty()).filter_map(|path| {
        // A file that is deleted but not yet committed is still on the list.
        let bytes = std::fs::read(root.join(path)).ok()?;
        Some(File { path: path.to_owned(), text: String::from_utf8(bytes).unwrap_or_default() })
    });
    Ok(present.collect())
}

impl File {
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The part of the name after its last dot.
    fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    fn complaint(&self, line: Option<usize>, advice: impl Into<String>) -> Complaint {
        Complaint { path: self.path.clone(), line, advice: advice.into() }
    }
}

#[cfg(test)]
mod examples {
    //! Small trees for the tests of the rules.
    use super::{Complaint, File};

    pub fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    pub fn advice(complaints: &[Complaint]) -> Vec<&str> {
        complaints.iter().map(|complaint| complaint.advice.as_str()).collect()
    }
}
