-- Who wants a tool call stopped, and what came of it: a cancellation in JSON.
ALTER TABLE tools ADD COLUMN cancel TEXT;
