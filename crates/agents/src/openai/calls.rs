//! The calls of tools in one answer of a model, put together from their pieces.

use super::{chunk::Fragment, trouble::Trouble};

/// Most calls in one answer; a model that makes more has lost itself.
const MOST_CALLS: usize = 128;
/// Longest arguments of one call: as much as a room can show.
const ARGUMENT_BYTES: usize = 24 * 1024;

/// A call as far as it has been written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    index: Option<u64>,
    /// The model's id for it; empty if it has none.
    pub id: String,
    /// The tool.
    pub name: String,
    /// JSON, as far as it has been written.
    pub arguments: String,
}

/// The calls in the order of their beginning.
#[derive(Debug, Default)]
pub(super) struct Calls {
    wanted: Vec<Wanted>,
}

impl Calls {
    /// Adds a piece. Returns which call it belongs to.
    pub fn add(&mut self, fragment: Fragment) -> Result<usize, Trouble> {
        let at = match self.position(&fragment) {
            Some(at) => at,
            None if self.wanted.len() == MOST_CALLS => return Err(Trouble::unreadable()),
            None => {
                self.wanted.push(Wanted { index: fragment.index, ..Wanted::default() });
                self.wanted.len() - 1
            }
        };
        let call = &mut self.wanted[at];
        // Servers repeat both, or send them empty; what came first counts.
        for (known, new) in [(&mut call.id, fragment.id), (&mut call.name, fragment.name)] {
            if known.is_empty() {
                *known = new;
            }
        }
        call.arguments.push_str(&fragment.arguments);
        if call.arguments.len() > ARGUMENT_BYTES { Err(Trouble::unreadable()) } else { Ok(at) }
    }

    /// The call that a piece goes on with; none if it begins another one.
    fn position(&self, fragment: &Fragment) -> Option<usize> {
        let at = match fragment.index {
            Some(_) => self.wanted.iter().rposition(|call| call.index == fragment.index)?,
            None => self.wanted.len().checked_sub(1)?,
        };
        let call = &self.wanted[at];
        // Some servers leave the index at zero.
        let has_other_id = !fragment.id.is_empty() && !call.id.is_empty() && fragment.id != call.id;
        // Some have neither index nor ids: a name after arguments that are whole begins a call.
        let is_named_anew = !fragment.name.is_empty() && fragment.id.is_empty() && call.is_whole();
        (!has_other_id && !is_named_anew).then_some(at)
    }

    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    pub fn get(&self, at: usize) -> &Wanted {
        &self.wanted[at]
    }

    /// All of them, with ids that no two share: each is answered by its id. `round` keeps ids that are made up apart from
    /// those of other rounds.
    pub fn take(&mut self, round: u32) -> Vec<Wanted> {
        let mut wanted: Vec<Wanted> = std::mem::take(&mut self.wanted);
        for at in 0..wanted.len() {
            let (before, rest) = wanted.split_at_mut(at);
            let id = &mut rest[0].id;
            if id.is_empty() || before.iter().any(|call| call.id == *id) {
                *id = format!("call_{round}_{at}");
            }
        }
        wanted
    }
}

impl Wanted {
    fn is_whole(&self) -> bool {
        !self.name.is_empty() && serde_json::from_str::<serde::de::IgnoredAny>(&self.arguments).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(index: Option<u64>, id: &str, name: &str, arguments: &str) -> Fragment {
        Fragment { index, id: id.to_owned(), name: name.to_owned(), arguments: arguments.to_owned() }
    }

    fn gathered(pieces: Vec<Fragment>) -> Vec<(String, String, String)> {
        let mut calls = Calls::default();
        for piece in pieces {
            calls.add(piece).unwrap();
        }
        calls.take(3).into_iter().map(|call| (call.id, call.name, call.arguments)).collect()
    }

    fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
        (id.to_owned(), name.to_owned(), arguments.to_owned())
    }

    /// OpenAI: id and name first, then arguments, calls in parallel told apart by their index.
    #[test]
    fn pieces_go_by_index() {
        let pieces = vec![
            piece(Some(0), "a", "look", ""),
            piece(Some(1), "b", "go", ""),
            piece(Some(0), "", "", r#"{"at":"#),
            piece(Some(1), "", "", "{}"),
            piece(Some(0), "", "", "1}"),
        ];
        assert_eq!(gathered(pieces), [call("a", "look", r#"{"at":1}"#), call("b", "go", "{}")]);
    }

    /// Servers that repeat id and name with each piece, and those that send all at once under index 0.
    #[test]
    fn another_id_begins_another_call_and_the_same_does_not() {
        let repeated = vec![
            piece(Some(0), "a", "look", "{"),
            piece(Some(0), "a", "look", "}"),
            piece(Some(0), "b", "look", "{}"),
        ];
        assert_eq!(gathered(repeated), [call("a", "look", "{}"), call("b", "look", "{}")]);
    }

    /// Servers without ids, with and without an index.
    #[test]
    fn without_ids_a_name_begins_a_call() {
        for index in [None, Some(0)] {
            let pieces = vec![
                piece(index, "", "look", r#"{"a""#),
                piece(index, "", "look", ":1}"),
                piece(index, "", "look", "{}"),
                piece(index, "", "", " "),
            ];
            let expected = [call("call_3_0", "look", r#"{"a":1}"#), call("call_3_1", "look", "{} ")];
            assert_eq!(gathered(pieces), expected);
        }
    }

    #[test]
    fn ids_that_are_used_twice_are_told_apart() {
        let pieces = vec![piece(Some(0), "x", "look", "{}"), piece(Some(1), "x", "go", "{}")];
        let ids: Vec<String> = gathered(pieces).into_iter().map(|(id, ..)| id).collect();
        assert_eq!(ids, ["x", "call_3_1"]);
    }

    #[test]
    fn calls_and_their_arguments_have_an_end() {
        let mut calls = Calls::default();
        for index in 0..MOST_CALLS as u64 {
            calls.add(piece(Some(index), "", "look", "")).unwrap();
        }
        assert!(calls.add(piece(Some(MOST_CALLS as u64), "", "look", "")).is_err());
        assert!(calls.add(piece(Some(0), "", "", &"x".repeat(ARGUMENT_BYTES + 1))).is_err());
    }
}
