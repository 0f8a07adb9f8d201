//! One read buffer per thread, lent for the time of a read, so that connections need none of their own.

use std::cell::Cell;

/// Many times the usual message, so that one read usually empties the socket; paid once per thread.
const READ_BUFFER_BYTES: usize = 16 << 10;

thread_local! {
    static READ_BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Lends the buffer of this thread. It is taken out meanwhile: a read inside `work` would get a fresh one.
pub(super) fn with_read_buffer<T>(work: impl FnOnce(&mut [u8]) -> T) -> T {
    let mut buffer = READ_BUFFER.take();
    buffer.resize(READ_BUFFER_BYTES, 0);
    let result = work(&mut buffer);
    READ_BUFFER.set(buffer);
    result
}
