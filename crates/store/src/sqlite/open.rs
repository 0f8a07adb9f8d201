//! Opening the file: what must be so before anything is read or written.

use std::path::{Path, PathBuf};

use antiphon_protocol::Epoch;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use uuid::Uuid;

use super::{Durability, SqliteOptions, migrate::migrate};
use crate::StoreError;

/// Older versions may corrupt a file in WAL mode that two connections use (fixed in 3.51.3).
const OLDEST_SQLITE: i32 = 3_051_003;

/// Statements kept prepared per connection: more than there are different ones.
const STATEMENTS: usize = 128;

/// Pages of the WAL after which a commit also writes back to the database: 16 MiB, so that a page that many commits
/// touch is written back once.
const WAL_PAGES: u32 = 4_000;

/// A WAL that grew beyond this while a reader held it up is cut back afterwards, in bytes.
const WAL_BYTES: u32 = 64 * 1024 * 1024;

/// Page caches, in KiB: the writer's holds the newest pages of the busy rooms.
const WRITER_CACHE_KIB: u32 = 32 * 1024;
const READER_CACHE_KIB: u32 = 8 * 1024;

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Another server has it open.
    #[error("{} is in use by another server", .0.display())]
    InUse(PathBuf),
    /// Its folder is missing, or it may not be read and written.
    #[error("cannot open {}: {why}", path.display())]
    Unreachable {
        /// Which file.
        path: PathBuf,
        /// What the operating system says.
        why: String,
    },
    /// It was written by a newer server.
    #[error("the database has schema {found}, but this server knows {known}: start the newer server again")]
    NewerSchema {
        /// The file's version.
        found: usize,
        /// The newest version that this server knows.
        known: usize,
    },
    /// It is no database, or one of another program.
    #[error("the file was not made by this server")]
    Foreign,
    /// It is truncated, or its content does not add up.
    #[error("the database is damaged, restore a backup: {0}")]
    Damaged(String),
    /// Another program has it locked.
    #[error("the database is locked by another program")]
    Locked,
    /// The SQLite library is too old to be trusted with it.
    #[error("SQLite {0} can corrupt databases: 3.51.3 or newer is needed")]
    OldSqlite(&'static str),
    /// Anything else.
    #[error("cannot open the database: {0}")]
    Other(String),
}

impl From<rusqlite::Error> for OpenError {
    fn from(fault: rusqlite::Error) -> Self {
        match fault.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(fault.to_string()),
            Some(ErrorCode::NotADatabase) => Self::Foreign,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            _ => Self::Other(fault.to_string()),
        }
    }
}

impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// The connection that writes, with the schema brought up to date, and the log's epoch.
pub(super) fn writer(path: &Path, options: &SqliteOptions) -> Result<(Connection, Epoch), OpenError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(OpenError::OldSqlite(rusqlite::version()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut sql = connect(path, flags, options)?;
    sql.pragma_update(None, "journal_mode", "WAL")?;
    sql.pragma_update(
        None,
        "synchronous",
        if options.durability == Durability::Full { "FULL" } else { "NORMAL" },
    )?;
    // What is deleted is overwritten, and temporary copies never reach a disk.
    sql.pragma_update(None, "secure_delete", true)?;
    sql.pragma_update(None, "temp_store", "MEMORY")?;
    sql.pragma_update(None, "cache_size", -i64::from(WRITER_CACHE_KIB))?;
    sql.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    sql.pragma_update(None, "journal_size_limit", WAL_BYTES)?;
    migrate(&mut sql)?;
    if options.quick_check {
        quick_check(&sql)?;
    }
    if let Some(pages) = options.max_pages {
        sql.pragma_update(None, "max_page_count", pages)?;
    }
    let epoch = epoch(&sql, options.new_epoch)?;
    Ok((sql, epoch))
}

/// A connection that reads.
pub(super) fn reader(path: &Path, options: &SqliteOptions) -> Result<Connection, OpenError> {
    let sql = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, options)?;
    sql.pragma_update(None, "temp_store", "MEMORY")?;
    sql.pragma_update(None, "cache_size", -i64::from(READER_CACHE_KIB))?;
    Ok(sql)
}

fn connect(path: &Path, flags: OpenFlags, options: &SqliteOptions) -> Result<Connection, OpenError> {
    let sql = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|fault| OpenError::Unreachable { path: path.to_owned(), why: fault.to_string() })?;
    sql.busy_timeout(options.busy_timeout)?;
    sql.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(sql)
}

fn quick_check(sql: &Connection) -> Result<(), OpenError> {
    let verdict: String = sql.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(OpenError::Damaged(verdict)) }
}

fn epoch(sql: &Connection, renew: bool) -> Result<Epoch, OpenError> {
    let mint = Epoch::from(Uuid::now_v7());
    let keep = "INSERT INTO meta (name, value) VALUES ('epoch', ?1) ON CONFLICT (name) DO ";
    let conflict = if renew { "UPDATE SET value = excluded.value" } else { "NOTHING" };
    sql.execute(&format!("{keep}{conflict}"), [mint.as_str()])?;
    let text: String = sql.query_row("SELECT value FROM meta WHERE name = 'epoch'", [], |row| row.get(0))?;
    Epoch::parse(&text).map_err(|fault| OpenError::Damaged(format!("epoch: {fault}")))
}
