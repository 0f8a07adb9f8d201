//! Which pages may call: FAULTS 5, 6, 7 and 9.

use antiphon_identity::OriginPolicy;
use antiphon_identity::OriginVerdict::{Allowed, Refused, TokenOnly};
use proptest::prelude::*;

fn policy(public_urls: &[&str], allowed: &[&str]) -> OriginPolicy {
    let owned = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
    OriginPolicy::new(&owned(public_urls), &owned(allowed)).expect("origins")
}

#[test]
fn only_the_exact_origin_is_allowed() {
    let policy = policy(&["https://chat.example.org/app/"], &["https://app.example.org:8443"]);
    let cases = [
        ("https://chat.example.org", Allowed),
        ("https://chat.example.org:443", Allowed),
        ("HTTPS://Chat.Example.ORG", Allowed),
        ("https://app.example.org:8443", Allowed),
        ("https://app.example.org", Refused),
        ("https://app.example.org:8444", Refused),
        ("http://chat.example.org", Refused),
        ("https://chat.example.org:8443", Refused),
        ("https://chat.example.org.", Refused),
        ("https://chat.example.org.evil.example", Refused),
        ("https://evil-chat.example.org", Refused),
        ("https://sub.chat.example.org", Refused),
        ("https://example.org", Refused),
        ("https://chat.example.org@evil.example", Refused),
        ("https://chat.example.org:443@evil.example", Refused),
        ("https://user@chat.example.org", Refused),
        ("https://chat.example.org/", Refused),
        ("https://chat.example.org?x", Refused),
        ("https://chat.example.org#x", Refused),
        ("https://chat.example.org\\.evil.example", Refused),
        ("https://chat.example.org:", Refused),
        ("https://chat.example.org:99999", Refused),
        ("https://chat.example.org:+443", Refused),
        ("https://chat.example.org, https://evil.example", Refused),
        (" https://chat.example.org", Refused),
        ("https://chat.example.org\u{0}", Refused),
        ("https://ch\u{430}t.example.org", Refused),
        ("https:chat.example.org", Refused),
        ("//chat.example.org", Refused),
        ("chat.example.org", Refused),
        ("file://", Refused),
        ("null", Refused),
        ("NULL", Refused),
        ("*", Refused),
        ("", Refused),
    ];
    for (origin, verdict) in cases {
        assert_eq!(policy.check(Some(origin), Some("chat.example.org")), verdict, "{origin:?}");
    }
}

#[test]
fn without_an_origin_only_a_token_counts() {
    assert_eq!(policy(&[], &[]).check(None, Some("localhost:8080")), TokenOnly);
    assert_eq!(policy(&["https://chat.example.org"], &[]).check(None, None), TokenOnly);
}

#[test]
fn a_first_run_serves_the_page_it_serves() {
    let policy = policy(&[], &[]);
    let check = |origin: &str, host: &str| policy.check(Some(origin), Some(host));
    assert_eq!(check("http://localhost:8080", "localhost:8080"), Allowed);
    assert_eq!(check("http://[::1]:8080", "[::1]:8080"), Allowed);
    assert_eq!(check("http://mybox", "MyBox"), Allowed);
    assert_eq!(check("https://mybox", "mybox"), Allowed, "TLS may end in front of us");
    assert_eq!(check("http://127.0.0.1:8080", "localhost:8080"), Refused, "another origin to a browser");
    assert_eq!(check("http://localhost:3000", "localhost:8080"), Refused);
    assert_eq!(check("http://localhost", "localhost:8080"), Refused);
    assert_eq!(check("http://evil.example", "localhost:8080"), Refused);
    assert_eq!(check("ftp://localhost:8080", "localhost:8080"), Refused);
    assert_eq!(policy.check(Some("http://localhost"), None), Refused);
    assert_eq!(check("http://localhost", "user@localhost"), Refused);
}

/// FAULTS 9: once the public URL is known, a foreign Host vouches for nothing.
#[test]
fn a_rebound_name_does_not_vouch_for_itself() {
    let policy = policy(&["https://chat.example.org"], &[]);
    let check = |origin: &str, host: &str| policy.check(Some(origin), Some(host));
    assert_eq!(check("http://evil.example:8080", "evil.example:8080"), Refused);
    assert_eq!(check("http://127.0.0.1.evil.example", "127.0.0.1.evil.example"), Refused);
    assert_eq!(check("http://127.0.0.1:8080", "127.0.0.1:8080"), Allowed, "the operator's own machine");
}

#[test]
fn apps_with_schemes_of_their_own_can_be_listed() {
    let policy = policy(&[], &["capacitor://localhost", "http://[0:0::1]:3000"]);
    assert_eq!(policy.check(Some("capacitor://localhost"), None), Allowed);
    assert_eq!(policy.check(Some("http://[::1]:3000"), None), Allowed);
}

#[test]
fn what_is_no_origin_cannot_be_listed() {
    let entries =
        ["*", "null", "", "https://*.example.org", "example.org", "https://a.example/path", "https://"];
    for entry in entries {
        let error = OriginPolicy::new(&[], &[entry.to_owned()]).expect_err(entry);
        assert_eq!(error.key(), "allowed_origins[0]");
    }
    let error = OriginPolicy::new(&["chat.example.org".to_owned()], &[]).expect_err("no scheme");
    assert_eq!(error.key(), "public_urls[0]");
}

proptest! {
    #[test]
    fn nothing_but_the_listed_origin_is_ever_allowed(origin in "\\PC{0,60}") {
        let policy = policy(&["https://chat.example.org"], &[]);
        let exact = ["https://chat.example.org", "https://chat.example.org:443"];
        let same = exact.iter().any(|exact| exact.eq_ignore_ascii_case(&origin));
        prop_assert_eq!(policy.check(Some(&origin), Some("chat.example.org")) == Allowed, same);
    }
}
