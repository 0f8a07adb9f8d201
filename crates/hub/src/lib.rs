//! Live truth: rooms, readers with cursors, streams, signals, runs, permissions.
