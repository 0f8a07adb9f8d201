//! Growing streams are saved, piece by piece.

use rusqlite::{OptionalExtension, params};

use super::Writing;
use crate::{
    Checkpoint, Outcome,
    sqlite::{
        codec::{encode, word},
        fault::Fault,
    },
};

/// What to do with a checkpoint, found out before anything is written.
struct Plan<'a> {
    place: i64,
    checkpoint: &'a Checkpoint,
    /// Whether what was saved of the part is void.
    anew: bool,
    /// Text that the message was opened with, and that the stream goes on from.
    opening: Option<String>,
}

/// What comes of a checkpoint.
enum Planned<'a> {
    Save(Plan<'a>),
    /// It is of a message that is not streaming, or of an attempt that was given up.
    Ignore,
    /// It does not begin where the last one ended.
    Hole,
}

impl Writing<'_> {
    /// One that is wrong costs the others nothing: they may be of any room.
    pub(super) fn checkpoint(&mut self, checkpoints: &[Checkpoint]) -> Result<Outcome, Fault> {
        let mut plans: Vec<Plan<'_>> = Vec::with_capacity(checkpoints.len());
        let mut holes = Vec::new();
        for (index, checkpoint) in checkpoints.iter().enumerate() {
            match self.plan(checkpoint, &plans)? {
                Planned::Save(plan) => plans.push(plan),
                Planned::Ignore => {}
                Planned::Hole => holes.push(index),
            }
        }
        for plan in &plans {
            self.save_chunk(plan)?;
        }
        Ok(Outcome::Saved { holes })
    }

    fn plan<'c>(&mut self, checkpoint: &'c Checkpoint, plans: &[Plan<'_>]) -> Result<Planned<'c>, Fault> {
        let Some(counters) = self.rooms.find(self.sql, &checkpoint.room)? else { return Ok(Planned::Ignore) };
        let stored = self.message_of(counters.rid, &checkpoint.message_id, &checkpoint.sender)?;
        let Some(stored) = stored.filter(|stored| stored.settled.is_none()) else {
            return Ok(Planned::Ignore);
        };
        let place = stored.place;

        let planned =
            plans.iter().rfind(|plan| plan.place == place && plan.checkpoint.part == checkpoint.part);
        let saved = match planned {
            Some(Plan { checkpoint: earlier, .. }) => {
                Some((earlier.generation, earlier.at + earlier.text.len() as u64))
            }
            None => self.saved(place, checkpoint.part)?,
        };
        let Checkpoint { generation, at, .. } = *checkpoint;
        let (anew, opening) = match saved {
            Some((before, _)) if generation < before => return Ok(Planned::Ignore),
            Some((before, end)) if generation == before && at == end => (false, None),
            // All of the text: whatever was saved is void.
            _ if at == 0 => (true, None),
            None => {
                let opened = stored.message.parts.get(checkpoint.part as usize);
                let text = opened.and_then(|part| part.stream_text()).unwrap_or_default();
                if at != text.len() as u64 {
                    return Ok(Planned::Hole);
                }
                (true, Some(text.to_owned()))
            }
            Some(_) => return Ok(Planned::Hole),
        };
        Ok(Planned::Save(Plan { place, checkpoint, anew, opening }))
    }

    /// The generation of a part and how many bytes of it are saved.
    fn saved(&self, place: i64, part: u32) -> rusqlite::Result<Option<(u32, u64)>> {
        let query = "SELECT generation, end FROM open_parts WHERE place = ?1 AND part = ?2";
        let key = params![place, part];
        self.sql.prepare_cached(query)?.query_row(key, |row| Ok((row.get(0)?, row.get(1)?))).optional()
    }

    fn save_chunk(&self, plan: &Plan<'_>) -> rusqlite::Result<()> {
        let Plan {
            place, checkpoint: Checkpoint { part, generation, value, visible_to, at, text, .. }, ..
        } = plan;
        if plan.anew {
            let delete = "DELETE FROM chunks WHERE place = ?1 AND part = ?2";
            self.sql.prepare_cached(delete)?.execute(params![place, part])?;
        }
        let insert = "INSERT INTO chunks (place, part, at, text) VALUES (?1, ?2, ?3, ?4)";
        if let Some(opening) = plan.opening.as_ref().filter(|opening| !opening.is_empty()) {
            self.sql.prepare_cached(insert)?.execute(params![place, part, 0, opening])?;
        }
        if !text.is_empty() {
            self.sql.prepare_cached(insert)?.execute(params![place, part, at, text])?;
        }
        let upsert = "INSERT INTO open_parts (place, part, generation, end, value, visible_to) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                      ON CONFLICT (place, part) DO UPDATE \
                      SET generation = excluded.generation, end = excluded.end, value = excluded.value, \
                      visible_to = excluded.visible_to";
        let end = at + text.len() as u64;
        self.sql.prepare_cached(upsert)?.execute(params![
            place,
            part,
            generation,
            end,
            encode(value),
            visible_to.as_ref().map(word)
        ])?;
        Ok(())
    }
}
