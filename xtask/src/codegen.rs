//! What is generated from the Rust types: the JSON Schema of the wire, and from that the SDK's types.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Outcome;

const SCHEMA: &str = "protocol/schema.json";

/// Writes the schema and the TypeScript types.
pub fn write(root: &Path) -> Outcome {
    std::fs::write(root.join(SCHEMA), schema()?).map_err(|error| format!("{SCHEMA}: {error}"))?;
    println!("wrote {SCHEMA}");
    types(root, &[])
}

/// Compares them with what is committed.
pub fn check(root: &Path) -> Outcome {
    let committed = std::fs::read_to_string(root.join(SCHEMA)).unwrap_or_default();
    if committed != schema()? {
        return Err(format!("{SCHEMA} is not what crates/protocol says now: run `make codegen` and commit"));
    }
    println!("{SCHEMA} is current");
    types(root, &["--check"])
}

fn schema() -> Outcome<String> {
    let text = serde_json::to_string_pretty(&antiphon_protocol::schema::document());
    text.map(|text| text + "\n").map_err(|error| format!("{SCHEMA}: {error}"))
}

fn types(root: &Path, arguments: &[&str]) -> Outcome {
    let mut node = Command::new("node");
    node.arg("scripts/codegen-types.mjs").args(arguments).current_dir(root).stdin(Stdio::null());
    match node.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("the generated TypeScript types are not current (see above)".to_owned()),
        Err(error) => Err(format!("node: {error}")),
    }
}
