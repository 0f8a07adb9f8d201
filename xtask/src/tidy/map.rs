//! The map is true: every path that a document for newcomers names exists, and so does every file that one links to.

use super::{Complaint, File};

/// Documents that describe the tree.
const DOCUMENTS: &[&str] = &["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"];

/// Top-level folders: what begins with one is meant as a path of this repository.
const FOLDERS: &[&str] = &[
    ".cargo", ".ci", "bench", "clients", "crates", "docs", "e2e", "examples", "interop", "packages",
    "protocol", "scripts", "xtask",
];

/// Endings of files that people write: a word with a slash and one of these is meant as a path, too.
const ENDINGS: &[&str] = &["css", "json", "md", "mjs", "rs", "sh", "sql", "toml", "ts", "tsx"];

/// Folders that exist only after a build.
const BUILT: &[&str] = &["/dist", "/target", "/node_modules"];

/// Paths that are named and missing. A path may be named from the root, or by its last parts.
pub fn paths(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for document in files.iter().filter(|file| DOCUMENTS.contains(&file.path.as_str())) {
        for (number, line) in document.lines() {
            let missing =
                quoted(line).flat_map(alternatives).filter(|path| is_path(path) && !exists(path, files));
            complaints.extend(
                missing.map(|path| document.complaint(Some(number), format!("{path} does not exist"))),
            );
        }
    }
    complaints
}

/// Links of any document that lead nowhere in the tree.
pub fn links(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for document in files.iter().filter(|file| file.extension() == "md") {
        let folder = document.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in document.lines() {
            let targets = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
            let missing = targets.filter(|target| {
                !target.is_empty() && !target.contains(':') && !is_there(&resolve(folder, target), files)
            });
            complaints.extend(
                missing
                    .map(|target| document.complaint(Some(number), format!("no file at the link {target}"))),
            );
        }
    }
    complaints
}

/// The path from the root of what a document in `folder` calls `target`.
fn resolve(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(target.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What stands between backticks in a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// `{a,b}` names two paths.
fn alternatives(word: &str) -> Vec<String> {
    let parts = word.split_once('{').and_then(|(head, rest)| Some((head, rest.split_once('}')?)));
    let Some((head, (middle, tail))) = parts else { return vec![word.to_owned()] };
    middle.split(',').flat_map(|middle| alternatives(&format!("{head}{middle}{tail}"))).collect()
}

fn is_path(word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/*:".contains(c));
    if !plain || word.starts_with('/') || word.contains("://") {
        return false;
    }
    let Some((first, _)) = word.split_once('/') else { return word.ends_with(".md") };
    let ending = bare(word).rsplit_once('.').map_or("", |(_, ending)| ending);
    (FOLDERS.contains(&first) || ENDINGS.contains(&ending))
        && !BUILT.iter().any(|folder| word.contains(folder))
}

/// The path without a line number, a leading `./` or a trailing slash.
fn bare(word: &str) -> &str {
    let word = word.split(':').next().unwrap_or(word);
    word.trim_start_matches("./").trim_end_matches('/')
}

fn exists(word: &str, files: &[File]) -> bool {
    // Everything up to a wildcard must be there.
    let path = bare(word.split('*').next().unwrap_or(word));
    let tail = format!("/{path}");
    is_there(path, files) || files.iter().any(|file| file.path.ends_with(&tail))
}

/// Whether there is a file or folder at this path from the root.
fn is_there(path: &str, files: &[File]) -> bool {
    let inside = |file: &File| file.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    files.iter().any(|file| file.path == path || inside(file))
}

#[cfg(test)]
mod tests {
    use super::super::examples::{advice, file};
    use super::*;

    fn missing(text: &str) -> Vec<String> {
        let files = [
            file("ARCHITECTURE.md", text),
            file("crates/hub/src/reader.rs", ""),
            file("crates/hub/src/room.rs", ""),
            file("protocol/PROTOCOL.md", ""),
        ];
        advice(&paths(&files)).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn what_exists_may_be_named_from_the_root_or_by_its_end() {
        let text = "`crates/hub/src/reader.rs`, `crates/hub/`, `hub/src/room.rs:12`, `PROTOCOL.md`, \
                    `crates/hub/src/{reader,room}.rs`, `crates/*/src`, `./protocol/PROTOCOL.md`";
        assert_eq!(missing(text), Vec::<String>::new());
    }

    #[test]
    fn what_does_not_exist_is_found() {
        assert_eq!(missing("`crates/hub/src/outbox.rs`"), ["crates/hub/src/outbox.rs does not exist"]);
        assert_eq!(missing("`clients/python/`"), ["clients/python/ does not exist"]);
        assert_eq!(missing("`hub/src/{room,queue}.rs`"), ["hub/src/queue.rs does not exist"]);
        assert_eq!(missing("`WIRE.md`"), ["WIRE.md does not exist"]);
    }

    #[test]
    fn words_that_are_no_paths_are_left_alone() {
        let text = "`/v1/ws`, `/v1/schema.json`, `cargo test`, `a/b`, `@antiphon/client`, `packages/web/dist/index.html`, \
                    `https://example.com/a.md`, `application/json`";
        assert_eq!(missing(text), Vec::<String>::new());
    }

    #[test]
    fn a_link_leads_to_a_file_from_where_it_stands() {
        let text = "[wire](../protocol/PROTOCOL.md#errors), [here](#top), [web](https://example.com), [hub](../crates/hub)";
        let mut files = vec![
            file("docs/guide.md", text),
            file("protocol/PROTOCOL.md", ""),
            file("crates/hub/src/room.rs", ""),
        ];
        assert!(links(&files).is_empty());
        files.push(file("README.md", "![picture](docs/picture.png)"));
        assert_eq!(advice(&links(&files)), ["no file at the link docs/picture.png"]);
    }
}
