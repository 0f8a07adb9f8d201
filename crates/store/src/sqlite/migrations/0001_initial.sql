-- The first schema: users, rooms, members, the log, messages and runs, what a crash must not forget, and the search index.
--
-- `rid` is a room's key. A `place` is a position anywhere: rid << 36 | seq, so a room's log is one range of integers.
-- Times are milliseconds since 1970 in UTC.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id     TEXT PRIMARY KEY,
    kind   TEXT NOT NULL,
    name   TEXT NOT NULL,
    avatar TEXT
) STRICT, WITHOUT ROWID;

-- `bot` is JSON; its name and picture are those of the user.
CREATE TABLE bots (
    user TEXT PRIMARY KEY,
    bot  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `info` is the room as JSON.
CREATE TABLE rooms (
    rid        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    visibility TEXT NOT NULL,
    info       TEXT NOT NULL
) STRICT;

CREATE INDEX rooms_public ON rooms (id) WHERE visibility = 'public';

-- What every entry moves: apart from `rooms`, so that a commit rewrites few pages.
-- `indexed` is how far the search index has followed the log.
CREATE TABLE counters (
    rid       INTEGER PRIMARY KEY,
    head      INTEGER NOT NULL,
    ordinal   INTEGER NOT NULL,
    active_at INTEGER NOT NULL,
    indexed   INTEGER NOT NULL
) STRICT;

-- `room` repeats the room's id, so that a user's rooms can be listed in the order of their ids.
-- `read` is how many of the room's messages the member has read.
CREATE TABLE members (
    rid       INTEGER NOT NULL,
    user      TEXT NOT NULL,
    room      TEXT NOT NULL,
    role      TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    read      INTEGER NOT NULL,
    PRIMARY KEY (rid, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_by_user ON members (user, room);

-- The log, but for what is in `messages`. `body` holds the fields of the entry's own kind as JSON without braces.
-- Content of messages is never in it: an entry that shows a message says which row in `messages` to read.
CREATE TABLE entries (
    place INTEGER PRIMARY KEY,
    kind  TEXT NOT NULL,
    at    INTEGER NOT NULL,
    by    TEXT NOT NULL,
    shows INTEGER,
    body  TEXT NOT NULL
) STRICT;

-- The other part of the log: every message is also the entry with which it was said. `message` is its current state
-- as JSON; `fingerprint` is of the content as it was first sent. `settled` is the place of the entry that brought
-- the text that it has now: its own, its `message_completed`, or its last `message_edited`. Nothing while it streams.
CREATE TABLE messages (
    place       INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    rid         INTEGER NOT NULL,
    id          TEXT NOT NULL,
    sender      TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    settled     INTEGER,
    message     TEXT NOT NULL
) STRICT;

-- Ids grow with time, by custom: with them in front, the newest messages of all rooms share a few pages.
CREATE UNIQUE INDEX messages_by_id ON messages (id, rid, sender);
CREATE INDEX messages_open ON messages (place) WHERE settled IS NULL;

-- Who put which sign under which message; `seq` is the order in which they did.
CREATE TABLE reactions (
    place INTEGER NOT NULL,
    emoji TEXT NOT NULL,
    seq   INTEGER NOT NULL,
    user  TEXT NOT NULL,
    PRIMARY KEY (place, emoji, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX reactions_by_user ON reactions (place, emoji, user);

-- `number` is the order in which runs were queued. `cause` is the message that triggered the run, which is JSON.
CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    rid    INTEGER NOT NULL,
    id     TEXT NOT NULL,
    bot    TEXT NOT NULL,
    cause  TEXT NOT NULL,
    phase  TEXT NOT NULL CHECK (phase IN ('queued', 'active', 'over')),
    run    TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX runs_by_id ON runs (rid, id);
CREATE INDEX runs_by_cause ON runs (rid, cause);
CREATE INDEX runs_queued ON runs (bot) WHERE phase = 'queued';
CREATE INDEX runs_active ON runs (number) WHERE phase = 'active';

-- Streaming messages: each part without its growing text, and how many bytes of that text are in `chunks`.
CREATE TABLE open_parts (
    place      INTEGER NOT NULL,
    part       INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    end        INTEGER NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (place, part)
) STRICT, WITHOUT ROWID;

-- The growing text, piece by piece: saving what was added rewrites nothing.
CREATE TABLE chunks (
    place INTEGER NOT NULL,
    part  INTEGER NOT NULL,
    at    INTEGER NOT NULL,
    text  TEXT NOT NULL,
    PRIMARY KEY (place, part, at)
) STRICT, WITHOUT ROWID;

-- Streaming messages: the last state that the log told of each tool call.
CREATE TABLE tools (
    place     INTEGER NOT NULL,
    tool_call TEXT NOT NULL,
    state     TEXT NOT NULL,
    PRIMARY KEY (place, tool_call)
) STRICT, WITHOUT ROWID;

-- Requests that were carried out under a key, for ever. `outcome` is JSON.
CREATE TABLE requests (
    user        TEXT NOT NULL,
    key         TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    outcome     TEXT NOT NULL,
    PRIMARY KEY (user, key)
) STRICT, WITHOUT ROWID;

-- The words of whole messages, by place. Holds no text: where a message changes or goes, the writer tells the old
-- text, and `secure-delete` takes its words out of the index at once instead of at some later merge. (Where a page of
-- the index began with such a word, the word remains as that page's key until its segment is merged.)
CREATE VIRTUAL TABLE words USING fts5 (
    text,
    content = '',
    columnsize = 0,
    prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);

INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
