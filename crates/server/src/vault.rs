//! The identity part's vault, as the hub wants it.

use antiphon_hub::Vault;
use antiphon_protocol::{Error, ErrorCode};

/// Where the secrets of bots are kept.
pub struct BotVault(pub antiphon_identity::Vault);

fn broken(fault: antiphon_identity::VaultError) -> Error {
    Error::new(ErrorCode::Internal, fault.to_string())
}

impl Vault for BotVault {
    fn seal(&self, about: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.seal(about, plain).map_err(broken)
    }

    fn open(&self, about: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.unseal(about, sealed).map_err(broken)
    }

    fn token(&self) -> Result<String, Error> {
        Ok(self.0.token())
    }
}
