-- Since when a run waits: from its beginning, or from when it went back to its place after an attempt.
ALTER TABLE runs ADD COLUMN queued_at INTEGER NOT NULL DEFAULT 0;

UPDATE runs SET queued_at = CAST(round(unixepoch(run ->> 'created_at', 'subsec') * 1000) AS INTEGER)
WHERE phase <> 'over';

CREATE INDEX runs_waiting ON runs (bot, queued_at) WHERE phase = 'queued';

-- Whether a run waits for people, not for its bot: then it takes no place in the bot's queue.
ALTER TABLE runs ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;

UPDATE runs SET paused = coalesce(run ->> 'paused', 0) WHERE phase = 'queued';
