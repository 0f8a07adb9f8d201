-- Bots as things that people manage: what was said about each, whether it is to run, and what its rooms were told.

-- Bots that somebody registered. `spec` is JSON without its secrets, which are in `secrets`, sealed. `token` is the digest of
-- the token of the bot's socket.
CREATE TABLE bot_specs (
    user    TEXT PRIMARY KEY,
    owner   TEXT NOT NULL,
    spec    TEXT NOT NULL,
    secrets BLOB,
    token   BLOB
) STRICT, WITHOUT ROWID;

CREATE INDEX bot_specs_by_owner ON bot_specs (owner);

-- Of every bot: whether people want it to run, and the status that its rooms were told last.
CREATE TABLE bot_states (
    user   TEXT PRIMARY KEY,
    run    INTEGER,
    status TEXT,
    error  TEXT
) STRICT, WITHOUT ROWID;

-- What waits or is at work in a room for a bot: a queue is bounded, and some bots take nothing while they work.
CREATE INDEX runs_of_bot ON runs (rid, bot, phase) WHERE phase <> 'over';

-- The runs that a person's message caused by way of bots that address each other.
CREATE INDEX runs_by_root ON runs (rid, run ->> '$.chain.root') WHERE run ->> '$.chain.root' IS NOT NULL;
