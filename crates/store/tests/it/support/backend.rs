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
    path: PathBuf,
    /// Nothing if the file is another's.
    _folder: Option<TempDir>,
    /// How the file is opened.
    pub options: SqliteOptions,
}

impl Sqlite {
    /// An empty folder.
    pub fn fresh() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("antiphon.db");
        Self { path, _folder: Some(folder), options: SqliteOptions::default() }
    }

    /// A file that outlives this.
    pub fn at(path: &str) -> Self {
        Self { path: path.into(), _folder: None, options: SqliteOptions::default() }
    }

    /// Where the file is.
    pub fn path(&self) -> PathBuf {
        self.path.clone()
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
