-- Answers that hold for more than one time are listed and taken back: by whoever gave them, and where they hold.
CREATE INDEX grants_by_giver ON grants (by);
CREATE INDEX grants_by_holder ON grants (holder) WHERE scope = 'session';

-- A digest of how each bot is reached, where that is known: what people allowed they allowed the program behind it.
ALTER TABLE bots ADD COLUMN reached BLOB;
