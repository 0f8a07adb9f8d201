//! Plans: activities that list what an agent intends to do are shown as what they are.

use antiphon_protocol::part::{PlanItem, PlanState};
use serde_json::{Map, Value};

/// Longer plans are data.
const MOST_ITEMS: usize = 100;
/// Under one of these an activity has its list.
const LISTS: [&str; 5] = ["steps", "items", "plan", "todos", "tasks"];
const TITLES: [&str; 6] = ["title", "description", "content", "name", "text", "step"];
const STATES: [&str; 2] = ["status", "state"];

/// The steps of an activity, if it is a plan and nothing but a plan: what has more to it stays data.
pub(super) fn of(kind: &str, content: &Value) -> Option<Vec<PlanItem>> {
    let kind = kind.to_ascii_lowercase();
    if !["plan", "todo", "steps"].iter().any(|word| kind.contains(word)) {
        return None;
    }
    let fields = content.as_object().filter(|fields| fields.len() == 1)?;
    let steps = LISTS.iter().find_map(|list| fields.get(*list))?.as_array()?;
    if steps.len() > MOST_ITEMS {
        return None;
    }
    steps.iter().map(item).collect()
}

fn item(step: &Value) -> Option<PlanItem> {
    if let Some(title) = step.as_str() {
        return Some(PlanItem { title: title.to_owned(), state: PlanState::Pending });
    }
    let fields = step.as_object().filter(|fields| fields.len() <= 2)?;
    let title = one_of(fields, &TITLES)?.as_str()?.to_owned();
    let state = match one_of(fields, &STATES) {
        None if fields.len() == 1 => PlanState::Pending,
        state => match state?.as_str()?.to_ascii_lowercase().as_str() {
            "pending" | "todo" | "open" => PlanState::Pending,
            "active" | "running" | "in_progress" | "in-progress" | "executing" => PlanState::Active,
            "done" | "completed" | "complete" | "finished" => PlanState::Done,
            _ => return None,
        },
    };
    Some(PlanItem { title, state })
}

fn one_of<'a>(fields: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| fields.get(*name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_plan_is_shown_as_one_and_what_is_more_stays_data() {
        let steps = json!({ "steps": ["look", { "description": "go", "status": "in_progress" }, { "title": "x", "state": "done" }] });
        let items = of("PLAN", &steps).unwrap();
        let seen: Vec<_> = items.iter().map(|item| (item.title.as_str(), item.state)).collect();
        assert_eq!(seen, [("look", PlanState::Pending), ("go", PlanState::Active), ("x", PlanState::Done)]);
        for (kind, content) in [
            ("SEARCH", steps),
            ("PLAN", json!({ "steps": [], "title": "more" })),
            ("PLAN", json!({ "steps": [{ "title": "x", "state": "odd" }] })),
            ("PLAN", json!({ "steps": [{ "title": "x", "owner": "me" }] })),
            ("PLAN", json!(["x"])),
        ] {
            assert_eq!(of(kind, &content), None, "{content}");
        }
    }
}
