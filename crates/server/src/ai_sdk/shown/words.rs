//! What the AI SDK has no chunk of its own for, in words that its pages can read: data, and how a run ended.

use antiphon_protocol::{Approval, RunState};
use serde_json::{Value, json};

use crate::{
    ai_sdk::chunk::{About, Chunk, Data, FinishReason, Spent, Used},
    answer::Picture,
};

/// A question as data, in the words of pages.
pub fn described(approval: &Approval) -> Value {
    let ask = &approval.ask;
    let mut data = json!({
        "id": approval.approval,
        "kind": ask.kind,
        "prompt": ask.prompt,
        "deadline": approval.deadline,
    });
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            data[name] = value;
        }
    };
    add("tool", ask.tool.clone().map(Value::from));
    add("toolCall", ask.tool_call.as_ref().map(|call| call.as_str().into()));
    add("arguments", ask.arguments.clone());
    add("schema", ask.schema.clone());
    add(
        "decision",
        approval.decision.as_ref().map(|decision| {
            let mut made = json!({ "action": decision.action, "by": decision.by });
            if let Some(reason) = &decision.reason {
                made["reason"] = reason.as_str().into();
            }
            if let Some(content) = &decision.content {
                made["content"] = content.clone();
            }
            made
        }),
    );
    data
}

/// A part that is data, under a name and the place that it keeps.
pub fn named(index: u32, name: &str, data: Value) -> Chunk {
    Chunk::Data(Data { kind: format!("data-{name}"), id: Some(index.to_string()), data, transient: false })
}

/// The last word about a run.
pub fn ending(now: &Picture) -> Chunk {
    let run = &now.run;
    let error = |words: &str| {
        let error_text = run.error.clone().filter(|words| !words.is_empty());
        Chunk::Error { error_text: error_text.unwrap_or_else(|| words.to_owned()) }
    };
    match run.state {
        RunState::Cancelled => {
            let by = run.cancel.as_ref().map(|cancel| format!("stopped by {}", cancel.by));
            Chunk::Abort { reason: by.unwrap_or_else(|| "stopped".to_owned()) }
        }
        RunState::Failed => error("the agent failed"),
        RunState::TimedOut => error("the agent took too long"),
        RunState::Interrupted => error("the agent or the server went away; ask again"),
        _ => {
            let usage: Vec<Used> = run.usage.iter().map(Used::from).collect();
            let spent = (!usage.is_empty()).then_some(About { antiphon: Spent { usage } });
            Chunk::Finish { finish_reason: FinishReason::Stop, message_metadata: spent }
        }
    }
}
