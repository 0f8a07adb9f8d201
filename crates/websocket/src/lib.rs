//! RFC 6455 framing for servers: a decoder without I/O, frames encoded once and shared. No chat inside.
