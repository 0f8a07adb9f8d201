//! Every error code that the server can say is explained in PROTOCOL.md.

use super::{Complaint, File};

const CODES: &str = "crates/protocol/src/error.rs";
const CLAUSES: &str = "protocol/PROTOCOL.md";

/// Codes without an explanation.
pub fn codes(files: &[File]) -> Vec<Complaint> {
    let find = |path: &str| files.iter().find(|file| file.path == path);
    let (Some(source), Some(clauses)) = (find(CODES), find(CLAUSES)) else { return Vec::new() };
    let silent = said(source).filter(|(_, code)| !clauses.text.contains(&format!("`{code}`")));
    silent
        .map(|(line, code)| source.complaint(Some(line), format!("`{code}` does not appear in {CLAUSES}")))
        .collect()
}

/// The codes of `error.rs`: its string literals of the form `lower_case`, up to the tests.
fn said(source: &File) -> impl Iterator<Item = (usize, &str)> {
    let body = source.lines().take_while(|(_, line)| !line.contains("#[cfg(test)]"));
    let code =
        body.filter(|(_, line)| !line.trim_start().starts_with("//") && !line.trim_start().starts_with("#["));
    code.flat_map(|(number, line)| line.split('"').skip(1).step_by(2).map(move |word| (number, word)))
        .filter(|(_, word)| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::super::examples::{advice, file};
    use super::*;

    const SOURCE: &str = "//! Codes, such as \"imagined\".\nmatch self {\n    Code::NotFound => \"not_found\",\n    \
                          Code::Busy => \"busy\",\n}\nformat!(\"A sentence.\")\n#[cfg(test)]\n\"only_tested\"\n";

    #[test]
    fn a_code_without_its_clause_is_found() {
        let files = [file(CODES, SOURCE), file(CLAUSES, "| `not_found` | … |\nbusy\n")];
        assert_eq!(advice(&codes(&files)), ["`busy` does not appear in protocol/PROTOCOL.md"]);
    }

    #[test]
    fn explained_codes_are_fine() {
        let files = [file(CODES, SOURCE), file(CLAUSES, "`busy` and `not_found`")];
        assert!(codes(&files).is_empty());
    }
}
