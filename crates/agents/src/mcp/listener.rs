//! What a tool says while it is at work, and who listens.

use async_trait::async_trait;
use serde_json::Value;

/// Listens to one call. Nothing is said to it any more once the call has its outcome.
#[async_trait]
pub trait Listener: Send + Sync {
    /// The tool has come this far. Of what is said in quick succession, the last is passed on.
    fn progress(&self, progress: Progress);

    /// The server logs something while it works on this call alone.
    fn output(&self, line: &str);

    /// The tool asks a person. Dropped when the question is no longer of interest: because the call has ended, or because
    /// the server has withdrawn it.
    async fn ask(&self, question: Question) -> Answer;
}

/// How far a tool is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// From 0 to 1, if the server knows where it ends.
    pub fraction: Option<f64>,
    /// In words.
    pub message: Option<String>,
}

/// Something that a tool asks a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What it wants to know, and why.
    pub message: String,
    /// What an answer holds: the JSON schema of an object with fields of plain types.
    pub schema: Value,
}

/// What the person said.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// This.
    Accept(Value),
    /// No.
    Decline,
    /// Nothing: there was nobody, or no answer in time.
    Cancel,
}
