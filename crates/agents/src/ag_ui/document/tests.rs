//! Patches as RFC 6902 describes them, and patches that mean harm.

use serde_json::{Value, json};

use super::{Change, Document, MOST_BYTES, Misfit, Unfit, Work};

fn patched(before: Value, patch: Value) -> Result<Value, Unfit> {
    let mut document = Document::new(before).unwrap();
    apply(&mut document, patch).map(|()| document.value().clone())
}

fn apply(document: &mut Document, patch: Value) -> Result<(), Unfit> {
    document.patch(&changes(patch), &mut Work::default())
}

fn changes(patch: Value) -> Vec<Change> {
    serde_json::from_value(patch).unwrap()
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
        let mut document = Document::new(before.clone()).unwrap();
        assert_eq!(apply(&mut document, patch.clone()), Err(Unfit::Misfit), "{patch}");
        assert_eq!(document.value(), &before);
    }
}

#[test]
fn a_document_grows_neither_wide_nor_deep_without_end() {
    let doubling = json!([{"op": "copy", "from": "/a", "path": "/a/-"}]);
    let mut document = Document::new(json!({"a": ["x".repeat(1000)]})).unwrap();
    let rounds = (0..1000).take_while(|_| apply(&mut document, doubling.clone()).is_ok()).count();
    assert!(rounds < 100, "{rounds}");
    let at_once = Value::Array(vec![json!({"op": "copy", "from": "", "path": "/a/-"}); 100]);
    assert_eq!(patched(json!({"a": ["x".repeat(1000)]}), at_once), Err(Unfit::Misfit));
    assert_eq!(Document::new(json!("x".repeat(MOST_BYTES))), Err(Misfit));

    let deeper = json!([{"op": "copy", "from": "", "path": "/a"}]);
    let mut document = Document::new(json!({"a": 1})).unwrap();
    let rounds = (0..1000).take_while(|_| apply(&mut document, deeper.clone()).is_ok()).count();
    assert!(rounds < 100, "{rounds}");
}

/// How many patches a run may make of this one, if each finds the document as it was, up to `most`.
fn patches(before: &Value, patch: Value, most: usize) -> usize {
    let (changes, mut work) = (changes(patch), Work::default());
    let mut carry_out = |_: &usize| {
        let mut document = Document::new(before.clone()).unwrap();
        document.patch(&changes, &mut work) != Err(Unfit::Exhausted)
    };
    (0..most).take_while(|n| carry_out(n)).count()
}

/// However an agent has its state changed, it is not all that the server does.
#[test]
fn patches_of_a_run_cost_no_more_than_a_run_may() {
    let add = || json!([{"op": "add", "path": "/n", "value": 1}]);
    // As many as any state needs, but not for ever.
    assert_eq!(patches(&json!({}), add(), 30_000), 20_000);
    let large = json!({"a": "x".repeat(900_000)});
    let few = patches(&large, add(), 30_000);
    assert!((100..1_000).contains(&few), "{few}");
    // A patch that does not fit costs as much as one that does.
    let misfit = json!([{"op": "test", "path": "/a", "value": 1}]);
    assert!(patches(&large, misfit, 30_000) < 1_000);
    // So does one that has a long list moved along again and again.
    let list = json!({"l": vec![0; 100_000]});
    let shifts = Value::Array(vec![json!({"op": "add", "path": "/l/0", "value": 0}); 4_000]);
    assert!(patches(&list, shifts, 100) < 10);
}
