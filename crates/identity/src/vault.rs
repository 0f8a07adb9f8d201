//! The vault: closes up secrets of others (the keys of bots, say) before they are stored. Its key is not in the database, so a
//! copy of that alone opens nothing.

use std::{fmt, path::Path};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::{error::ConfigError, key_file::KeyFile, random};

/// Name of the key's file in the data directory. Without it, what was sealed is lost.
pub const VAULT_KEY_FILE: &str = "vault.key";

/// What comes before the nonce: the way in which it was sealed.
const VERSION: u8 = 1;

/// Characters of a token: more than 256 bits.
const TOKEN_CHARS: usize = 43;

/// Closes things up and opens them again.
pub struct Vault(LessSafeKey);

/// What was sealed cannot be opened: by another key, as something else, or changed since. Or there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was sealed cannot be opened with this server's key")]
pub struct VaultError;

impl Vault {
    /// The vault with the key of this file, or with that of the data directory, which is made if there is none.
    ///
    /// # Errors
    /// Names the file, and what is wrong with it.
    pub fn open(key_file: Option<&Path>, data_dir: &Path) -> Result<Self, ConfigError> {
        let file = KeyFile { setting: "vault_key_file", loss: "loses the secrets of all registered bots" };
        let key = match key_file {
            Some(path) => file.read(path)?,
            None => file.read_or_create(&data_dir.join(VAULT_KEY_FILE))?,
        };
        let key = UnboundKey::new(&AES_256_GCM, &key).expect("a key of the algorithm's own length");
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Closes something up. It can be opened only as what it is about.
    ///
    /// # Errors
    /// It is too large for the algorithm, which nothing is.
    pub fn seal(&self, about: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        // Random, and never twice with any likelihood: a server seals some thousands of things in its life.
        let mut nonce = [0; NONCE_LEN];
        random::fill(&mut nonce);
        let mut text = plain.to_vec();
        let sealed = Nonce::assume_unique_for_key(nonce);
        self.0.seal_in_place_append_tag(sealed, Aad::from(about), &mut text).map_err(|_| VaultError)?;
        let mut whole = vec![VERSION];
        whole.extend(nonce);
        whole.extend(text);
        Ok(whole)
    }

    /// Opens what was sealed.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn unseal(&self, about: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (version, rest) = sealed.split_first().ok_or(VaultError)?;
        let (nonce, text) = rest.split_at_checked(NONCE_LEN).ok_or(VaultError)?;
        if *version != VERSION {
            return Err(VaultError);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError)?;
        let mut text = text.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(about), &mut text).map_err(|_| VaultError)?;
        Ok(plain.to_vec())
    }

    /// A token that nobody can guess, without dots: it cannot be taken for one of an identity provider.
    pub fn token(&self) -> String {
        format!("abt_{}", random::base62(TOKEN_CHARS))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}
