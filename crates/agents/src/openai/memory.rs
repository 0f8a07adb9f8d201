//! Memory: what was said in the room, as messages of a request.

use antiphon_hub::RunSession;
use antiphon_protocol::{Error, Message, Part, ToolCall, UserId};

use super::{
    prompt::{CallTurn, Line, Turn, shorten},
    verdict,
};
use crate::{
    members::{self, Names},
    transcript,
};

/// How much of an earlier call's arguments and answer is told again.
const EARLIER_BYTES: usize = 2_000;

/// Who is in the room, and how the bot remembers what it did.
pub(super) struct Memory {
    me: UserId,
    names: Names,
    /// Whether its own calls are told as calls. A model without tools is told of them in words.
    has_tools: bool,
}

impl Memory {
    pub async fn of(run: &RunSession, has_tools: bool) -> Result<Self, Error> {
        let names = transcript::names(run).await?;
        Ok(Self { me: run.run().bot.clone(), names, has_tools })
    }

    /// What was said, in its order and up to about `budget` bytes, the question last.
    pub async fn lines(&self, run: &RunSession, budget: usize) -> Result<Vec<Line>, Error> {
        let messages = transcript::messages(run, 0, budget).await?;
        Ok(messages.iter().filter_map(|message| self.line(message)).collect())
    }

    /// What a message says.
    pub fn line(&self, message: &Message) -> Option<Line> {
        if message.sender != self.me {
            let text = transcript::words(message)?;
            return Some(Line::Theirs { author: members::label(&self.names, &message.sender), text });
        }
        if self.has_tools {
            let turns = own_turns(&message.parts);
            return (!turns.is_empty()).then_some(Line::Own(turns));
        }
        Some(Line::Own(vec![Turn::assistant(transcript::words(message)?, Vec::new())]))
    }
}

/// The bot's own message as the model made it: words and calls, then what came of the calls, then words again.
fn own_turns(parts: &[Part]) -> Vec<Turn> {
    let (mut turns, mut text, mut calls, mut answers) = (Vec::new(), String::new(), Vec::new(), Vec::new());
    let mut end = |text: &mut String, calls: &mut Vec<CallTurn>, answers: &mut Vec<Turn>| {
        if !text.trim().is_empty() || !calls.is_empty() {
            turns.push(Turn::assistant(std::mem::take(text), std::mem::take(calls)));
            turns.append(answers);
        }
    };
    for part in parts {
        match part {
            Part::Text { text: said } => {
                if !calls.is_empty() {
                    end(&mut text, &mut calls, &mut answers);
                }
                text.push_str(said);
            }
            Part::ToolCall(call) => {
                calls.push(call_turn(call));
                let answer = shorten(verdict::of_call(call), EARLIER_BYTES);
                answers.push(Turn::tool(call.tool_call.to_string(), answer));
            }
            _ => {}
        }
    }
    end(&mut text, &mut calls, &mut answers);
    turns
}

fn call_turn(call: &ToolCall) -> CallTurn {
    let arguments = if call.arguments.is_object() { call.arguments.to_string() } else { String::new() };
    let fits = !arguments.is_empty() && arguments.len() <= EARLIER_BYTES;
    let arguments = if fits { arguments } else { "{}".to_owned() };
    CallTurn::new(call.tool_call.to_string(), call.name.clone(), arguments)
}

#[cfg(test)]
mod tests {
    use antiphon_protocol::{ToolCallId, ToolState};
    use serde_json::{Value, json};

    use super::*;

    fn call(id: &str, state: ToolState, result: Option<Value>) -> Part {
        let call = ToolCall::new(ToolCallId::parse(id).unwrap(), "look".to_owned());
        let arguments = json!({"at": id});
        Part::ToolCall(Box::new(ToolCall { arguments, state, result, ..call }))
    }

    /// Its earlier calls are told as the model made them: each with its answer, before what was said then.
    #[test]
    fn own_calls_are_remembered_as_calls() {
        let text = |text: &str| Part::Text { text: text.to_owned() };
        let parts = [
            Part::Reasoning { text: "hm".to_owned() },
            text("Let me look."),
            call("a", ToolState::Completed, Some(json!("a tree"))),
            call("b", ToolState::Cancelled, None),
            text("A tree."),
        ];
        let turns = serde_json::to_value(own_turns(&parts)).unwrap();
        let roles: Vec<&str> =
            turns.as_array().unwrap().iter().map(|turn| turn["role"].as_str().unwrap()).collect();
        assert_eq!(roles, ["assistant", "tool", "tool", "assistant"]);
        assert_eq!(turns[0]["content"], "Let me look.");
        assert_eq!(
            turns[0]["tool_calls"][1]["function"],
            json!({"name": "look", "arguments": r#"{"at":"b"}"#})
        );
        assert_eq!((&turns[1]["tool_call_id"], &turns[1]["content"]), (&json!("a"), &json!("a tree")));
        assert_eq!(turns[2]["content"], verdict::CANCELLED);
        assert_eq!(turns[3]["content"], "A tree.");
        assert!(own_turns(&[text("  ")]).is_empty());
    }
}
