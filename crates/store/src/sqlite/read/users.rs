//! Users and bots.

use antiphon_protocol::{Bot, User, UserId};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::sqlite::codec::{id, json, of_word};

pub(crate) fn user(sql: &Connection, user: &UserId) -> rusqlite::Result<Option<User>> {
    let query = "SELECT id, kind, name, avatar FROM users WHERE id = ?1";
    sql.prepare_cached(query)?.query_row([user.as_str()], from_row).optional()
}

pub(crate) fn bots(sql: &Connection) -> rusqlite::Result<Vec<Bot>> {
    let query = "SELECT u.id, u.kind, u.name, u.avatar, b.bot FROM bots b JOIN users u ON u.id = b.user \
                 ORDER BY b.user";
    let mut statement = sql.prepare_cached(query)?;
    let bots = statement.query_map([], |row| Ok(Bot { user: from_row(row)?, ..json(row, 4)? }))?;
    bots.collect()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User { id: id(row, 0)?, kind: of_word(row, 1)?, name: row.get(2)?, avatar: row.get(3)? })
}
