//! Tickets: once, soon, and never more than are kept.

use std::sync::atomic::{AtomicUsize, Ordering};

use antiphon_identity::{AuthError, Identity, Kind, MAX_TICKETS_PER_SUBJECT, TICKET_LIFETIME_S, Tickets};

use crate::support::{NOW, TestClock};

fn ada() -> Identity {
    Identity {
        subject: "ada".into(),
        kind: Kind::Person,
        name: None,
        avatar: None,
        roles: Vec::new(),
        expires_at: NOW + 3600,
        provider: "accounts".into(),
        signed_by: "secret".into(),
    }
}

#[test]
fn a_ticket_is_redeemed_once() {
    let tickets = Tickets::new(TestClock::new().shared());
    let ticket = tickets.issue(ada()).expect("room for one");
    assert_eq!(tickets.redeem("nonsense"), None);
    assert_eq!(tickets.redeem(&ticket), Some(ada()));
    assert_eq!(tickets.redeem(&ticket), None);
}

#[test]
fn a_ticket_lapses() {
    let clock = TestClock::new();
    let tickets = Tickets::new(clock.shared());
    let (early, late) = (tickets.issue(ada()).expect("room"), tickets.issue(ada()).expect("room"));
    clock.advance(TICKET_LIFETIME_S - 1);
    assert!(tickets.redeem(&early).is_some());
    clock.advance(1);
    assert!(tickets.redeem(&late).is_none());
}

/// FAULTS 41: the same ticket from many sockets at the same time.
#[test]
fn of_many_who_redeem_at_once_one_succeeds() {
    let tickets = Tickets::new(TestClock::new().shared());
    for _ in 0..200 {
        let ticket = tickets.issue(ada()).expect("room");
        let admitted = AtomicUsize::new(0);
        let barrier = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    barrier.wait();
                    admitted.fetch_add(usize::from(tickets.redeem(&ticket).is_some()), Ordering::SeqCst);
                });
            }
        });
        assert_eq!(admitted.into_inner(), 1);
    }
}

#[test]
fn outstanding_tickets_are_bounded_and_lapsed_ones_make_room() {
    let clock = TestClock::new();
    let tickets = Tickets::with_capacity(clock.shared(), 3);
    let first = tickets.issue(ada()).expect("room");
    for _ in 0..2 {
        tickets.issue(ada()).expect("room");
    }
    assert_eq!(tickets.issue(ada()), Err(AuthError::TicketsExhausted));
    assert!(tickets.redeem(&first).is_some(), "nobody's ticket was taken away");
    tickets.issue(ada()).expect("the room of the redeemed one");
    clock.advance(TICKET_LIFETIME_S);
    tickets.issue(ada()).expect("the room of the lapsed ones");
    assert_eq!(tickets.outstanding(), 1);
}

/// B16: one subject cannot use up everybody's tickets.
#[test]
fn a_subject_has_a_share_and_others_are_not_disturbed() {
    let clock = TestClock::new();
    let tickets = Tickets::new(clock.shared());
    let first = tickets.issue(ada()).expect("room");
    for _ in 1..MAX_TICKETS_PER_SUBJECT {
        tickets.issue(ada()).expect("room");
    }
    assert_eq!(tickets.issue(ada()), Err(AuthError::TicketsExhausted));
    tickets.issue(Identity { subject: "grace".into(), ..ada() }).expect("another's share");
    assert!(tickets.redeem(&first).is_some());
    tickets.issue(ada()).expect("the place of the redeemed one");
    clock.advance(TICKET_LIFETIME_S);
    for _ in 0..MAX_TICKETS_PER_SUBJECT {
        tickets.issue(ada()).expect("the places of the lapsed ones");
    }
}

#[test]
fn quick_turnover_leaves_nothing_behind() {
    let tickets = Tickets::with_capacity(TestClock::new().shared(), 4);
    for _ in 0..1_000 {
        let ticket = tickets.issue(ada()).expect("room");
        assert!(ticket.len() >= 22 && ticket.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert!(tickets.redeem(&ticket).is_some());
    }
    assert_eq!(tickets.outstanding(), 0);
}
