//! Builds again when the page was built: the macro that carries it in sees its files, but not new ones.

use std::path::Path;

const PAGE: &str = "../../packages/web/dist";
const PAGE_SOURCES: &str = "../../packages/web";

fn main() {
    // A path that is not there would make every build a new one.
    let watched = if Path::new(PAGE).exists() { PAGE } else { PAGE_SOURCES };
    println!("cargo::rerun-if-changed={watched}");
}
