//! Chores of the repository: `cargo xtask help` lists them.

mod ci;
mod codegen;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a chore answers; the error is a sentence for the person at the terminal.
type Outcome<T = ()> = Result<T, String>;

const HELP: &str = "\
cargo xtask ci [STEP]          everything that must hold before a change lands, or one step of it
cargo xtask check              the steps that look at the source without running it
cargo xtask codegen [--check]  writes what is generated from the Rust types; --check only compares
cargo xtask tidy               looks for what must never be true of the tree
cargo xtask help               this list";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Outcome {
    let root = root();
    match words {
        ["ci"] => ci::run(&root, &[ci::LOOK, ci::TRY].concat()),
        ["ci", step] => ci::run(&root, &[ci::named(step)?]),
        ["check"] => ci::run(&root, ci::LOOK),
        ["codegen"] => codegen::write(&root),
        ["codegen", "--check"] => codegen::check(&root),
        ["tidy"] => tidy::run(&root),
        ["help"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(format!("no such chore; there are\n\n{HELP}")),
    }
}

/// The repository: this crate lives one folder below it.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}
