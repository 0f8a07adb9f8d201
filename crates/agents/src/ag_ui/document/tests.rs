//! Patches as RFC 6902 describes them, and patches that mean harm.

use serde_json::{Value, json};

use super::{Change, Document, MOST_BYTES, Misfit};

fn patched(before: Value, patch: Value) -> Result<Value, Misfit> {
    let changes: Vec<Change> = serde_json::from_value(patch).unwrap();
    let mut document = Document::new(before).unwrap();
    document.patch(&changes).map(|()| document.value().clone())
}

#[test]
fn every_operation_does_what_the_standard_says() {
    for (before, patch, after) in [
        (json!({"a": 1}), json!([{"op": "add", "path": "/b", "value": 2}]), json!({"a": 1, "b": 2})),
        (json!([1, 3]), json!([{"op": "add", "path": "/1", "value": 2}]), json!([1, 2, 3])),
        (json!([1]), json!([{"op": "add", "path": "/-", "value": 2}]), json!([1, 2])),
        (json!({"a": 1}), json!([{"op": "add", "path": "", "value": [1]}]), json!([1])),
        (json!({"a": [1, 2]}), json!([{"op": "remove", "path": "/a/0"}]), json!({"a": [2]})),
        (
            json!({"a": 1}),
            json!([{"op": "replace", "path": "/a", "value": {"b": null}}]),
            json!({"a": {"b": null}}),
        ),
        (json!({"a": 1}), json!([{"op": "replace", "path": "", "value": null}]), json!(null)),
        (
            json!({"a": {"x": 1}, "b": {}}),
            json!([{"op": "move", "from": "/a/x", "path": "/b/y"}]),
            json!({"a": {}, "b": {"y": 1}}),
        ),
        (json!(["a", "b"]), json!([{"op": "move", "from": "/1", "path": "/0"}]), json!(["b", "a"])),
        (json!({"a": 1}), json!([{"op": "copy", "from": "/a", "path": "/b"}]), json!({"a": 1, "b": 1})),
        (
            json!({"a/b": 1, "c~d": 2}),
            json!([{"op": "remove", "path": "/a~1b"}, {"op": "test", "path": "/c~0d", "value": 2.0}]),
            json!({"c~d": 2}),
        ),
        (json!({"": 1}), json!([{"op": "replace", "path": "/", "value": 2}]), json!({"": 2})),
    ] {
        assert_eq!(patched(before, patch.clone()), Ok(after), "{patch}");
    }
}

#[test]
fn a_patch_that_does_not_fit_changes_nothing() {
    let before = json!({"a": [1], "b": {"c": 1}});
    for last in [
        json!({"op": "test", "path": "/a/0", "value": 2}),
        json!({"op": "remove", "path": "/x"}),
        json!({"op": "replace", "path": "/x", "value": 1}),
        json!({"op": "add", "path": "/x/y", "value": 1}),
        json!({"op": "add", "path": "/a/2", "value": 1}),
        json!({"op": "add", "path": "/a/01", "value": 1}),
        json!({"op": "add", "path": "/a/+0", "value": 1}),
        json!({"op": "add", "path": "a", "value": 1}),
        json!({"op": "add", "path": "/b/c/d", "value": 1}),
        json!({"op": "move", "from": "/b", "path": "/b/c"}),
        json!({"op": "copy", "from": "/x", "path": "/y"}),
    ] {
        let patch = json!([{"op": "replace", "path": "/a/0", "value": 9}, last]);
        let changes: Vec<Change> = serde_json::from_value(patch.clone()).unwrap();
        let mut document = Document::new(before.clone()).unwrap();
        assert_eq!(document.patch(&changes), Err(Misfit), "{patch}");
        assert_eq!(document.value(), &before);
    }
}

#[test]
fn a_document_grows_neither_wide_nor_deep_without_end() {
    let doubling = json!([{"op": "copy", "from": "/a", "path": "/a/-"}]);
    let changes: Vec<Change> = serde_json::from_value(doubling).unwrap();
    let mut document = Document::new(json!({"a": ["x".repeat(1000)]})).unwrap();
    let rounds = (0..1000).take_while(|_| document.patch(&changes).is_ok()).count();
    assert!(rounds < 100, "{rounds}");
    let at_once = Value::Array(vec![json!({"op": "copy", "from": "", "path": "/a/-"}); 100]);
    assert_eq!(patched(json!({"a": ["x".repeat(1000)]}), at_once), Err(Misfit));
    assert_eq!(Document::new(json!("x".repeat(MOST_BYTES))), Err(Misfit));

    let deeper = json!([{"op": "copy", "from": "", "path": "/a"}]);
    let changes: Vec<Change> = serde_json::from_value(deeper).unwrap();
    let mut document = Document::new(json!({"a": 1})).unwrap();
    let rounds = (0..1000).take_while(|_| document.patch(&changes).is_ok()).count();
    assert!(rounds < 100, "{rounds}");
}
