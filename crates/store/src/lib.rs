//! Durable truth: the log, its contract, its SQLite backend.
