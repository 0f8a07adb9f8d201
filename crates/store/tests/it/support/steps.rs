//! Steps of runs, named by the state that they lead to.

use antiphon_protocol::{Activity, Ending, RunState, RunStep};

/// The step that leads to a state.
pub fn step_to(state: RunState) -> RunStep {
    match state {
        RunState::Queued => RunStep::Retry,
        RunState::Processing => RunStep::Begin,
        RunState::Thinking => RunStep::Act(Activity::Thinking),
        RunState::Executing => RunStep::Act(Activity::Executing),
        RunState::WaitingApproval => unreachable!("a run comes there by asking"),
        RunState::Completed => RunStep::End(Ending::Completed),
        RunState::Failed => RunStep::End(Ending::Failed),
        RunState::Cancelled => RunStep::End(Ending::Cancelled),
        RunState::TimedOut => RunStep::End(Ending::TimedOut),
        RunState::Interrupted => RunStep::End(Ending::Interrupted),
    }
}
