//! Nothing in the tree tells whose machine it was written on, or where that machine fetched its packages.

use super::{Complaint, File};

/// How a path begins that exists on one person's machine only.
const PRIVATE_FOLDERS: &[&str] = &["/home/", "/root/", "/Users/", "/work/"];

/// Hosts that package managers fetch from: users have mirrors of their own.
const REGISTRIES: &[&str] = &[
    "deb.debian.org",
    "files.pythonhosted.org",
    "index.crates.io",
    "proxy.golang.org",
    "pypi.org/simple",
    "registry.npmjs.org",
    "registry.yarnpkg.com",
    "static.crates.io",
];

/// The one source that Cargo.lock may name: the default registry's well-known name, which is no download host.
const DEFAULT_SOURCE: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Private paths, and hosts of package registries.
pub fn leaks(files: &[File]) -> Vec<Complaint> {
    // This file has to name what it looks for.
    let others = files.iter().filter(|file| file.path != "xtask/src/tidy/leaks.rs");
    others.flat_map(|file| file.lines().filter_map(|(number, line)| leak(file, number, line))).collect()
}

fn leak(file: &File, number: usize, line: &str) -> Option<Complaint> {
    if let Some(folder) = PRIVATE_FOLDERS.iter().find(|folder| names_path(line, folder)) {
        return Some(file.complaint(Some(number), format!("{folder}… exists on one machine only")));
    }
    if let Some(host) = REGISTRIES.iter().find(|host| line.contains(*host)) {
        return Some(
            file.complaint(Some(number), format!("{host}: a lock file or a text should name no registry")),
        );
    }
    let fetched = match file.path.rsplit('/').next()? {
        "package-lock.json" => line.contains("\"resolved\": \"http"),
        "Cargo.lock" => line.starts_with("source = ") && !line.contains(DEFAULT_SOURCE),
        _ => false,
    };
    fetched.then(|| file.complaint(Some(number), "the lock file records a download address"))
}

/// Whether a path that begins with `folder` stands in the line, rather than `folder` in the middle of a longer one.
fn names_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "/._-~*$)}]".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::super::examples::file;
    use super::*;

    fn finds(path: &str, line: &str) -> bool {
        leaks(&[file(path, line)]).len() == 1
    }

    #[test]
    fn a_private_folder_is_found_and_a_public_path_is_not() {
        assert!(finds("README.md", "see /home/ada/antiphon"));
        assert!(finds("a.toml", "path = \"/work/main\""));
        assert!(!finds(
            "README.md",
            "see https://example.com/home/ and packages/work/one and `~/work/antiphon`"
        ));
    }

    #[test]
    fn a_registry_is_found_in_text_and_locks() {
        assert!(finds(".npmrc", "registry=https://registry.npmjs.org/"));
        assert!(finds("package-lock.json", "  \"resolved\": \"https://mirror.example/a.tgz\","));
        assert!(!finds("package-lock.json", "  \"resolved\": \"packages/client\","));
        assert!(finds("Cargo.lock", "source = \"registry+https://mirror.example/index\""));
        assert!(!finds("Cargo.lock", "source = \"registry+https://github.com/rust-lang/crates.io-index\""));
    }
}
