//! A client's view of a room, folded from entries by the rules of the protocol.

use super::step_to;
use std::collections::BTreeMap;

use antiphon_protocol::{
    Activity, Approval, ApprovalId, Entry, EntryBody, Mark, Member, Message, MessageId, Reaction, Room, Run,
    RunId, RunState, ToolCallId, ToolState, UserId,
};

/// A room as entries tell it.
#[derive(Debug, Default, PartialEq)]
pub struct Fold {
    /// Position of the last entry.
    pub head: u64,
    /// Number of countable messages.
    pub ordinal: u64,
    /// The room.
    pub info: Option<Room>,
    /// Who is in it.
    pub members: BTreeMap<UserId, Member>,
    /// What was said.
    pub messages: BTreeMap<MessageId, Message>,
    /// What bots did.
    pub runs: BTreeMap<RunId, Run>,
    /// How far their tools are.
    pub tools: BTreeMap<ToolCallId, ToolState>,
    /// What they asked people to decide.
    pub approvals: BTreeMap<ApprovalId, Approval>,
    /// In which order runs were queued.
    pub queued: Vec<RunId>,
    /// In which order was asked.
    pub asked: Vec<ApprovalId>,
}

impl Fold {
    /// Applies entries in the order of their positions.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut fold = Self::default();
        for entry in entries {
            fold.apply(entry);
        }
        fold
    }

    /// Applies the next entry.
    pub fn apply(&mut self, entry: &Entry) {
        assert_eq!(entry.seq, self.head + 1, "a hole or a repeat");
        self.head = entry.seq;
        match &entry.body {
            EntryBody::Message { message } => {
                self.ordinal += 1;
                assert_eq!(message.ordinal, self.ordinal);
                self.show(message);
                if let Some(run) = message.run.as_ref().and_then(|run| self.runs.get_mut(run)) {
                    run.answer = Some(message.id.clone());
                }
            }
            EntryBody::MessageCompleted { message, .. } => {
                self.show(message.as_ref().expect("with its message"))
            }
            EntryBody::MessageEdited { message } | EntryBody::MessageMarked { message, .. } => {
                self.show(message)
            }
            EntryBody::MessageDeleted { message_id } => {
                self.change(message_id, entry, |message| {
                    message.parts.clear();
                    message.visible_to.clear();
                    message.reactions.clear();
                    message.set_mark(Mark::Pinned, None);
                    message.set_mark(Mark::Hidden, None);
                    message.deleted_at = Some(entry.at);
                });
            }
            EntryBody::Reaction { message_id, emoji, active } => {
                self.change(message_id, entry, |message| {
                    react(&mut message.reactions, emoji, *active, &entry.by)
                });
            }
            EntryBody::MemberJoined { member } | EntryBody::MemberChanged { member } => {
                self.members.insert(member.user.clone(), member.clone());
            }
            EntryBody::MemberLeft { user } => {
                self.members.remove(user).expect("only members leave");
            }
            EntryBody::RoomChanged { info } => self.info = Some(info.clone()),
            EntryBody::RunChanged(run) => self.run(run),
            EntryBody::ToolChanged { tool_call, state, .. } => {
                if let Some(before) = self.tools.insert(tool_call.clone(), *state) {
                    assert!(!before.is_final(), "{tool_call} ended twice");
                    assert!(before == *state || before.may_become(*state), "{before:?} became {state:?}");
                }
            }
            EntryBody::ApprovalRequested { approval } => {
                assert_eq!(approval.decision, None, "the answer is told when it is given");
                let before = self.approvals.insert(approval.approval.clone(), (**approval).clone());
                assert!(before.is_none(), "{} was asked twice", approval.approval);
                self.asked.push(approval.approval.clone());
            }
            EntryBody::ApprovalDecided { approval, run, decision } => {
                let asked = self.approvals.get_mut(approval).expect("it was asked before");
                assert_eq!((&asked.run, &asked.decision), (run, &None), "{approval} was decided twice");
                asked.decision = Some((**decision).clone());
            }
            EntryBody::BotStatus { .. } => {}
        }
    }

    /// A run moves as the rules say, and asks nothing when nobody works on it.
    fn run(&mut self, run: &Run) {
        let awaited =
            |run: &Run| self.approvals.values().any(|asked| asked.run == run.run && asked.decision.is_none());
        assert!(run.state.is_active() || !awaited(run), "{} is over, and what it asks is open", run.run);
        if let Some(before) = self.runs.insert(run.run.clone(), run.clone()) {
            let moved = leads(before.state, run.state);
            let same = before.state == run.state && !run.state.is_final();
            assert!(moved || same, "{:?} became {:?}", before.state, run.state);
        } else {
            self.queued.push(run.run.clone());
        }
    }

    /// A message that is shown in a state older than the one that is known changes nothing.
    fn show(&mut self, shown: &Message) {
        let newer = self.messages.get(&shown.id).is_none_or(|known| shown.rev >= known.rev);
        if newer {
            self.messages.insert(shown.id.clone(), shown.clone());
        }
    }

    /// A message that was shown in a state after this entry holds the change already.
    fn change(&mut self, id: &MessageId, entry: &Entry, change: impl FnOnce(&mut Message)) {
        let message = self.messages.get_mut(id).expect("the message was said before");
        if entry.seq > message.rev {
            message.rev = entry.seq;
            change(message);
        }
    }
}

/// Whether there is a way from one state of a run to another: a step, a question, or the answer to the last one.
fn leads(from: RunState, to: RunState) -> bool {
    let answered = [Activity::Thinking, Activity::Executing].map(|resumed| from.answered(resumed));
    match to {
        RunState::WaitingApproval => from.asking() == Some(to),
        _ => from.after(step_to(to)) == Some(to) || answered.contains(&Some(to)),
    }
}

fn react(reactions: &mut Vec<Reaction>, emoji: &str, active: bool, by: &UserId) {
    let at = reactions.iter().position(|reaction| reaction.emoji == emoji);
    match (at, active) {
        (None, true) => {
            reactions.push(Reaction { emoji: emoji.to_owned(), count: 1, users: vec![by.clone()] });
        }
        (Some(at), true) => {
            reactions[at].count += 1;
            reactions[at].users.push(by.clone());
        }
        (Some(at), false) => {
            reactions[at].count -= 1;
            reactions[at].users.retain(|user| user != by);
            reactions.retain(|reaction| reaction.count > 0);
        }
        (None, false) => panic!("{emoji} was taken away, but nobody had put it there"),
    }
}
