//! The schema's versions: numbered SQL files, each carried out once and as a whole.

use rusqlite::Connection;

use super::OpenError;

/// Each file brings the schema to the version that is its index plus one. Never changed once released, only added to.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_initial.sql"),
    include_str!("migrations/0002_agents.sql"),
    include_str!("migrations/0003_bots.sql"),
    include_str!("migrations/0004_visibility.sql"),
    include_str!("migrations/0005_attempts.sql"),
    include_str!("migrations/0006_waiting.sql"),
    include_str!("migrations/0007_grants.sql"),
    include_str!("migrations/0008_marks.sql"),
    include_str!("migrations/0009_wishes.sql"),
    include_str!("migrations/0010_deleted_rooms.sql"),
];

/// `PRAGMA application_id` of our files: "anti" in ASCII.
const APPLICATION_ID: i32 = 0x616e_7469;

/// Brings the schema to the newest version. A migration and its number commit together, so an interrupted one leaves
/// the older schema, and the next start carries on from there.
pub(super) fn migrate(sql: &mut Connection) -> Result<(), OpenError> {
    let known = MIGRATIONS.len();
    let found = version(sql)?;
    if found > known {
        return Err(OpenError::NewerSchema { found, known });
    }
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(found) {
        let transaction = sql.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", index + 1)?;
        transaction.commit()?;
        tracing::info!(version = index + 1, "migrated the database");
    }
    Ok(())
}

/// The schema's version; 0 for an empty file. A file that another program made is refused.
fn version(sql: &Connection) -> Result<usize, OpenError> {
    let application: i32 = sql.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: usize = sql.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(0);
    }
    if application != APPLICATION_ID {
        return Err(OpenError::Foreign);
    }
    Ok(sql.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
