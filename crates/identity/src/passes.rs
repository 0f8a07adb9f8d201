//! Passes: names that this server once gave to somebody, and knows again after a restart as given to them and nobody else.

use std::{fmt, path::Path};

use aws_lc_rs::hmac::{self, HMAC_SHA256, Key};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{error::ConfigError, key_file::KeyFile, random};

/// Name of the key's file in the data directory. Without it, passes that were given count no more.
pub const PASSES_KEY_FILE: &str = "passes.key";

/// Characters of a name: more than 128 bits.
const NAME_CHARS: usize = 22;

/// Gives passes, and knows them again. Keeps nothing about them.
pub struct Passes(Key);

impl Passes {
    /// With the key of the data directory, which is made if there is none.
    ///
    /// # Errors
    /// Names the file, and what is wrong with it.
    pub fn open(data_dir: &Path) -> Result<Self, ConfigError> {
        let file = KeyFile { setting: "data", loss: "lets clients that come back begin anew, once" };
        Ok(Self(Key::new(HMAC_SHA256, &file.read_or_create(&data_dir.join(PASSES_KEY_FILE))?)))
    }

    /// A new name, and the pass that proves that it was given to this subject.
    pub fn give(&self, subject: &str) -> (String, String) {
        let name = random::base62(NAME_CHARS);
        let pass = format!("{name}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, &signed(subject, &name))));
        (name, pass)
    }

    /// The name on a pass, if it is this subject's.
    pub fn check<'a>(&self, subject: &str, pass: &'a str) -> Option<&'a str> {
        let (name, proof) = pass.split_once('.')?;
        let proof = URL_SAFE_NO_PAD.decode(proof).ok()?;
        hmac::verify(&self.0, &signed(subject, name), &proof).ok().map(|()| name)
    }
}

/// The name has no line end, so no two subjects' are written the same.
fn signed(subject: &str, name: &str) -> Vec<u8> {
    format!("{name}\n{subject}").into_bytes()
}

impl fmt::Debug for Passes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passes(…)")
    }
}
