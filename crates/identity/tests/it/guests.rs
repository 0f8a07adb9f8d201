//! Guests: signed in by name, recognised again, never anybody else.

use antiphon_identity::{AuthError, GuestIssuer, Guests, IdentityConfig, KEY_FILE, Kind, NameFault};
use serde_json::json;

use crate::support::{Door, TestClock, claims_with, config_of, hs256, secret_provider};

const DAY_S: u64 = 24 * 60 * 60;

fn first_run() -> Door {
    Door::new(IdentityConfig::default())
}

#[tokio::test]
async fn on_a_first_run_a_name_is_enough() {
    let door = first_run();
    let guest =
        door.authenticator.guests().expect("guests are on").issue("  Ada  Lovelace ").expect("a name");
    let who = door.authenticator.verify(&guest.token).await.expect("a guest's token");
    assert_eq!(who, guest.identity);
    assert_eq!(who.kind, Kind::Guest);
    assert_eq!(who.name.as_deref(), Some("Ada Lovelace"));
    assert!(who.subject.starts_with("guest_") && who.subject.len() == 28, "{}", who.subject);
    assert!(!format!("{guest:?}").contains(&guest.token), "a token is never shown");
}

#[tokio::test]
async fn guests_are_recognised_after_a_restart_and_not_elsewhere() {
    let door = first_run();
    let guest = door.authenticator.guests().expect("guests").issue("Ada").expect("a name");
    let again = GuestIssuer::open(door.data_dir.path(), 60, door.clock.shared()).expect("the same key");
    assert_eq!(again.refresh(&guest.token).expect("known").identity.subject, guest.identity.subject);
    assert_eq!(first_run().code(&guest.token).await, Err("token_refused"), "another data directory");
}

#[tokio::test]
async fn a_refresh_prolongs_the_same_guest_and_only_while_the_token_holds() {
    let door = first_run();
    let guests = door.authenticator.guests().expect("guests");
    let first = guests.issue("Ada").expect("a name");
    door.clock.advance(29 * DAY_S);
    let second = guests.refresh(&first.token).expect("still valid");
    assert_eq!(second.identity.subject, first.identity.subject);
    assert_eq!(second.identity.name, first.identity.name);
    door.clock.advance(DAY_S + 60);
    assert_eq!(door.code(&first.token).await, Err("token_expired"));
    assert_eq!(guests.refresh(&first.token).map(|_| ()), Err(AuthError::TokenExpired));
    assert_eq!(door.code(&second.token).await, Ok(first.identity.subject));
}

#[tokio::test]
async fn guests_are_off_as_soon_as_a_provider_is_configured_unless_asked_for() {
    let outside = first_run();
    let guest = outside.authenticator.guests().expect("guests").issue("Ada").expect("a name");

    let closed = Door::new(IdentityConfig { guests: Guests::Auto, ..config_of(secret_provider()) });
    assert_eq!(closed.authenticator.guests().map(|_| ()), Err(AuthError::GuestsOff));
    assert_eq!(closed.code(&guest.token).await, Err("token_refused"));
    assert!(!closed.data_dir.path().join(KEY_FILE).exists(), "no key without a use");

    let open = Door::new(IdentityConfig { guests: Guests::On, ..config_of(secret_provider()) });
    let guest = open.authenticator.guests().expect("guests").issue("Ada").expect("a name");
    assert_eq!(open.code(&guest.token).await, Ok(guest.identity.subject));
}

#[tokio::test]
async fn no_provider_can_speak_for_a_guest_or_a_bot() {
    let door = Door::of(secret_provider());
    for subject in ["guest_0123456789", "bot_clerk", "sub_00", "system"] {
        let token = hs256(&claims_with(json!({ "sub": subject })));
        assert_eq!(door.code(&token).await, Err("token_refused"));
    }
}

#[tokio::test]
async fn guests_survive_a_clock_that_is_set_back() {
    let door = first_run();
    door.clock.advance(30);
    let guest = door.authenticator.guests().expect("guests").issue("Ada").expect("a name");
    door.clock.set_back(30);
    assert_eq!(door.code(&guest.token).await, Ok(guest.identity.subject));
}

#[test]
fn guests_are_remembered_for_a_time_that_makes_sense() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for lifetime_s in [0, 59, 32 * DAY_S, u64::MAX] {
        let error = GuestIssuer::open(dir.path(), lifetime_s, TestClock::new().shared());
        assert_eq!(error.expect_err("refused").key(), "guest_lifetime_s");
    }
}

/// FAULTS 52: names that could pass for something else.
#[test]
fn names_are_visible_and_of_one_spelling() {
    let door = first_run();
    let guests = door.authenticator.guests().expect("guests");
    let name = |name: &str| match guests.issue(name) {
        Ok(guest) => Ok(guest.identity.name.expect("guests have names")),
        Err(AuthError::GuestName(fault)) => Err(fault),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(name("Zoe\u{0308}").as_deref(), Ok("Zo\u{EB}"), "NFC");
    assert_eq!(name("李小龍").as_deref(), Ok("李小龍"));
    assert_eq!(name("Ada \u{2764}\u{FE0F}").as_deref(), Ok("Ada \u{2764}"), "emoji are welcome");
    assert_eq!(name(&"x".repeat(64)).as_deref(), Ok("x".repeat(64).as_str()));
    assert_eq!(name(&"x".repeat(65)), Err(NameFault::TooLong));
    assert_eq!(name(" \u{2003} "), Err(NameFault::Empty));
    let hidden = [
        "a\u{0}b",
        "a\nb",
        "\u{200B}",
        "a\u{200D}b",
        "a\u{202E}b",
        "a\u{2066}b",
        "a\u{FEFF}b",
        "\u{3164}",
        "\u{2800}",
        "a\u{AD}b",
        "\u{E000}",
        "a\u{E0041}",
    ];
    for hidden in hidden {
        assert_eq!(name(hidden), Err(NameFault::Invisible), "{hidden:?}");
    }
}

#[cfg(unix)]
#[test]
fn the_key_is_private_from_its_first_moment_and_must_stay_so() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a temporary directory");
    let open = || GuestIssuer::open(dir.path(), 60, TestClock::new().shared());
    open().expect("a first run");
    let path = dir.path().join(KEY_FILE);
    let mode = std::fs::metadata(&path).expect("the key's file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(dir.path()).expect("the directory").count(), 1, "no draft is left");

    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o604)).expect("chmod");
    let error = open().expect_err("everybody could sign as anybody");
    assert!(error.to_string().contains("chmod"), "{error}");

    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("chmod");
    std::fs::write(&path, b"short").expect("a damaged file");
    open().expect_err("not a key");
}

#[test]
fn two_processes_that_start_at_once_end_with_one_key() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let clock = TestClock::new();
    let open = || GuestIssuer::open(dir.path(), 60, clock.shared()).expect("a key");
    let issuers: Vec<GuestIssuer> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        starts.into_iter().map(|start| start.join().expect("no panic")).collect()
    });
    let guest = issuers[0].issue("Ada").expect("a name");
    for issuer in &issuers {
        issuer.refresh(&guest.token).expect("the same key everywhere");
    }
}
