//! Something is said, and queues the runs that it triggers.

use antiphon_protocol::{
    Cancellation, EntryBody, Message, MessageId, MessageStatus, RawJson, RoomId, Run, RunState,
};
use rusqlite::{OptionalExtension, params};

use super::{Writing, runs::StoredRun};
use crate::{
    Link, NewMessage, NewRun, Outcome, PostedMessage, StoreError,
    sqlite::{
        codec::{encode, fingerprint, place, seq_of},
        fault::Fault,
        rooms::Counters,
    },
};

impl Writing<'_> {
    pub(super) fn post(&mut self, new: &NewMessage) -> Result<Outcome, Fault> {
        let counters = self.room(&new.room)?;
        let content = fingerprint(&(&new.parts, &new.reply_to, &new.to));
        if let Some(posted) = self.posted_before(counters.rid, new, content)? {
            return Ok(Outcome::Posted(posted));
        }
        self.check_reply(counters.rid, new)?;
        let run = self.writing_run(counters.rid, new)?;
        self.check_triggers(counters.rid, &new.triggers)?;

        let (message, json) = self.insert(counters, new, content)?;
        let posted = PostedMessage {
            seq: message.seq,
            ordinal: message.ordinal,
            message: RawJson::from_text(json.clone()).expect("encoded by serde_json just now"),
            duplicate: false,
        };
        let body = EntryBody::Message { message: Box::new(message) };
        self.append_own(&new.room, body, &json)?;
        if let Some(mut run) = run {
            run.run.answer = Some(new.id.clone());
            self.save_run(&run)?;
        }
        self.queue_runs(counters.rid, &new.room, &new.id, &new.triggers, new.stopped.as_ref())?;
        Ok(Outcome::Posted(posted))
    }

    /// The message as it is now, if it was sent before with the same content.
    fn posted_before(
        &self,
        rid: i64,
        new: &NewMessage,
        content: [u8; 32],
    ) -> Result<Option<PostedMessage>, Fault> {
        let query = "SELECT place, fingerprint, message, message ->> 'ordinal' FROM messages \
                     WHERE rid = ?1 AND id = ?2 AND sender = ?3";
        let key = params![rid, new.id.as_str(), self.command.by.as_str()];
        let found = self.sql.prepare_cached(query)?.query_row(key, |row| {
            let (place, before, message): (i64, [u8; 32], String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((place, before, message, row.get(3)?))
        });
        let Some((place, before, message, ordinal)) = found.optional()? else { return Ok(None) };
        if before != content {
            return Err(StoreError::Conflict("this message id was used for another message").into());
        }
        let message = RawJson::from_text(message).map_err(|fault| {
            rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, fault.into())
        })?;
        Ok(Some(PostedMessage { seq: seq_of(place), ordinal, message, duplicate: true }))
    }

    fn check_reply(&self, rid: i64, new: &NewMessage) -> Result<(), Fault> {
        let Some(reply_to) = &new.reply_to else { return Ok(()) };
        let query = "SELECT 1 FROM messages WHERE rid = ?1 AND id = ?2";
        let exists = self.sql.prepare_cached(query)?.exists(params![rid, reply_to.as_str()])?;
        if exists { Ok(()) } else { Err(StoreError::NotFound("message to reply to").into()) }
    }

    /// The run that writes the message; it must be at work.
    fn writing_run(&self, rid: i64, new: &NewMessage) -> Result<Option<StoredRun>, Fault> {
        let Some(held) = &new.run else { return Ok(None) };
        let run = self.stored_run(rid, &held.run)?;
        if run.run.state.is_final() {
            return Err(StoreError::Conflict("the run is over").into());
        }
        if run.run.attempt != held.attempt {
            return Err(StoreError::Fenced.into());
        }
        if run.run.answer.is_some() {
            return Err(StoreError::Conflict("the run has its answer already").into());
        }
        Ok(Some(run))
    }

    pub(super) fn check_triggers(&self, rid: i64, triggers: &[NewRun]) -> Result<(), Fault> {
        for (index, new) in triggers.iter().enumerate() {
            let run = &new.run;
            let query = "SELECT 1 FROM runs WHERE rid = ?1 AND id = ?2";
            let used = self.sql.prepare_cached(query)?.exists(params![rid, run.as_str()])?;
            if used || triggers[..index].iter().any(|earlier| earlier.run == *run) {
                return Err(StoreError::Conflict("this run id was used before").into());
            }
            if new.link.is_none() {
                self.check_inbox(rid, new)?;
            }
        }
        Ok(())
    }

    fn insert(
        &self,
        counters: Counters,
        new: &NewMessage,
        content: [u8; 32],
    ) -> Result<(Message, String), Fault> {
        let (seq, ordinal) = (counters.head + 1, counters.ordinal + 1);
        let message = new.clone().into_message(self.command.by.clone(), seq, ordinal, self.command.at);
        let json = encode(&message);
        let place = place(counters.rid, seq);
        let settled = (message.status != MessageStatus::Streaming).then_some(place);
        let insert = "INSERT INTO messages (place, at, rid, id, sender, fingerprint, settled, message) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.sql.prepare_cached(insert)?.execute(params![
            place,
            message.at.as_millis(),
            counters.rid,
            message.id.as_str(),
            message.sender.as_str(),
            content,
            settled,
            json
        ])?;
        Ok((message, json))
    }

    /// Whether the bot's inbox takes one more of this room.
    fn check_inbox(&self, rid: i64, new: &NewRun) -> Result<(), Fault> {
        if new.reject && self.count_runs(rid, new, "phase <> 'over'", false)? > 0 {
            return Err(StoreError::BotBusy.into());
        }
        match new.bound {
            Some(limit) if self.is_full(rid, new, false)? => Err(StoreError::QueueFull { limit }.into()),
            _ => Ok(()),
        }
    }

    /// Whether no more may wait for the bot, or, where they are paused, for people. Each has its own places: what waits for people
    /// keeps nobody from the bot.
    fn is_full(&self, rid: i64, new: &NewRun, paused: bool) -> rusqlite::Result<bool> {
        let Some(limit) = new.bound else { return Ok(false) };
        Ok(self.count_runs(rid, new, "phase <> 'over' AND phase = 'queued'", paused)? >= limit)
    }

    fn count_runs(&self, rid: i64, new: &NewRun, phases: &str, paused: bool) -> rusqlite::Result<usize> {
        let query =
            format!("SELECT count(*) FROM runs WHERE rid = ?1 AND bot = ?2 AND {phases} AND paused = ?3");
        let key = params![rid, new.bot.as_str(), paused];
        self.sql.prepare_cached(&query)?.query_row(key, |row| row.get(0))
    }

    /// Queues the runs that a message causes.
    pub(super) fn queue_runs(
        &mut self,
        rid: i64,
        room: &RoomId,
        trigger: &MessageId,
        triggers: &[NewRun],
        stopped: Option<&Cancellation>,
    ) -> Result<(), Fault> {
        for new in triggers {
            // It has left since the message was on its way.
            if self.role(rid, &new.bot)?.is_none() {
                continue;
            }
            let chain = match &new.link {
                Some(link) => Some(link.chain(self.turns(rid, link)?)),
                None => None,
            };
            let of_bots = new.link.as_ref().zip(chain.as_ref());
            let paused = of_bots.is_some_and(|(link, chain)| link.budget.is_spent(chain, self.command.at));
            // What a bot says is not refused for the sake of another's inbox; it just does not get in.
            if of_bots.is_some() && self.is_full(rid, new, paused)? {
                continue;
            }
            let run = Run {
                run: new.run.clone(),
                bot: new.bot.clone(),
                state: if stopped.is_some() { RunState::Cancelled } else { RunState::Queued },
                attempt: 0,
                trigger: trigger.clone(),
                triggered_by: self.command.by.clone(),
                answer: None,
                error: None,
                paused,
                chain,
                cancel: stopped.cloned(),
                usage: Vec::new(),
                created_at: self.command.at,
                started_at: None,
                ended_at: stopped.map(|_| self.command.at),
            };
            self.insert_run(rid, &run)?;
            self.append(room, EntryBody::RunChanged(run))?;
        }
        Ok(())
    }

    /// How many runs the chain has, one more included.
    fn turns(&self, rid: i64, link: &Link) -> rusqlite::Result<u32> {
        let query = "SELECT count(*) FROM (SELECT number FROM runs WHERE rid = ?1 AND cause = ?2 UNION \
                     SELECT number FROM runs WHERE rid = ?1 AND run ->> '$.chain.root' = ?2)";
        let before: u32 =
            self.sql.prepare_cached(query)?.query_row(params![rid, link.root.as_str()], |row| row.get(0))?;
        Ok(before.saturating_add(1))
    }
}
