//! Unguessable strings, and fingerprints of strings that must not be kept.

use sha2::{Digest, Sha256};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `length` random characters of 5.95 bits each: 22 of them exceed 128 bits.
pub(crate) fn base62(length: usize) -> String {
    let mut text = String::with_capacity(length);
    let mut bytes = [0_u8; 64];
    while text.len() < length {
        fill(&mut bytes);
        // Two high bits dropped, then 62 and 63: every character is equally likely.
        let picked = bytes.iter().filter_map(|byte| BASE62.get(usize::from(byte & 0x3f)));
        text.extend(picked.take(length - text.len()).map(|&byte| char::from(byte)));
    }
    text
}

/// Random bytes from the operating system.
pub(crate) fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system always has random bytes to give");
}

/// SHA-256 of a token or ticket: finds it again without keeping it in memory.
pub(crate) fn fingerprint(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
