//! Tool calls, in the states that the AI SDK has for them. It has no word for a call that was stopped, took too long or was
//! left behind: those are errors, with the state beside them.

use std::collections::BTreeMap;

use antiphon_protocol::{
    Approval, ApprovalId, Decision, ToolCall, ToolCallId, ToolState,
    approval::{DecisionAction, DecisionCause},
};
use serde_json::{Map, Value};

use super::is_about_tool;
use crate::ai_sdk::chunk::{About, Chunk, OURS, Outcome, Tool, Version};

/// How much of a tool's live output is told, from its end: it is told anew each time it grew.
const LIVE_OUTPUT_BYTES: usize = 4 * 1024;

/// What was told of all tool calls of an answer.
#[derive(Debug)]
pub struct Tools {
    version: Version,
    told: BTreeMap<ToolCallId, Told>,
}

/// How a page shows a tool call.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub phase: Phase,
    pub input: Option<Value>,
}

/// How far the page is with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Its arguments are being written.
    Written,
    /// It may begin, or has.
    Ready,
    /// People are asked whether it may.
    Asked,
    /// They have answered.
    Answered,
    Over,
}

#[derive(Debug)]
struct Told {
    phase: Phase,
    /// The arguments as text, as far as they were told.
    written: String,
    input: Option<Value>,
    progress: Option<Value>,
    asked: Option<ApprovalId>,
}

impl Tools {
    pub fn new(version: Version) -> Self {
        Self { version, told: BTreeMap::new() }
    }

    /// Notes how the page shows a call.
    pub fn hold(&mut self, call: &str, Held { phase, input }: Held) {
        if let Ok(id) = ToolCallId::parse(call) {
            self.told.insert(id, Told { phase, written: String::new(), input, progress: None, asked: None });
        }
    }

    /// Whether anything was told of this call.
    pub fn knows(&self, call: &ToolCall) -> bool {
        self.told.contains_key(&call.tool_call)
    }

    /// What was told is void.
    pub fn forget(&mut self) {
        self.told.clear();
    }

    /// Whether nothing goes on before people have decided.
    pub fn wait_for_people(&self) -> bool {
        let mut phases = self.told.values().map(|told| told.phase);
        phases.clone().any(|phase| phase == Phase::Asked)
            && phases.all(|phase| matches!(phase, Phase::Asked | Phase::Over))
    }

    /// Ends every call that has not ended.
    pub fn give_up(&mut self, chunks: &mut Vec<Chunk>) {
        for (id, told) in self.told.iter_mut().filter(|(_, told)| told.phase != Phase::Over) {
            told.phase = Phase::Over;
            chunks.push(failed(id, ToolState::Abandoned, None));
        }
    }

    /// Tells what is new of a call.
    pub fn tell(&mut self, call: &ToolCall, approvals: &[Approval], is_late: bool, chunks: &mut Vec<Chunk>) {
        let approval = approvals.iter().rfind(|approval| {
            is_about_tool(approval) && approval.ask.tool_call.as_ref() == Some(&call.tool_call)
        });
        let version = self.version;
        let told = self.told.entry(call.tool_call.clone()).or_insert_with(|| {
            chunks.push(Chunk::ToolInputStart { tool: tool(call), ours: OURS });
            Told { phase: Phase::Written, written: String::new(), input: None, progress: None, asked: None }
        });
        if told.phase == Phase::Over {
            return;
        }
        told.tell_arguments(call, chunks);
        if version.knows_approvals() {
            told.tell_approval(version, call, approval, chunks);
        }
        match call.state {
            state if state.is_final() => told.tell_end(version, call, chunks),
            ToolState::Running if !is_late => told.tell_progress(call, chunks),
            _ => {}
        }
    }
}

impl Told {
    /// The arguments while they are written, then whole; whole once more when they changed, or when the call goes on after
    /// people were asked.
    fn tell_arguments(&mut self, call: &ToolCall, chunks: &mut Vec<Chunk>) {
        let text = call.arguments_text.as_deref().unwrap_or_default();
        if self.phase == Phase::Written
            && let Some(new) = text.strip_prefix(&*self.written).filter(|new| !new.is_empty())
        {
            let (tool_call_id, input_text_delta) = (call.tool_call.clone(), new.to_owned());
            chunks.push(Chunk::ToolInputDelta { tool_call_id, input_text_delta });
            text.clone_into(&mut self.written);
        }
        let is_whole = call.state != ToolState::Pending || (text.is_empty() && !call.arguments.is_null());
        let goes_on =
            call.state == ToolState::Running && matches!(self.phase, Phase::Asked | Phase::Answered);
        let has_changed = self.input.as_ref() != Some(&call.arguments);
        if is_whole && (has_changed || goes_on || self.phase == Phase::Written) {
            chunks.push(Chunk::ToolInputAvailable {
                tool: tool(call),
                input: call.arguments.clone(),
                ours: OURS,
            });
            self.input = Some(call.arguments.clone());
            self.phase = Phase::Ready;
        }
    }

    fn tell_approval(
        &mut self,
        version: Version,
        call: &ToolCall,
        approval: Option<&Approval>,
        chunks: &mut Vec<Chunk>,
    ) {
        let Some(approval) = approval else { return };
        let is_open = approval.decision.is_none();
        if is_open && self.asked.as_ref() != Some(&approval.approval) {
            if matches!(self.phase, Phase::Written | Phase::Ready) {
                self.ask(call, approval, chunks);
            }
            self.asked = Some(approval.approval.clone());
        } else if let Some(decision) = &approval.decision
            && self.phase == Phase::Asked
            && version.knows_decisions()
            && decision.cause != DecisionCause::Withdrawn
        {
            chunks.push(decided(&approval.approval, decision));
            self.phase = Phase::Answered;
        }
    }

    fn ask(&mut self, call: &ToolCall, approval: &Approval, chunks: &mut Vec<Chunk>) {
        if self.phase == Phase::Written {
            let input = approval.ask.arguments.clone().unwrap_or_else(|| call.arguments.clone());
            chunks.push(Chunk::ToolInputAvailable { tool: tool(call), input: input.clone(), ours: OURS });
            self.input = Some(input);
        }
        chunks.push(Chunk::ToolApprovalRequest {
            approval_id: approval.approval.clone(),
            tool_call_id: call.tool_call.clone(),
            reason: Some(approval.ask.prompt.clone()),
        });
        self.phase = Phase::Asked;
    }

    fn tell_progress(&mut self, call: &ToolCall, chunks: &mut Vec<Chunk>) {
        let mut output = Map::new();
        if let Some(progress) =
            call.progress.as_ref().and_then(|progress| serde_json::to_value(progress).ok())
        {
            output.insert("progress".to_owned(), progress);
        }
        if !call.output.is_empty() {
            output.insert("output".to_owned(), end_of(&call.output).into());
        }
        let progress = Value::Object(output);
        if progress == Value::Object(Map::new()) || self.progress.as_ref() == Some(&progress) {
            return;
        }
        self.progress = Some(progress.clone());
        let tool_call_id = call.tool_call.clone();
        chunks.push(Chunk::ToolOutputAvailable {
            tool_call_id,
            output: progress,
            preliminary: true,
            ours: OURS,
        });
    }

    fn tell_end(&mut self, version: Version, call: &ToolCall, chunks: &mut Vec<Chunk>) {
        match call.state {
            ToolState::Completed => {
                let output = match &call.result {
                    Some(result) => result.clone(),
                    None if call.output.is_empty() => Value::Null,
                    None => call.output.clone().into(),
                };
                let tool_call_id = call.tool_call.clone();
                chunks.push(Chunk::ToolOutputAvailable {
                    tool_call_id,
                    output,
                    preliminary: false,
                    ours: OURS,
                });
            }
            ToolState::Denied if version.knows_approvals() => self.tell_denied(version, call, chunks),
            state => chunks.push(failed(&call.tool_call, state, call.error.as_deref())),
        }
        self.phase = Phase::Over;
    }

    /// A no has to stand beside what it was said to, also for a page that comes later.
    fn tell_denied(&self, version: Version, call: &ToolCall, chunks: &mut Vec<Chunk>) {
        let tool_call_id = call.tool_call.clone();
        if let Some(approval_id) = call.approval.clone()
            && matches!(self.phase, Phase::Written | Phase::Ready)
        {
            let (id, reason) = (tool_call_id.clone(), None);
            chunks.push(Chunk::ToolApprovalRequest {
                approval_id: approval_id.clone(),
                tool_call_id: id,
                reason,
            });
            if version.knows_decisions() {
                let reason = call.error.clone();
                chunks.push(Chunk::ToolApprovalResponse { approval_id, approved: false, reason });
            }
        }
        chunks.push(Chunk::ToolOutputDenied { tool_call_id });
    }
}

fn tool(call: &ToolCall) -> Tool {
    Tool { tool_call_id: call.tool_call.clone(), tool_name: call.name.clone(), title: call.title.clone() }
}

fn decided(approval_id: &ApprovalId, decision: &Decision) -> Chunk {
    Chunk::ToolApprovalResponse {
        approval_id: approval_id.clone(),
        approved: decision.action == DecisionAction::Approve,
        reason: decision.reason.clone(),
    }
}

/// A call that ended without a result.
fn failed(id: &ToolCallId, state: ToolState, error: Option<&str>) -> Chunk {
    let words = match state {
        ToolState::Cancelled => "the tool was stopped",
        ToolState::TimedOut => "the tool took too long",
        ToolState::Denied => "the tool was not allowed",
        ToolState::Abandoned => "the agent ended before the tool did",
        _ => "the tool failed",
    };
    let error_text = error.filter(|error| !error.is_empty()).unwrap_or(words).to_owned();
    let provider_metadata = About { antiphon: Outcome { state } };
    Chunk::ToolOutputError { tool_call_id: id.clone(), error_text, provider_metadata, ours: OURS }
}

/// The end of what a tool has printed so far.
fn end_of(output: &str) -> &str {
    let from = output.len().saturating_sub(LIVE_OUTPUT_BYTES);
    let from = (from..output.len()).find(|at| output.is_char_boundary(*at)).unwrap_or(from);
    output.get(from..).unwrap_or_default()
}
