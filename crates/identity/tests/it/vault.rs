//! The vault: what is sealed can be opened by the same key as the same thing, and by nobody else.

use std::fs;

use antiphon_identity::{VAULT_KEY_FILE, Vault};
use tempfile::TempDir;

#[test]
fn what_is_sealed_is_opened_as_what_it_is_about() {
    let directory = TempDir::new().unwrap();
    let vault = Vault::open(None, directory.path()).unwrap();
    let sealed = vault.seal("helper", b"sk-SECRET").unwrap();
    assert!(!sealed.windows(6).any(|window| window == b"SECRET"));
    assert_ne!(sealed, vault.seal("helper", b"sk-SECRET").unwrap(), "the same secret twice looks different");
    assert_eq!(vault.unseal("helper", &sealed).unwrap(), b"sk-SECRET");
    assert!(vault.unseal("other", &sealed).is_err(), "a secret does not move to another bot");
    // A restart finds the key again.
    let again = Vault::open(None, directory.path()).unwrap();
    assert_eq!(again.unseal("helper", &sealed).unwrap(), b"sk-SECRET");
    let other = Vault::open(None, TempDir::new().unwrap().path()).unwrap();
    assert!(other.unseal("helper", &sealed).is_err());
}

#[test]
fn nothing_that_was_changed_is_opened() {
    let directory = TempDir::new().unwrap();
    let vault = Vault::open(None, directory.path()).unwrap();
    let sealed = vault.seal("helper", b"sk-SECRET").unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(vault.unseal("helper", &changed).is_err(), "byte {at} may be changed");
        assert!(vault.unseal("helper", &sealed[..at]).is_err());
    }
}

/// FAULTS: a key that others can read is none.
#[cfg(unix)]
#[test]
fn the_key_is_the_servers_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = TempDir::new().unwrap();
    Vault::open(None, directory.path()).unwrap();
    let path = directory.path().join(VAULT_KEY_FILE);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(Vault::open(Some(&path), directory.path()).is_err());
    let missing = directory.path().join("nowhere");
    let fault = Vault::open(Some(&missing), directory.path()).unwrap_err().to_string();
    assert!(fault.contains("vault_key_file") && fault.contains("nowhere"), "{fault}");
}
