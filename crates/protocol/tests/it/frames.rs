//! Good frames are read, and written as they were; malformed ones are refused with the code and field they name (E4).

use std::{collections::BTreeSet, fs, path::PathBuf};

use antiphon_protocol::{ClientFrame, Request, ServerFrame};
use serde_json::Value;

/// Name and content of every golden frame of a kind.
fn golden(kind: &str) -> Vec<(String, Value)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../protocol/frames").join(kind);
    let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap())
    };
    files.map(read).collect()
}

#[test]
fn every_request_has_a_golden_frame_and_is_read() {
    let mut seen = BTreeSet::new();
    for (name, frame) in golden("client") {
        let read = ClientFrame::parse(&frame.to_string()).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        if let ClientFrame::Request { reference, request } = read {
            assert_eq!(reference, frame["ref"].as_u64(), "{name}");
            seen.insert(request.name());
        }
    }
    let missing: Vec<_> = Request::NAMES.iter().filter(|name| !seen.contains(*name)).collect();
    assert!(missing.is_empty(), "no golden frame for {missing:?}");
}

#[test]
fn malformed_frames_are_refused_with_the_code_and_the_field() {
    for (name, case) in golden("malformed") {
        let fault = match ClientFrame::parse(case["frame"].as_str().unwrap()) {
            Ok(read) => panic!("{name} was read as {read:?}"),
            Err(fault) => fault,
        };
        assert_eq!(fault.error.code.as_str(), case["code"].as_str().unwrap(), "{name}: {}", fault.error);
        if let Some(field) = case["field"].as_str() {
            assert_eq!(fault.error.field.as_deref(), Some(field), "{name}: {}", fault.error);
        }
        assert_eq!(fault.reference, case["ref"].as_u64(), "{name}: the answer must carry the ref");
    }
}

#[test]
fn frames_of_the_server_are_written_as_they_were_read() {
    for (name, frame) in golden("server") {
        let read: ServerFrame =
            serde_json::from_value(frame.clone()).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(serde_json::to_value(&read).unwrap(), frame, "{name}");
    }
}
