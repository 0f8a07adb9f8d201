//! What an agent says about a tool that it uses.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{label, lenient, said};

/// Bytes of arguments, and of a result, that are shown as data: both together fit into a message.
const LARGEST_RAW: usize = 16 * 1024;
/// Deepest nesting of what is shown as data.
const DEEPEST_RAW: usize = 16;
/// Bytes of output that are kept of a call at work. An agent says all of it anew each time.
const LARGEST_OUTPUT: usize = 256 * 1024;
/// Files that a call is said to be about.
const MOST_PATHS: usize = 32;
/// Bytes of an agent's id for a call that are kept as they are.
const LONGEST_ID: usize = 128;
/// Bytes of a hash that tell one thing from another, whoever made up both.
const HASH_BYTES: usize = 16;

/// Something new about a tool call: what is absent stays as it was. Whatever an agent sends, this much is kept of it.
#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::acp) struct ToolNews {
    /// The agent's own id for it; many begin at `call_1` again with every turn.
    #[serde(deserialize_with = "id")]
    pub tool_call_id: String,
    #[serde(deserialize_with = "lenient")]
    pub title: Option<Title>,
    #[serde(deserialize_with = "name")]
    pub name: Option<String>,
    #[serde(deserialize_with = "name")]
    pub kind: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub status: Option<ToolStatus>,
    /// All of its output so far, not only what is new.
    #[serde(rename = "content", deserialize_with = "output")]
    pub output: Option<String>,
    /// The files that it is about.
    #[serde(rename = "locations", deserialize_with = "paths")]
    pub paths: Option<Vec<String>>,
    #[serde(deserialize_with = "lenient")]
    pub raw_input: Option<Raw>,
    #[serde(deserialize_with = "lenient")]
    pub raw_output: Option<Raw>,
}

/// What a call does, for people.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "String")]
pub(in crate::acp) struct Title {
    shown: String,
    /// Of the whole, however long.
    hash: [u8; 32],
}

impl From<String> for Title {
    fn from(title: String) -> Self {
        Self { shown: label(&title), hash: Sha256::digest(&title).into() }
    }
}

/// What a tool is called with, or answered.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "Value")]
pub(in crate::acp) struct Raw {
    /// The thing itself, or a note on its size.
    shown: Value,
    /// Of the whole, however large.
    hash: [u8; 32],
}

impl From<Value> for Raw {
    fn from(value: Value) -> Self {
        let whole = value.to_string();
        let is_small = whole.len() <= LARGEST_RAW && is_flatter(&value, DEEPEST_RAW);
        let shown = if is_small { value } else { json!({ "omitted_bytes": whole.len() }) };
        Self { shown, hash: Sha256::digest(&whole).into() }
    }
}

impl Raw {
    /// In words.
    pub fn words(&self) -> String {
        self.shown.as_str().map_or_else(|| self.shown.to_string(), str::to_owned)
    }
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
        let Self { tool_call_id: _, title, name, kind, status, output, paths, raw_input, raw_output } = news;
        self.title = title.or(self.title.take());
        self.name = name.or(self.name.take());
        self.kind = kind.or(self.kind.take());
        self.status = status.or(self.status);
        self.output = output.or(self.output.take());
        self.paths = paths.or(self.paths.take());
        self.raw_input = raw_input.or(self.raw_input.take());
        self.raw_output = raw_output.or(self.raw_output.take());
    }

    /// What the call is called by the program; its kind, where the agent gives no name.
    pub fn tool_name(&self) -> String {
        let name = self.name.as_ref().or(self.kind.as_ref());
        name.cloned().unwrap_or_else(|| "tool".to_owned())
    }

    /// What it does, for people.
    pub fn title(&self) -> Option<String> {
        self.title.as_ref().map(|title| title.shown.clone()).filter(|title| !title.is_empty())
    }

    /// Tells what it does from everything else that could be done: by its kind, all of its title, and all that it is called
    /// with.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for name in [&self.name, &self.kind] {
            hash.update(Sha256::digest(name.as_deref().unwrap_or_default()));
        }
        hash.update(self.title.as_ref().map_or([0; 32], |title| title.hash));
        hash.update(self.raw_input.as_ref().map_or([0; 32], |input| input.hash));
        hex(&hash.finalize())
    }

    /// What it was called with. Arguments beyond bounds are cut to a note.
    pub fn arguments(&self) -> Option<Value> {
        let input = self.raw_input.as_ref().map(|input| input.shown.clone());
        let paths = self.paths.as_ref().filter(|paths| !paths.is_empty());
        input.or_else(|| paths.map(|paths| json!({ "paths": paths })))
    }

    /// What it answered.
    pub fn result(&self) -> Option<Value> {
        self.raw_output.as_ref().map(|output| output.shown.clone())
    }
}

fn hex(hash: &[u8]) -> String {
    hash.iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let id: String = lenient(deserializer)?;
    Ok(if id.len() <= LONGEST_ID { id } else { hex(&Sha256::digest(&id)) })
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let name: Option<String> = lenient(deserializer)?;
    Ok(name.as_deref().map(label).filter(|name| !name.is_empty()))
}

fn paths<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    let locations: Option<Vec<Value>> = lenient(deserializer)?;
    let path = |location: &Value| location["path"].as_str().map(label);
    Ok(locations.map(|locations| locations.iter().filter_map(path).take(MOST_PATHS).collect()))
}

/// Content as text. Of a long one the beginning is kept, and how much there was.
fn output<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let content: Option<Vec<Value>> = lenient(deserializer)?;
    let Some(content) = content else { return Ok(None) };
    let blocks = content.iter().map(shown).filter(|text| !text.is_empty());
    let mut output = blocks.collect::<Vec<_>>().join("\n");
    if output.len() > LARGEST_OUTPUT {
        let bytes = output.len();
        output.truncate(output.floor_char_boundary(LARGEST_OUTPUT));
        output.push_str(&format!("\n[… {bytes} bytes in all …]"));
    }
    Ok(Some(output))
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
        assert_eq!(news.output.as_deref(), Some("one\ntwo"));
        assert_eq!(news.arguments(), Some(json!({"paths": ["/a"]})));
        assert_eq!(news.result(), None);
    }

    #[test]
    fn a_change_of_a_file_shows_what_changed() {
        let diff = |old: Value, new: &str| {
            let content = json!([{"type": "diff", "path": "/a.txt", "oldText": old, "newText": new}]);
            news(json!({"toolCallId": "a", "content": content})).output.unwrap()
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

    /// F6: what is allowed for good is this very thing. What differs where nothing is shown any more differs as well.
    #[test]
    fn no_two_things_have_the_same_fingerprint() {
        let long = |end: &str| format!("{}{end}", "x".repeat(300));
        let large = |end: &str| json!({"command": format!("{}{end}", "x".repeat(LARGEST_RAW))});
        let things = [
            json!({"kind": "execute", "title": "npm test"}),
            json!({"kind": "execute", "title": "npm test", "rawInput": {"command": "npm test"}}),
            json!({"kind": "execute", "title": "npm test", "rawInput": {"command": "rm -rf /"}}),
            json!({"kind": "execute", "title": "npm test", "rawInput": null}),
            json!({"kind": "delete", "title": "npm test"}),
            json!({"name": "execute", "title": "npm test"}),
            json!({"title": long("a")}),
            json!({"title": long("b")}),
            json!({"rawInput": large("a")}),
            json!({"rawInput": large("b")}),
        ];
        let prints: std::collections::HashSet<String> =
            things.iter().map(|thing| news(thing.clone()).fingerprint()).collect();
        // A `null` is nothing.
        assert_eq!(prints.len(), things.len() - 1);
        assert_eq!(news(things[1].clone()).fingerprint(), news(things[1].clone()).fingerprint());
    }

    #[test]
    fn whatever_is_sent_this_much_is_kept() {
        let long = "ü".repeat(LARGEST_OUTPUT);
        let content = json!([{"type": "content", "content": {"type": "text", "text": long}}]);
        let path = json!({ "path": long });
        let news = news(json!({
            "toolCallId": long, "title": long, "name": long, "kind": long, "content": content,
            "locations": vec![path; 100], "rawInput": long, "rawOutput": long,
        }));
        assert!(news.tool_call_id.len() <= LONGEST_ID && !news.tool_call_id.is_empty());
        assert!(format!("{news:?}").len() < LARGEST_OUTPUT + MOST_PATHS * 1_000);
        assert!(news.output.unwrap().ends_with("bytes in all …]"));
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
