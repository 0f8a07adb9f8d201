//! No arrow between crates but those that the architecture draws, and some libraries live in one crate only.

use super::{Complaint, File};

/// Who may use whom: `protocol ← store ← hub ← agents ← server`, each what stands to its left.
const MAY_USE: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("websocket", &[]),
    ("socketio", &["websocket"]),
    ("store", &["protocol"]),
    ("identity", &["protocol"]),
    ("hub", &["protocol", "store"]),
    ("agents", &["protocol", "store", "hub"]),
    ("server", &["protocol", "store", "hub", "agents", "identity", "websocket", "socketio"]),
    ("bench", &[]),
    ("xtask", &["protocol"]),
];

/// Libraries that carry a boundary with them: SQL is the store's, HTTP doors are the server's. Tests may look from
/// outside, with whatever they need.
const LIVES_ONLY_IN: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("axum", &["server", "socketio"]),
    ("reqwest", &["identity", "agents", "server"]),
];

/// Crates of ours that a manifest names without being allowed to.
pub fn arrows(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (file, name) in manifests(files) {
        let Some((_, allowed)) = MAY_USE.iter().find(|(who, _)| *who == name) else {
            complaints
                .push(file.complaint(None, "a new crate: say in xtask/src/tidy/edges.rs what it may use"));
            continue;
        };
        for Dependency { line, name: used, .. } in dependencies(file) {
            let Some(used) = used.strip_prefix("antiphon-") else { continue };
            if !allowed.contains(&used) {
                complaints.push(file.complaint(Some(line), format!("{name} may not use {used}")));
            }
        }
    }
    complaints
}

/// Libraries that a manifest names outside their home.
pub fn homes(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (file, name) in manifests(files) {
        for Dependency { line, name: used, .. } in dependencies(file).filter(|used| !used.for_tests) {
            let home = LIVES_ONLY_IN.iter().find(|(library, _)| *library == used);
            if home.is_some_and(|(_, home)| !home.contains(&name)) {
                complaints.push(file.complaint(Some(line), format!("{used} has no business in {name}")));
            }
        }
    }
    complaints
}

/// The manifests of our crates, each with the name of its folder.
fn manifests(files: &[File]) -> impl Iterator<Item = (&File, &str)> {
    files.iter().filter_map(|file| {
        let folder = file.path.strip_suffix("/Cargo.toml")?;
        Some((file, folder.strip_prefix("crates/").unwrap_or(folder)))
    })
}

/// A line of a manifest that names a package it depends on.
struct Dependency<'a> {
    line: usize,
    name: &'a str,
    for_tests: bool,
}

/// The packages that a manifest depends on, in whichever section and form: `name.workspace = true`, `name = { … }`,
/// `[dependencies.name]`, and `package = "name"` under another key.
fn dependencies(file: &File) -> impl Iterator<Item = Dependency<'_>> {
    let mut section = "";
    file.lines().filter_map(move |(line, text)| {
        let text = text.trim();
        let named = match text.strip_prefix('[') {
            Some(header) => {
                section = header.trim_end_matches(']');
                section.rsplit_once("dependencies.").map(|(_, name)| name)
            }
            None if text.contains("package = \"") => text.split("package = \"").nth(1)?.split('"').next(),
            None if section.ends_with("dependencies") && !text.starts_with('#') => {
                text.split(['.', '=', ' ']).next()
            }
            None => None,
        };
        let name = named.filter(|name| !name.is_empty())?;
        Some(Dependency { line, name, for_tests: section.contains("dev-dependencies") })
    })
}

#[cfg(test)]
mod tests {
    use super::super::examples::{advice, file};
    use super::*;

    #[test]
    fn an_arrow_to_the_left_is_fine_in_every_form() {
        let manifest = "[package]\nname = \"antiphon-hub\"\n[dependencies]\nantiphon-store.workspace = true\n\
                        words = { package = \"antiphon-protocol\", path = \"../protocol\" }\n\
                        [dev-dependencies.antiphon-protocol]\npath = \"../protocol\"\n";
        assert!(arrows(&[file("crates/hub/Cargo.toml", manifest)]).is_empty());
    }

    #[test]
    fn an_arrow_to_the_right_is_found_in_every_form() {
        for line in [
            "[dependencies]\nantiphon-hub.workspace = true",
            "[dev-dependencies]\nantiphon-hub = { path = \"../hub\" }",
            "[build-dependencies.antiphon-hub]\npath = \"../hub\"",
            "[dependencies]\nlive = { package = \"antiphon-hub\", path = \"../hub\" }",
            "[target.'cfg(unix)'.dependencies]\nantiphon-hub.workspace = true",
        ] {
            let found = arrows(&[file("crates/store/Cargo.toml", line)]);
            assert_eq!(advice(&found), ["store may not use hub"], "{line}");
        }
    }

    #[test]
    fn a_crate_that_nobody_placed_is_found() {
        assert_eq!(arrows(&[file("crates/common/Cargo.toml", "")]).len(), 1);
    }

    #[test]
    fn sql_outside_the_store_is_found() {
        let manifest = "[dependencies]\nrusqlite.workspace = true\n";
        let found =
            homes(&[file("crates/hub/Cargo.toml", manifest), file("crates/store/Cargo.toml", manifest)]);
        assert_eq!(advice(&found), ["rusqlite has no business in hub"]);
    }

    #[test]
    fn a_test_may_look_into_the_database() {
        let manifest = "[dev-dependencies]\nrusqlite.workspace = true\n";
        assert!(homes(&[file("crates/hub/Cargo.toml", manifest)]).is_empty());
    }
}
