-- Position of the entry that pinned the message; nothing where it is not pinned.
ALTER TABLE messages ADD COLUMN pinned INTEGER;

CREATE INDEX messages_pinned ON messages (rid, pinned) WHERE pinned IS NOT NULL;
