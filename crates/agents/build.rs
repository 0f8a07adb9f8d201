//! Builds the documentation in again when a page was added or taken away.

fn main() {
    println!("cargo:rerun-if-changed=../../docs");
    println!("cargo:rerun-if-changed=../../protocol/PROTOCOL.md");
}
