//! What an agent says about a tool that it uses.

use serde::Deserialize;
use serde_json::Value;

use super::{label, lenient, said};

/// Bytes of arguments, and of a result, that are shown as data: both together fit into a message.
const LARGEST_RAW: usize = 16 * 1024;
/// Deepest nesting of what is shown as data.
const DEEPEST_RAW: usize = 16;

/// Something new about a tool call: what is absent stays as it was.
#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::acp) struct ToolNews {
    /// The agent's own id for it; many begin at `call_1` again with every turn.
    #[serde(deserialize_with = "lenient")]
    pub tool_call_id: String,
    #[serde(deserialize_with = "lenient")]
    pub title: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub kind: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub status: Option<ToolStatus>,
    /// All of it so far, not only what is new.
    #[serde(deserialize_with = "lenient")]
    pub content: Option<Vec<Value>>,
    #[serde(deserialize_with = "lenient")]
    pub locations: Option<Vec<Value>>,
    #[serde(deserialize_with = "lenient")]
    pub raw_input: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub raw_output: Option<Value>,
}

/// How far a tool call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::acp) enum ToolStatus {
    Pending,
    InProgress,
    Completed,
    Failed,
}

impl ToolNews {
    /// Reads news; nothing if it does not say of which call.
    pub fn read(news: Value) -> Option<Box<Self>> {
        let news: Self = serde_json::from_value(news).ok()?;
        (!news.tool_call_id.is_empty()).then(|| Box::new(news))
    }

    /// Takes over what is new.
    pub fn merge(&mut self, news: Self) {
        let Self { tool_call_id: _, title, name, kind, status, content, locations, raw_input, raw_output } =
            news;
        self.title = title.or(self.title.take());
        self.name = name.or(self.name.take());
        self.kind = kind.or(self.kind.take());
        self.status = status.or(self.status);
        self.content = content.or(self.content.take());
        self.locations = locations.or(self.locations.take());
        self.raw_input = raw_input.or(self.raw_input.take());
        self.raw_output = raw_output.or(self.raw_output.take());
    }

    /// What the call is called by the program; its kind, where the agent gives no name.
    pub fn tool_name(&self) -> String {
        let name = [&self.name, &self.kind].into_iter().flatten().map(|name| label(name));
        name.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| "tool".to_owned())
    }

    /// What it does, for people.
    pub fn title(&self) -> Option<String> {
        self.title.as_deref().map(label).filter(|title| !title.is_empty())
    }

    /// Its output so far as text; nothing if there is no news of it.
    pub fn output(&self) -> Option<String> {
        let blocks = self.content.as_ref()?.iter().map(shown).filter(|text| !text.is_empty());
        Some(blocks.collect::<Vec<_>>().join("\n"))
    }

    /// What it was called with. Arguments beyond bounds are cut to a note.
    pub fn arguments(&self) -> Option<Value> {
        let mut arguments = self.raw_input.clone().map(bounded);
        let paths: Vec<&str> =
            self.locations.iter().flatten().filter_map(|location| location["path"].as_str()).collect();
        if arguments.is_none() && !paths.is_empty() {
            arguments = Some(bounded(serde_json::json!({ "paths": paths })));
        }
        arguments
    }

    /// What it answered.
    pub fn result(&self) -> Option<Value> {
        self.raw_output.clone().map(bounded)
    }
}

/// The value, or a note on its size.
fn bounded(value: Value) -> Value {
    if is_small(&value) { value } else { serde_json::json!({ "omitted_bytes": value.to_string().len() }) }
}

/// Whether a value can be shown as data.
pub(in crate::acp) fn is_small(value: &Value) -> bool {
    value.to_string().len() <= LARGEST_RAW && is_flatter(value, DEEPEST_RAW)
}

fn is_flatter(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => depth > 0 && items.iter().all(|item| is_flatter(item, depth - 1)),
        Value::Object(fields) => depth > 0 && fields.values().all(|field| is_flatter(field, depth - 1)),
        _ => true,
    }
}

fn shown(content: &Value) -> String {
    match content["type"].as_str() {
        Some("content") => said(&content["content"]),
        Some("diff") => diff(content),
        _ => String::new(),
    }
}

/// A change of a file as people read it: what was, and what is. Lines that both share at the ends are left out.
fn diff(content: &Value) -> String {
    let path = label(content["path"].as_str().unwrap_or("a file"));
    let (old, new) =
        (content["oldText"].as_str().unwrap_or_default(), content["newText"].as_str().unwrap_or_default());
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same_at = |index: usize| old.get(index).is_some() && old.get(index) == new.get(index);
    let head = (0..).take_while(|index| same_at(*index)).count();
    let rest = old.len().min(new.len()) - head;
    let tail = (1..=rest).take_while(|back| old[old.len() - back] == new[new.len() - back]).count();
    let removed = old[head..old.len() - tail].iter().map(|line| format!("\n-{line}"));
    let added = new[head..new.len() - tail].iter().map(|line| format!("\n+{line}"));
    format!("--- {path}, line {}{}{}", head + 1, removed.collect::<String>(), added.collect::<String>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn news(value: Value) -> ToolNews {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn fields_of_a_wrong_kind_cost_themselves_only() {
        let news = news(json!({
            "toolCallId": "call_1", "title": "Read\na file", "kind": 7, "status": "exploded",
            "content": [{"type": "content", "content": {"type": "text", "text": "one"}}, {"type": "novelty"}, 7,
                        {"type": "content", "content": {"type": "text", "text": "two"}}],
            "locations": [{"path": "/a"}, {}], "_meta": {"x": 1},
        }));
        assert_eq!(
            (news.tool_name(), news.title(), news.status),
            ("tool".to_owned(), Some("Read a file".to_owned()), None)
        );
        assert_eq!(news.output().unwrap(), "one\ntwo");
        assert_eq!(news.arguments(), Some(json!({"paths": ["/a"]})));
        assert_eq!(news.result(), None);
    }

    #[test]
    fn a_change_of_a_file_shows_what_changed() {
        let diff = |old: Value, new: &str| {
            let content = json!([{"type": "diff", "path": "/a.txt", "oldText": old, "newText": new}]);
            news(json!({"toolCallId": "a", "content": content})).output().unwrap()
        };
        assert_eq!(diff(json!("a\nb\nc"), "a\nB\nc"), "--- /a.txt, line 2\n-b\n+B");
        assert_eq!(diff(Value::Null, "new\n"), "--- /a.txt, line 1\n+new");
        assert_eq!(diff(json!("a\na"), "a"), "--- /a.txt, line 2\n-a");
        assert_eq!(diff(json!("a"), "a"), "--- /a.txt, line 2");
    }

    #[test]
    fn what_is_new_replaces_what_was_known() {
        let mut known =
            news(json!({"toolCallId": "a", "title": "Edit", "status": "pending", "rawInput": {"a": 1}}));
        known.merge(news(json!({"toolCallId": "a", "status": "completed", "title": null})));
        assert_eq!((known.title(), known.status), (Some("Edit".to_owned()), Some(ToolStatus::Completed)));
        assert_eq!(known.arguments(), Some(json!({"a": 1})));
    }

    #[test]
    fn large_and_deep_data_is_left_out() {
        let deep = "[".repeat(40) + &"]".repeat(40);
        let deep: Value = serde_json::from_str(&deep).unwrap();
        assert_eq!(
            news(json!({"toolCallId": "a", "rawInput": deep})).arguments(),
            Some(json!({"omitted_bytes": 80}))
        );
        let news = news(json!({"toolCallId": "a", "rawOutput": "x".repeat(LARGEST_RAW)}));
        assert_eq!(news.result(), Some(json!({"omitted_bytes": LARGEST_RAW + 2})));
    }
}
