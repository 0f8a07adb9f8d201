//! Masking: the XOR that clients apply to every payload (§5.3).

/// A masking key, turned so that its first byte belongs to the next payload byte.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mask([u8; 4]);

impl Mask {
    pub(crate) fn new(key: [u8; 4]) -> Self {
        Self(key)
    }

    /// Removes the mask in place, and turns the key to where the payload goes on.
    ///
    /// Whole words, so that the compiler makes vector instructions of it.
    pub(crate) fn remove(&mut self, bytes: &mut [u8]) {
        let key = u32::from_ne_bytes(self.0);
        let (words, rest) = bytes.as_chunks_mut::<4>();
        for word in words {
            *word = (u32::from_ne_bytes(*word) ^ key).to_ne_bytes();
        }
        for (byte, key) in rest.iter_mut().zip(self.0) {
            *byte ^= key;
        }
        self.0.rotate_left(rest.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_in_pieces_unmasks_like_a_whole_one() {
        let key = [0x6d, 0xb6, 0xb2, 0x80];
        let masked: Vec<u8> = (0..61).collect();
        let expected: Vec<u8> = masked.iter().enumerate().map(|(i, byte)| byte ^ key[i % 4]).collect();
        for split in 0..=masked.len() {
            let mut bytes = masked.clone();
            let mut mask = Mask::new(key);
            let (head, tail) = bytes.split_at_mut(split);
            mask.remove(head);
            mask.remove(tail);
            assert_eq!(bytes, expected, "split at {split}");
        }
    }
}
