//! Chunks as servers really send them.

use super::*;

fn read(json: &str) -> Chunk {
    Chunk::read(json.as_bytes()).unwrap()
}

#[test]
fn what_servers_leave_out_or_add_does_no_harm() {
    for nothing in [
        "{}",
        r#"{"choices":null}"#,
        r#"{"choices":[],"usage":{"total_tokens":7}}"#,
        r#"{"choices":[{"delta":{"role":"assistant","content":null}}],"error":null,"usage":null}"#,
        r#"{"choices":[{"index":0,"delta":null,"finish_reason":null}]}"#,
        r#"{"choices":[{"index":0}]}"#,
        r#"{"choices":[{"index":1,"delta":{"content":"another answer"}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":null}}]}"#,
    ] {
        assert_eq!(read(nothing), Chunk::default(), "{nothing}");
    }
}

#[test]
fn text_thought_and_end_are_found() {
    let said = read(r#"{"choices":[{"delta":{"content":"Gr\u00fc"},"finish_reason":"made_up"}]}"#);
    assert_eq!((said.said.as_str(), said.finished), ("Grü", Some(Finish::Done)));
    for (reason, finish) in [("length", Finish::Length), ("content_filter", Finish::Withheld)] {
        let cut = read(&format!(r#"{{"choices":[{{"delta":{{}},"finish_reason":"{reason}"}}]}}"#));
        assert_eq!(cut.finished, Some(finish));
    }
    for key in ["reasoning", "reasoning_content"] {
        let thought = read(&format!(r#"{{"choices":[{{"delta":{{"{key}":"hm"}}}}]}}"#));
        assert_eq!((thought.thought.as_str(), thought.said.as_str()), ("hm", ""));
    }
    let both = read(r#"{"choices":[{"delta":{"reasoning":"hm","reasoning_content":"hm"}}]}"#);
    assert_eq!(both.thought, "hm");
}

#[test]
fn pieces_of_calls_are_found() {
    let chunk = read(
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"1","function":{"name":"look","arguments":""}},
        {"index":1,"function":{"arguments":"{}"}},{"id":null,"function":{"name":"go","arguments":{"to":"Bern"}}}]}}]}"#,
    );
    let fragment = |index, id: &str, name: &str, arguments: &str| Fragment {
        index,
        id: id.to_owned(),
        name: name.to_owned(),
        arguments: arguments.to_owned(),
    };
    let expected = [
        fragment(Some(0), "1", "look", ""),
        fragment(Some(1), "", "", "{}"),
        fragment(None, "", "go", r#"{"to":"Bern"}"#),
    ];
    assert_eq!(chunk.calls, expected);
}

/// With `choices` empty, as OpenAI does, and with an empty choice, as LiteLLM does.
#[test]
fn what_a_request_cost_is_found() {
    for choices in ["[]", r#"[{"index":0,"delta":{}}]"#] {
        let chunk = read(&format!(
            r#"{{"choices":{choices},"usage":{{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17,
            "prompt_tokens_details":{{"cached_tokens":8}},"completion_tokens_details":{{"reasoning_tokens":3}}}}}}"#
        ));
        let usage = chunk.usage.unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (12, 5));
        assert_eq!((usage.cached_input_tokens, usage.reasoning_tokens), (Some(8), Some(3)));
    }
}

#[test]
fn an_error_in_the_stream_is_told_without_its_words() {
    for (json, words) in [
        (r#"{"error":{"message":"key SECRET"}}"#, "reported an error"),
        ("SECRET", "cannot be read"),
        ("[1]", "cannot be read"),
    ] {
        let trouble = Chunk::read(json.as_bytes()).unwrap_err();
        assert!(trouble.reason.contains(words) && !trouble.reason.contains("SECRET"));
    }
}
