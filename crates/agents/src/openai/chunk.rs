//! What a chunk of a completion says. Read with tolerance: servers agree on the outline only.

use serde_json::Value;

use super::trouble::Trouble;

/// What one chunk adds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chunk {
    /// How the model comes to its answer.
    pub thought: String,
    /// The answer.
    pub said: String,
    /// Names of tools that the model wants to use.
    pub tools: Vec<String>,
    /// Whether the model says that it is done, for whatever reason.
    pub finished: bool,
}

impl Chunk {
    /// Reads a chunk. One that carries usage alone adds nothing.
    pub fn read(json: &[u8]) -> Result<Self, Trouble> {
        let value: Value = serde_json::from_slice(json).map_err(|_| Trouble::unreadable())?;
        if !value.is_object() {
            return Err(Trouble::unreadable());
        }
        if value.get("error").is_some_and(|error| !error.is_null()) {
            return Err(Trouble::reported());
        }
        let choices = value.get("choices").and_then(Value::as_array);
        // One answer was asked for; a server that gives several is listened to for the first alone.
        let is_first = |choice: &&Value| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0;
        let mut chunk = Self::default();
        for choice in choices.into_iter().flatten().filter(is_first) {
            chunk.add(choice);
        }
        Ok(chunk)
    }

    fn add(&mut self, choice: &Value) {
        self.finished |= choice.get("finish_reason").is_some_and(|reason| !reason.is_null());
        let Some(delta) = choice.get("delta") else { return };
        let text = |key| delta.get(key).and_then(Value::as_str).unwrap_or_default();
        // Some servers send the same thought under both names.
        let thought = [text("reasoning_content"), text("reasoning")];
        self.thought.push_str(thought.into_iter().find(|text| !text.is_empty()).unwrap_or_default());
        self.said.push_str(text("content"));
        self.said.push_str(text("refusal"));
        let calls = delta.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
        // The name comes with the first fragment of a call.
        let names = calls.filter_map(|call| call.pointer("/function/name").and_then(Value::as_str));
        self.tools.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
    }
}

#[cfg(test)]
mod tests {
    use super::Chunk;

    fn read(json: &str) -> Chunk {
        Chunk::read(json.as_bytes()).unwrap()
    }

    #[test]
    fn what_servers_leave_out_or_add_does_no_harm() {
        for nothing in [
            "{}",
            r#"{"choices":null}"#,
            r#"{"choices":[],"usage":{"total_tokens":7}}"#,
            r#"{"choices":[{"index":0,"delta":{}}],"usage":{"total_tokens":7}}"#,
            r#"{"choices":[{"delta":{"role":"assistant","content":null}}],"error":null}"#,
            r#"{"choices":[{"index":0,"delta":null,"finish_reason":null}]}"#,
            r#"{"choices":[{"index":0}]}"#,
            r#"{"choices":[{"index":1,"delta":{"content":"another answer"}}]}"#,
        ] {
            assert_eq!(read(nothing), Chunk::default(), "{nothing}");
        }
    }

    #[test]
    fn text_thought_and_end_are_found() {
        let said = read(r#"{"choices":[{"delta":{"content":"Gr\u00fc"},"finish_reason":"made_up"}]}"#);
        assert_eq!((said.said.as_str(), said.finished), ("Grü", true));
        for key in ["reasoning", "reasoning_content"] {
            let thought = read(&format!(r#"{{"choices":[{{"delta":{{"{key}":"hm"}}}}]}}"#));
            assert_eq!((thought.thought.as_str(), thought.said.as_str()), ("hm", ""));
        }
        let both = read(r#"{"choices":[{"delta":{"reasoning":"hm","reasoning_content":"hm"}}]}"#);
        assert_eq!(both.thought, "hm");
    }

    #[test]
    fn tools_are_known_by_name() {
        let calls = read(
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"1","function":{"name":"look","arguments":""}},
            {"index":1,"function":{"arguments":"{}"}}]}}]}"#,
        );
        assert_eq!(calls.tools, ["look"]);
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
}
