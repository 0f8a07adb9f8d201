//! Backends under test: each is a place where data stays when the store is closed.

use std::{path::PathBuf, sync::Arc};

use antiphon_store::{
    Store,
    sqlite::{SqliteOptions, SqliteStore},
};
use tempfile::TempDir;

/// Opens stores on the same data.
#[async_trait::async_trait]
pub trait Backend: Send + Sync {
    /// Opens the store, on whatever an earlier one has left.
    async fn open(&self) -> Arc<dyn Store>;
}

/// A SQLite file in a folder that vanishes with the test.
pub struct Sqlite {
    folder: TempDir,
    /// How the file is opened.
    pub options: SqliteOptions,
}

impl Sqlite {
    /// An empty folder.
    pub fn fresh() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder, options: SqliteOptions::default() }
    }

    /// Where the file is.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("antiphon.db")
    }

    /// Opens the store as what it is.
    pub fn store(&self) -> SqliteStore {
        SqliteStore::open(self.path(), &self.options).expect("the store opens")
    }
}

#[async_trait::async_trait]
impl Backend for Sqlite {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(self.store())
    }
}
