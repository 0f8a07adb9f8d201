//! The checksum of a finished stream: CRC-32 (ISO-HDLC, the one of zlib and PNG) over its UTF-8 bytes.

/// CRC-32 of `text`, as announced in [`PartEnd`](crate::PartEnd).
pub fn crc32(text: &str) -> u32 {
    crc32fast::hash(text.as_bytes())
}

#[cfg(test)]
mod tests {
    /// The check value of the algorithm's catalogue entry.
    #[test]
    fn the_checksum_is_the_one_of_zlib() {
        assert_eq!(super::crc32("123456789"), 0xCBF4_3926);
    }
}
