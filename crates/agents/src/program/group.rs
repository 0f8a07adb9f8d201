//! A process group: a program and whatever it started.

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

/// The group that a program leads. Killed when dropped: not even the end of the runtime leaves it behind.
pub(super) struct Group(Option<Pid>);

impl Group {
    /// The group of a program that was started as the leader of one.
    pub fn of(leader: &Child) -> Self {
        Self(leader.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)))
    }

    /// The number of its leader, which is the group's too; none once it is killed.
    pub fn leader(&self) -> Option<i32> {
        self.0.map(Pid::as_raw_pid)
    }

    /// Asks all of it to end.
    pub fn terminate(&self) {
        self.send(Signal::TERM);
    }

    /// Ends all of it, for the last time: the number may belong to others once it is empty.
    pub fn kill(&mut self) {
        self.send(Signal::KILL);
        self.0 = None;
    }

    fn send(&self, signal: Signal) {
        if let Some(leader) = self.0 {
            // An empty group is what was wanted.
            let _ = kill_process_group(leader, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
