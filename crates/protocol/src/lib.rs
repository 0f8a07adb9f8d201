//! Words of Antiphon: ids, nouns, frames, codes, limits. No I/O.
