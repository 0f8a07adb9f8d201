-- How many attempts at a run came to nothing. The run's `attempt` is a fencing token, which goes up as well where a bot never
-- began what it was given.
ALTER TABLE runs ADD COLUMN spent INTEGER NOT NULL DEFAULT 0;

UPDATE runs SET spent = max(0, (run ->> 'attempt') - (phase = 'active')) WHERE phase <> 'over';
