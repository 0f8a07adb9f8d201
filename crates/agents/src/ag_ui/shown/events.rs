//! Events that have no other place, kept as they came: a few parts full of them, and of the rest the number.

use antiphon_protocol::{Limits, Part};
use serde_json::{Value, json};

use super::{super::act::Kept, fit};

/// Parts of one kind of events. Each is written again for as long as it is the last.
const MOST_PAGES: usize = 4;
/// What is kept in one of them, in bytes, where messages have their usual size.
const PAGE_BYTES: usize = 24 * 1024;
/// Levels of JSON around what is kept.
const LEVELS: usize = 4;

/// Events of one kind.
#[derive(Default)]
pub(super) struct Events {
    pages: Vec<Page>,
    /// The last event, but for its time: the same again is counted.
    last: Value,
    left_out: u64,
    left_out_bytes: usize,
}

#[derive(Default)]
struct Page {
    kept: Vec<Value>,
    bytes: usize,
}

impl Events {
    /// Keeps an event, if there is room for it. Tells which page has changed.
    pub fn keep(&mut self, event: Kept, limits: &Limits) -> usize {
        let limits = Limits { json_depth: limits.json_depth.saturating_sub(LEVELS).max(1), ..limits.clone() };
        let entry = entry(event, &limits);
        let plain = without_time(&entry);
        if self.last == plain
            && let Some(before) = self.pages.last_mut().and_then(|page| page.kept.last_mut())
        {
            let times = before.get("times").and_then(Value::as_u64).unwrap_or(1);
            before["times"] = json!(times + 1);
            return self.pages.len() - 1;
        }
        let (bytes, most) = (entry.to_string().len(), PAGE_BYTES.min(limits.message_bytes * 3 / 8));
        let has_room = self.pages.last().is_some_and(|page| page.bytes + bytes <= most);
        if !has_room && self.pages.len() >= MOST_PAGES {
            self.left_out += 1;
            self.left_out_bytes += bytes;
        } else {
            if !has_room {
                self.pages.push(Page::default());
            }
            if let Some(page) = self.pages.last_mut() {
                page.kept.push(entry);
                page.bytes += bytes;
                self.last = plain;
            }
        }
        self.pages.len() - 1
    }

    /// A page as a part; the last one tells what there was no room for.
    pub fn part(&self, name: &str, page: usize) -> Option<Part> {
        let mut value = json!({ "kept": self.pages.get(page)?.kept });
        if page + 1 == self.pages.len() {
            value["left_out"] = json!(self.left_out);
            if self.left_out > 0 {
                value["left_out_bytes"] = json!(self.left_out_bytes);
                value["why"] = json!("a message has no room for more of them");
            }
        }
        Some(Part::Data { name: name.to_owned(), value })
    }
}

fn entry(Kept { event, name, fields, value, .. }: Kept, limits: &Limits) -> Value {
    let mut entry = json!({ "event": event });
    if let Some(name) = name {
        entry["name"] = Value::String(name);
    }
    if let Some(fields) = fields {
        entry["fields"] = fit::value(Value::Object(fields), limits);
    }
    if let Some(value) = value {
        entry["value"] = fit::value(value, limits);
    }
    entry
}

fn without_time(entry: &Value) -> Value {
    let mut plain = entry.clone();
    if let Some(fields) = plain.get_mut("fields").and_then(Value::as_object_mut) {
        fields.remove("timestamp");
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(events: &Events, page: usize) -> Value {
        match events.part("e", page) {
            Some(Part::Data { value, .. }) => value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_kept_fills_a_few_parts_and_of_the_rest_the_number_is_told() {
        let (mut events, limits) = (Events::default(), Limits::default());
        let event = |n: u32| Kept::new("CUSTOM", Some(format!("n{n}")), json!("x".repeat(11_000)));
        let pages: Vec<usize> = (0..15).map(|n| events.keep(event(n), &limits)).collect();
        assert_eq!(pages, [0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3]);
        assert_eq!(value(&events, 0)["kept"].as_array().unwrap().len(), 2);
        assert_eq!(value(&events, 0).get("left_out"), None);
        let last = value(&events, 3);
        assert_eq!(last["left_out"], 7);
        assert!(last["left_out_bytes"].as_u64().unwrap() > 7 * 11_000 && last["why"].is_string());
        assert_eq!(events.part("e", 4), None);
    }

    #[test]
    fn the_same_again_is_counted_whenever_it_came() {
        let (mut events, limits) = (Events::default(), Limits::default());
        for at in 0..3 {
            let fields = json!({ "messageId": "m", "metadata": 1, "timestamp": at }).as_object().cloned();
            events.keep(Kept { event: "E".to_owned(), fields, ..Kept::default() }, &limits);
        }
        let kept = &value(&events, 0)["kept"];
        assert_eq!((kept.as_array().unwrap().len(), &kept[0]["times"]), (1, &json!(3)));
    }
}
