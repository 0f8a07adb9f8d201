//! Signs are put under messages and taken away.

use antiphon_protocol::{EntryBody, Reaction, UserId};
use rusqlite::params;

use super::{Writing, messages::Stored};
use crate::{
    Change, Outcome, StoreError,
    sqlite::{codec::id, fault::Fault},
};

impl Writing<'_> {
    pub(super) fn react(&mut self) -> Result<Outcome, Fault> {
        let Change::React { room, message_id, emoji, active, most, listed } = &self.command.change else {
            unreachable!("only called for this change")
        };
        let counters = self.room(room)?;
        let mut stored = self.earliest(counters.rid, message_id)?;
        stored.check_not_deleted()?;
        if self.has_reacted(&stored, emoji)? == *active {
            return self.written(room);
        }
        let seq = counters.head + 1;
        if *active {
            put(&mut stored.message.reactions, emoji, *most)?;
            let insert = "INSERT INTO reactions (place, emoji, seq, user) VALUES (?1, ?2, ?3, ?4)";
            let row = params![stored.place, emoji, seq, self.command.by.as_str()];
            self.sql.prepare_cached(insert)?.execute(row)?;
        } else {
            take_away(&mut stored.message.reactions, emoji);
            let delete = "DELETE FROM reactions WHERE place = ?1 AND emoji = ?2 AND user = ?3";
            let key = params![stored.place, emoji, self.command.by.as_str()];
            self.sql.prepare_cached(delete)?.execute(key)?;
        }
        let users = self.first_users(stored.place, emoji, *listed)?;
        if let Some(reaction) = stored.message.reactions.iter_mut().find(|other| other.emoji == *emoji) {
            reaction.users = users;
        }
        stored.message.rev = seq;
        self.save(&stored)?;
        let body =
            EntryBody::Reaction { message_id: message_id.clone(), emoji: emoji.clone(), active: *active };
        self.append(room, body)?;
        self.written(room)
    }

    fn has_reacted(&self, stored: &Stored, emoji: &str) -> rusqlite::Result<bool> {
        let query = "SELECT 1 FROM reactions WHERE place = ?1 AND emoji = ?2 AND user = ?3";
        self.sql.prepare_cached(query)?.exists(params![stored.place, emoji, self.command.by.as_str()])
    }

    fn first_users(&self, place: i64, emoji: &str, listed: usize) -> rusqlite::Result<Vec<UserId>> {
        let query = "SELECT user FROM reactions WHERE place = ?1 AND emoji = ?2 ORDER BY seq LIMIT ?3";
        let mut statement = self.sql.prepare_cached(query)?;
        statement.query_map(params![place, emoji, listed], |row| id(row, 0))?.collect()
    }
}

fn put(reactions: &mut Vec<Reaction>, emoji: &str, most: usize) -> Result<(), StoreError> {
    if let Some(reaction) = reactions.iter_mut().find(|other| other.emoji == emoji) {
        reaction.count += 1;
        return Ok(());
    }
    if reactions.len() >= most {
        return Err(StoreError::Limit { what: "different reactions", limit: most });
    }
    reactions.push(Reaction { emoji: emoji.to_owned(), count: 1, users: Vec::new() });
    Ok(())
}

fn take_away(reactions: &mut Vec<Reaction>, emoji: &str) {
    for reaction in reactions.iter_mut().filter(|other| other.emoji == emoji) {
        reaction.count = reaction.count.saturating_sub(1);
    }
    reactions.retain(|reaction| reaction.count > 0);
}
