//! Who hears what.

use rmcp::model::NumberOrString;
use serde_json::json;

use super::*;

fn token(number: i64) -> ProgressToken {
    ProgressToken(NumberOrString::Number(number))
}

fn begin<'a>(calls: &'a Calls, scope: &str, number: i64) -> Hearing<'a> {
    let hearing = calls.begin(scope.into());
    hearing.sent(RequestId::Number(number), token(number));
    hearing
}

fn question() -> Question {
    Question { message: "Really?".to_owned(), schema: json!({}) }
}

fn heard(hearing: &Hearing<'_>) -> Option<Progress> {
    hearing.progress.borrow().1.clone()
}

/// B8: progress never goes back, whatever order it comes in.
#[test]
fn the_highest_progress_wins() {
    let calls = Calls::default();
    let (one, two) = (begin(&calls, "run", 1), begin(&calls, "run", 2));
    for (progress, total) in [(1.0, 4.0), (3.0, 4.0), (2.0, 4.0)] {
        calls.progress(ProgressNotificationParam::new(token(1), progress).with_total(total));
    }
    assert_eq!(heard(&one).unwrap().fraction, Some(0.75));
    assert_eq!(heard(&two), None);
    calls.progress(ProgressNotificationParam::new(token(2), 7.0).with_message("x".repeat(5_000)));
    let unbounded = heard(&two).unwrap();
    assert_eq!((unbounded.fraction, unbounded.message.unwrap().len()), (None, LINE_BYTES));
    calls.progress(ProgressNotificationParam::new(token(9), 1.0));
}

/// Nobody is asked on behalf of someone else.
#[test]
fn a_question_reaches_the_call_that_it_is_for() {
    let calls = Calls::default();
    assert!(calls.ask(None, question()).is_none());
    let mut one = begin(&calls, "a run", 1);
    let mut two = begin(&calls, "a run", 2);
    assert!(calls.ask(None, question()).is_some());
    assert!(two.questions.try_recv().is_ok());
    let origin = InboundStreamOrigin::OutboundRequest(RequestId::Number(1));
    let mut three = begin(&calls, "another run", 3);
    assert!(calls.ask(None, question()).is_none(), "it could be meant for either");
    assert!(calls.ask(Some(&origin), question()).is_some());
    assert!(one.questions.try_recv().is_ok() && three.questions.try_recv().is_err());
    drop((one, two));
    assert!(calls.ask(None, question()).is_some() && three.questions.try_recv().is_ok());
    let taken = (0..10).map(|_| calls.ask(None, question())).filter(Option::is_some).count();
    assert_eq!(taken, WAITING_QUESTIONS);
}

#[test]
fn only_a_call_that_is_alone_hears_the_log() {
    let calls = Calls::default();
    let mut one = begin(&calls, "run", 1);
    calls.log("alone".to_owned());
    let two = begin(&calls, "run", 2);
    calls.log("whose?".to_owned());
    drop(two);
    assert_eq!(one.lines.try_recv().as_deref(), Ok("alone"));
    assert!(one.lines.try_recv().is_err());
}
