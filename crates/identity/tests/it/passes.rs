//! Passes: this server knows again whom it gave one, also after a restart, and nobody else can use it.

use antiphon_identity::{PASSES_KEY_FILE, Passes};
use tempfile::TempDir;

/// FAULTS 68.
#[test]
fn a_pass_is_known_again_as_its_holders() {
    let directory = TempDir::new().unwrap();
    let passes = Passes::open(directory.path()).unwrap();
    let (name, pass) = passes.give("ada");
    assert_ne!(passes.give("ada").0, name);
    assert_eq!(passes.check("ada", &pass), Some(&*name));
    assert_eq!(passes.check("ben", &pass), None, "a pass does not move to another user");
    let again = Passes::open(directory.path()).unwrap();
    assert_eq!(again.check("ada", &pass), Some(&*name), "a restart finds the key again");
    std::fs::remove_file(directory.path().join(PASSES_KEY_FILE)).unwrap();
    assert_eq!(Passes::open(directory.path()).unwrap().check("ada", &pass), None);
}

#[test]
fn nothing_that_was_changed_is_a_pass() {
    let passes = Passes::open(TempDir::new().unwrap().path()).unwrap();
    let (name, pass) = passes.give("ada");
    for bad in ["", ".", &name, &format!("{name}."), &format!("x{pass}"), &pass[..pass.len() - 1]] {
        assert_eq!(passes.check("ada", bad), None, "{bad}");
    }
    let other = passes.give("ada").1;
    let (_, proof) = other.split_once('.').unwrap();
    assert_eq!(passes.check("ada", &format!("{name}.{proof}")), None);
}
