-- Rooms that were deleted. Their ids are never given to other rooms: who was away would take the one for the other. `rid` is there
-- for as long as anything is left of the room, and `indexed` is how far the search index had followed its log.
CREATE TABLE deleted_rooms (
    id      TEXT PRIMARY KEY,
    rid     INTEGER,
    indexed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX deleted_rooms_left ON deleted_rooms (rid) WHERE rid IS NOT NULL;
