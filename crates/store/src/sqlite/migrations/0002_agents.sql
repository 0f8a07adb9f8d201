-- Bots as members that people manage: what they ask people to decide, and how often their runs may be begun.

-- What bots ask people to decide. `approval` is JSON, with the answer once there is one. `resume` is what the run goes
-- back to when nothing more is awaited.
CREATE TABLE approvals (
    number   INTEGER PRIMARY KEY,
    rid      INTEGER NOT NULL,
    id       TEXT NOT NULL,
    run      TEXT NOT NULL,
    resume   TEXT NOT NULL,
    is_open  INTEGER NOT NULL,
    approval TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX approvals_by_id ON approvals (rid, id);
CREATE INDEX approvals_open ON approvals (rid, number) WHERE is_open = 1;

-- Answers that hold for more than one time: of scope `session` for a room, of scope `always` for whoever gave them.
CREATE TABLE grants (
    bot    TEXT NOT NULL,
    tool   TEXT NOT NULL,
    scope  TEXT NOT NULL CHECK (scope IN ('session', 'always')),
    holder TEXT NOT NULL,
    by     TEXT NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (bot, tool, scope, holder)
) STRICT, WITHOUT ROWID;

-- How often a run is begun at most, as it was when it was begun last: a server that starts after a crash does not know
-- its bots yet.
ALTER TABLE runs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;

CREATE INDEX runs_open ON runs (rid, number) WHERE phase <> 'over';

-- Where a call is shown, so that it can be ended in the log even if a crash took everything else of it.
ALTER TABLE tools ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tools ADD COLUMN name TEXT NOT NULL DEFAULT '';
