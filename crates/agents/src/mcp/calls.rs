//! The calls at work on one connection: whom the server means when it says something beside its answers.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;
use rmcp::{
    model::{ProgressNotificationParam, ProgressToken, RequestId},
    service::InboundStreamOrigin,
};
use tokio::sync::{mpsc, oneshot, watch};

use super::listener::{Answer, Progress, Question};

/// Most questions of one call that wait to be asked; more are answered as if nobody were there.
const WAITING_QUESTIONS: usize = 4;
/// Most lines of output that wait to be shown; a server that logs faster than they can be shown loses some.
const WAITING_LINES: usize = 64;
/// Longest line, and longest word of progress, that is passed on.
const LINE_BYTES: usize = 2_000;

/// The calls at work, in the order of their beginning.
#[derive(Debug, Default)]
pub(super) struct Calls(Mutex<AtWork>);

#[derive(Debug, Default)]
struct AtWork {
    ears: BTreeMap<u64, Ear>,
    next: u64,
}

/// How one call is reached.
#[derive(Debug)]
struct Ear {
    /// On whose behalf it was made. Questions of one run are never asked in another's room.
    scope: Arc<str>,
    /// Set once its request is sent.
    request: Option<(RequestId, ProgressToken)>,
    /// The highest progress so far, and what it was said with.
    progress: watch::Sender<(f64, Option<Progress>)>,
    questions: mpsc::Sender<Asked>,
    lines: mpsc::Sender<String>,
}

/// A question that waits for its answer. Whoever asked may have gone.
pub(super) struct Asked {
    pub question: Question,
    pub answer: oneshot::Sender<Answer>,
}

/// What a call hears. Dropped, it hears nothing more.
pub(super) struct Hearing<'a> {
    calls: &'a Calls,
    key: u64,
    pub progress: watch::Receiver<(f64, Option<Progress>)>,
    pub questions: mpsc::Receiver<Asked>,
    pub lines: mpsc::Receiver<String>,
}

impl Calls {
    /// A call begins. Before its request is sent, so that nothing is missed.
    pub fn begin(&self, scope: Arc<str>) -> Hearing<'_> {
        let (progress, hear_progress) = watch::channel((f64::NEG_INFINITY, None));
        let (questions, hear_questions) = mpsc::channel(WAITING_QUESTIONS);
        let (lines, hear_lines) = mpsc::channel(WAITING_LINES);
        let mut work = self.0.lock();
        let key = work.next;
        work.next += 1;
        work.ears.insert(key, Ear { scope, request: None, progress, questions, lines });
        Hearing { calls: self, key, progress: hear_progress, questions: hear_questions, lines: hear_lines }
    }

    /// The server says how far it is. It comes in any order, and for calls that are long over.
    pub fn progress(&self, said: ProgressNotificationParam) {
        let ProgressNotificationParam { progress_token, progress, total, message, .. } = said;
        let work = self.0.lock();
        let is_meant = |ear: &&Ear| ear.request.as_ref().is_some_and(|(_, token)| *token == progress_token);
        let Some(ear) = work.ears.values().find(is_meant) else { return };
        let fraction = total.filter(|total| *total > 0.0).map(|total| (progress / total).clamp(0.0, 1.0));
        let fraction = fraction.filter(|fraction| fraction.is_finite());
        ear.progress.send_if_modified(|(highest, latest)| {
            let is_news = progress >= *highest;
            if is_news {
                (*highest, *latest) = (progress, Some(Progress { fraction, message: message.map(shorten) }));
            }
            is_news
        });
    }

    /// The server logs something. It does not say on whose behalf, so it counts only for a call that is alone.
    pub fn log(&self, line: String) {
        let work = self.0.lock();
        let mut ears = work.ears.values();
        if let (Some(ear), None) = (ears.next(), ears.next()) {
            // What finds no room is left out.
            let _ = ear.lines.try_send(shorten(line));
        }
    }

    /// The server asks something. Through pipes it does not say for which call; if calls of several runs are at work,
    /// nobody can be asked.
    pub fn ask(
        &self,
        origin: Option<&InboundStreamOrigin>,
        question: Question,
    ) -> Option<oneshot::Receiver<Answer>> {
        let (answer, answered) = oneshot::channel();
        let work = self.0.lock();
        let named = match origin {
            Some(InboundStreamOrigin::OutboundRequest(id)) => {
                work.ears.values().find(|ear| ear.request.as_ref().is_some_and(|(request, _)| request == id))
            }
            _ => None,
        };
        let ear = named.or_else(|| {
            let newest = work.ears.values().next_back()?;
            work.ears.values().all(|ear| ear.scope == newest.scope).then_some(newest)
        })?;
        ear.questions.try_send(Asked { question, answer }).ok()?;
        Some(answered)
    }
}

impl Hearing<'_> {
    /// The request of this call was sent.
    pub fn sent(&self, request: RequestId, token: ProgressToken) {
        if let Some(ear) = self.calls.0.lock().ears.get_mut(&self.key) {
            ear.request = Some((request, token));
        }
    }
}

impl Drop for Hearing<'_> {
    fn drop(&mut self) {
        self.calls.0.lock().ears.remove(&self.key);
    }
}

fn shorten(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(LINE_BYTES));
    text
}

#[cfg(test)]
mod tests;
