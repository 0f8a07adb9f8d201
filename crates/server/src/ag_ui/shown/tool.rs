//! Tool calls: their arguments as they are written, progress as an activity, live output as `CUSTOM`, and one result, whatever
//! came of them.

use std::collections::BTreeMap;

use antiphon_protocol::{ToolCall, ToolCallId, ToolState};
use serde_json::{Value, json};

use super::held::Held;
use crate::ag_ui::event::Event;

/// What was told of all tool calls of an answer.
#[derive(Debug, Default)]
pub struct Tools(BTreeMap<ToolCallId, Told>);

#[derive(Debug, Default)]
struct Told {
    /// The arguments as text, as far as they were told.
    written: String,
    /// The arguments that were told as whole.
    arguments: Option<Value>,
    progress: Option<Value>,
    /// How many bytes of its output were told.
    output: usize,
    is_over: bool,
}

impl Tools {
    /// Whether anything was told of this call.
    pub fn knows(&self, call: &ToolCall) -> bool {
        self.0.contains_key(&call.tool_call)
    }

    /// Tells what is new of a call.
    pub fn tell(&mut self, call: &ToolCall, held: &Held, events: &mut Vec<Event>) {
        let id = call.tool_call.to_string();
        let told = self.0.entry(call.tool_call.clone()).or_insert_with(|| {
            if held.has_call(&id) {
                let arguments = Some(call.arguments.clone());
                return Told { arguments, is_over: held.has_result(&id), ..Told::default() };
            }
            let (tool_call_id, tool_call_name) = (id.clone(), call.name.clone());
            events.push(Event::ToolCallStart { tool_call_id, tool_call_name });
            Told::default()
        });
        if told.is_over {
            return;
        }
        told.tell_arguments(call, &id, events);
        if call.state.is_final() {
            told.tell_output(call, &id, events);
            told.is_over = true;
            events.push(result(&id, content(call)));
            if call.state != ToolState::Completed {
                let value = json!({ "toolCallId": id, "state": call.state });
                events.push(Event::Custom { name: "antiphon.tool.state".to_owned(), value });
            }
        } else {
            told.tell_progress(call, &id, events);
            told.tell_output(call, &id, events);
        }
    }

    /// Nothing may be open when a run finishes: arguments that were being written are as whole as they get.
    pub fn end_arguments(&mut self, events: &mut Vec<Event>) {
        for (id, told) in &mut self.0 {
            if told.arguments.is_none() {
                told.arguments = Some(Value::Null);
                events.push(Event::ToolCallEnd { tool_call_id: id.to_string() });
            }
        }
    }

    /// Ends every call that has not ended.
    pub fn give_up(&mut self, events: &mut Vec<Event>) {
        self.end_arguments(events);
        for (id, told) in self.0.iter_mut().filter(|(_, told)| !told.is_over) {
            told.is_over = true;
            events.push(result(id.as_str(), "the run ended before the tool did".to_owned()));
        }
    }
}

impl Told {
    /// The arguments while they are written, then their end. Should people have changed them since, that is told apart.
    fn tell_arguments(&mut self, call: &ToolCall, id: &str, events: &mut Vec<Event>) {
        let tool_call_id = id.to_owned();
        if let Some(arguments) = &self.arguments {
            if *arguments != call.arguments && !call.arguments.is_null() {
                self.arguments = Some(call.arguments.clone());
                let value = json!({ "toolCallId": id, "arguments": call.arguments });
                events.push(Event::Custom { name: "antiphon.tool.arguments".to_owned(), value });
            }
            return;
        }
        let text = call.arguments_text.as_deref().unwrap_or_default();
        if let Some(new) = text.strip_prefix(&*self.written).filter(|new| !new.is_empty()) {
            events.push(Event::ToolCallArgs { tool_call_id: tool_call_id.clone(), delta: new.to_owned() });
            text.clone_into(&mut self.written);
        }
        let is_whole = call.state != ToolState::Pending || (text.is_empty() && !call.arguments.is_null());
        if is_whole {
            self.tell_rest(call, id, events);
            self.arguments = Some(call.arguments.clone());
            events.push(Event::ToolCallEnd { tool_call_id });
        }
    }

    /// What is missing of the arguments. Text that the whole is not written like cannot be taken back: it is the same JSON.
    fn tell_rest(&self, call: &ToolCall, id: &str, events: &mut Vec<Event>) {
        let is_told = serde_json::from_str::<Value>(&self.written).is_ok();
        if is_told || call.arguments.is_null() {
            return;
        }
        let whole = call.arguments.to_string();
        if let Some(rest) = whole.strip_prefix(&*self.written) {
            let (tool_call_id, delta) = (id.to_owned(), rest.to_owned());
            events.push(Event::ToolCallArgs { tool_call_id, delta });
        }
    }

    fn tell_progress(&mut self, call: &ToolCall, id: &str, events: &mut Vec<Event>) {
        let Some(progress) = &call.progress else { return };
        let mut content = json!(progress);
        content["toolCallId"] = id.into();
        if self.progress.as_ref() != Some(&content) {
            self.progress = Some(content.clone());
            let message_id = format!("{id}:progress");
            events.push(Event::ActivitySnapshot { message_id, activity_type: "TOOL_PROGRESS", content });
        }
    }

    fn tell_output(&mut self, call: &ToolCall, id: &str, events: &mut Vec<Event>) {
        if let Some(new) = call.output.get(self.output..).filter(|new| !new.is_empty()) {
            let value = json!({ "toolCallId": id, "at": self.output, "text": new });
            events.push(Event::Custom { name: "antiphon.tool.output".to_owned(), value });
            self.output = call.output.len();
        }
    }
}

fn result(call: &str, content: String) -> Event {
    let (message_id, tool_call_id) = (format!("{call}:result"), call.to_owned());
    Event::ToolCallResult { message_id, tool_call_id, content, role: "tool" }
}

/// What came of a call, as text.
fn content(call: &ToolCall) -> String {
    match (&call.result, &call.error) {
        (Some(Value::String(text)), _) => text.clone(),
        (Some(value), _) => value.to_string(),
        (None, Some(error)) => error.clone(),
        (None, None) if call.state == ToolState::Completed => call.output.clone(),
        (None, None) => match json!(call.state) {
            Value::String(state) => state,
            state => state.to_string(),
        },
    }
}
