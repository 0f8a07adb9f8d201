//! The steps themselves. None is left out when its tool is missing: `scripts/need.sh` asks for all of them first.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Step;
use crate::{Outcome, codegen, tidy};

/// Steps that look at the source.
pub const LOOK: &[Step] = &[
    Step { name: "format", run: format },
    Step { name: "tidy", run: tidy::run },
    Step { name: "codegen", run: codegen::check },
    Step { name: "types", run: |root| call(root, "npm run --silent typecheck") },
    Step { name: "eslint", run: |root| call(root, "npm run --silent lint") },
    // Before the first look at the Rust workspace: the server carries the built page inside itself.
    Step { name: "page", run: |root| call(root, "npm run --silent build") },
    Step {
        name: "clippy",
        run: |root| call(root, "cargo clippy --locked --workspace --all-targets -- -D warnings"),
    },
    Step { name: "deny", run: deny },
];

/// Steps that run it.
pub const TRY: &[Step] = &[
    Step { name: "packages", run: |root| against_binary(root, "npm test") },
    Step { name: "crates", run: crates },
    Step { name: "python", run: |root| against_binary(root, "clients/python/check.sh") },
    Step { name: "e2e", run: e2e },
    Step { name: "interop", run: interop },
];

/// One shape for all code: rustfmt's, and Prettier's.
fn format(root: &Path) -> Outcome {
    call(root, "cargo fmt --all --check")?;
    call(root, "npm run --silent format:check")
}

/// The tests of all crates: one process each where cargo-nextest is installed, and the examples in their documentation.
fn crates(root: &Path) -> Outcome {
    if !answers("cargo nextest --version") {
        return call(root, "cargo test --locked --workspace");
    }
    call(root, "cargo test --locked --workspace --doc --quiet")?;
    call(root, "cargo nextest run --locked --workspace")
}

/// A real browser against the real binary.
fn e2e(root: &Path) -> Outcome {
    against_binary(root, "npm run --silent e2e")
}

/// Programs of others, as they were published, against the real binary.
fn interop(root: &Path) -> Outcome {
    call(root, "interop/scripts/python.sh")?;
    call(root, "interop/scripts/pages.sh")?;
    against_binary(root, "npm run --silent interop")
}

/// Tests that start the binary themselves.
fn against_binary(root: &Path, line: &str) -> Outcome {
    call(root, "cargo build --locked --package antiphon-server --bin antiphon")?;
    let binary = target(root)?.join("debug").join("antiphon");
    println!("$ {line}");
    done(command(line).current_dir(root).env("ANTIPHON_BIN", binary))
}

/// Licences and bans of dependencies. The one step that is optional: cargo-deny is no part of a Rust installation, and
/// `deny.toml` changes only when `Cargo.lock` does.
fn deny(root: &Path) -> Outcome {
    if answers("cargo deny --version") {
        return call(root, "cargo deny --offline check licenses bans sources");
    }
    println!("not looked at: cargo-deny is not installed (cargo install cargo-deny)");
    Ok(())
}

/// Where cargo puts what it builds.
fn target(root: &Path) -> Outcome<PathBuf> {
    let output = command("cargo metadata --no-deps --format-version 1").current_dir(root).output();
    let output = output.map_err(|error| format!("cargo metadata: {error}"))?;
    let facts: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
    let folder = facts["target_directory"].as_str().ok_or("cargo metadata names no target directory")?;
    Ok(folder.into())
}

/// Runs a command line in the repository and waits for its success.
fn call(root: &Path, line: &str) -> Outcome {
    println!("$ {line}");
    done(command(line).current_dir(root))
}

fn done(command: &mut Command) -> Outcome {
    let status = command.stdin(Stdio::null()).status();
    match status.map_err(|error| format!("{command:?} could not start: {error}"))? {
        status if status.success() => Ok(()),
        status => Err(format!("{} ended with {status}", command.get_program().display())),
    }
}

fn answers(line: &str) -> bool {
    command(line).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// A command from a line without quotes; every line here is one.
fn command(line: &str) -> Command {
    let mut words = line.split(' ');
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    command
}
