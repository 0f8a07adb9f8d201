//! A wish to stop something has an outcome at the latest when that is over, whoever ends it.

use antiphon_protocol::{CancelOutcome, Cancellation, RunState, ToolState};

/// Whether what is to be stopped is over, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    NotYet,
    /// As it was wished.
    Cancelled,
    Otherwise,
}

impl From<RunState> for End {
    fn from(state: RunState) -> Self {
        match state {
            RunState::Cancelled => Self::Cancelled,
            state if state.is_final() => Self::Otherwise,
            _ => Self::NotYet,
        }
    }
}

impl From<ToolState> for End {
    fn from(state: ToolState) -> Self {
        match state {
            ToolState::Cancelled => Self::Cancelled,
            state if state.is_final() => Self::Otherwise,
            _ => Self::NotYet,
        }
    }
}

/// What the log knows of a wish, with what it is told now. Who asked first is who asked.
pub(super) fn settled(
    known: Option<&Cancellation>,
    told: Option<&Cancellation>,
    end: impl Into<End>,
) -> Option<Cancellation> {
    let first = known.or(told)?;
    let outcome = match (end.into(), told.unwrap_or(first).outcome) {
        (End::NotYet, outcome) => outcome,
        (End::Cancelled, CancelOutcome::Forced) => CancelOutcome::Forced,
        (End::Cancelled, _) => CancelOutcome::Stopped,
        (End::Otherwise, _) => CancelOutcome::TooLate,
    };
    Some(Cancellation { outcome, ..first.clone() })
}
