//! The bit stream of a file: joined by shifting, with a zero byte stuffed behind every 0xFF.

/// Bytes of entropy-coded data under construction.
#[derive(Debug, Default)]
pub(super) struct Bits {
    /// Whole bytes, stuffed.
    pub(super) bytes: Vec<u8>,
    /// Bits that wait for the rest of their byte, right aligned.
    waiting: u64,
    /// How many wait: 0 to 7.
    count: u32,
}

impl Bits {
    /// Append `length` bits (at most 32) of `value`.
    pub(super) fn put(&mut self, value: u32, length: u32) {
        self.waiting = self.waiting << length | u64::from(value);
        self.count += length;
        while self.count >= 8 {
            self.count -= 8;
            self.byte((self.waiting >> self.count) as u8);
        }
    }

    /// Append an entry `code << 5 | length` followed by `size` bits of `value`.
    pub(super) fn symbol(&mut self, code: u32, value: u32, size: u32) {
        self.put((code >> 5) << size | value, (code & 31) + size);
    }

    /// Append the bits `from..to` of `bytes`.
    pub(super) fn stream(&mut self, bytes: &[u8], from: u64, to: u64) {
        let mut at = from;
        while at < to && !at.is_multiple_of(8) {
            self.bit(bytes, at);
            at += 1;
        }
        let whole = (to.saturating_sub(at) / 8) as usize;
        let start = (at / 8) as usize;
        let body = bytes.get(start..start + whole).expect("a piece holds the bits it counts");
        self.whole(body);
        at += 8 * whole as u64;
        while at < to {
            self.bit(bytes, at);
            at += 1;
        }
    }

    /// Fill the last byte up with ones and append a marker.
    pub(super) fn marker(&mut self, code: u8) {
        self.pad();
        self.bytes.extend([0xFF, code]);
    }

    /// Fill the last byte up with ones.
    pub(super) fn pad(&mut self) {
        if self.count > 0 {
            let missing = 8 - self.count;
            self.put((1 << missing) - 1, missing);
        }
        self.waiting = 0;
    }

    fn bit(&mut self, bytes: &[u8], at: u64) {
        let byte = bytes.get((at / 8) as usize).copied().unwrap_or(0);
        self.put(u32::from(byte >> (7 - at % 8) & 1), 1);
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
        if byte == 0xFF {
            self.bytes.push(0);
        }
    }

    /// Append whole bytes, eight at a time; only words with a 0xFF in them are looked at bytewise.
    fn whole(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            let word = u64::from_be_bytes(*word);
            let shifted = match self.count {
                0 => word,
                count => self.waiting << (64 - count) | word >> count,
            };
            self.waiting = word;
            if has_ones(shifted) {
                for byte in shifted.to_be_bytes() {
                    self.byte(byte);
                }
            } else {
                self.bytes.extend_from_slice(&shifted.to_be_bytes());
            }
        }
        for &byte in rest {
            self.put(u32::from(byte), 8);
        }
    }
}

/// Whether a byte of `word` is 0xFF.
fn has_ones(word: u64) -> bool {
    let zero = !word;
    zero.wrapping_sub(0x0101_0101_0101_0101) & !zero & 0x8080_8080_8080_8080 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits one by one, the plain way.
    fn naive(bits: &[bool]) -> Vec<u8> {
        let mut out = Vec::new();
        for chunk in bits.chunks(8) {
            let byte =
                (0..8).fold(0, |byte, i| byte << 1 | u8::from(*chunk.get(i).unwrap_or(&true)));
            out.push(byte);
            if byte == 0xFF {
                out.push(0);
            }
        }
        out
    }

    #[test]
    fn ranges_of_any_alignment_join_to_the_plain_stream() {
        let mut state = 1_u32;
        let bytes: Vec<u8> = (0..400)
            .map(|i| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if i % 7 < 3 { 0xFF } else { (state >> 24) as u8 }
            })
            .collect();
        let all: Vec<bool> = (0..3200).map(|i| bytes[i / 8] >> (7 - i % 8) & 1 == 1).collect();
        for step in [1, 3, 8, 13, 64, 77, 200, 1001] {
            let mut bits = Bits::default();
            let mut at = 0;
            while at < 3199 {
                let to = (at + step).min(3199);
                bits.stream(&bytes, at, to);
                at = to;
            }
            bits.pad();
            assert_eq!(bits.bytes, naive(&all[..3199]), "step {step}");
        }
    }

    #[test]
    fn markers_are_not_stuffed_and_start_on_a_byte() {
        let mut bits = Bits::default();
        bits.put(0, 3);
        bits.marker(0xD0);
        bits.marker(0xD9);
        assert_eq!(bits.bytes, [0x1F, 0xFF, 0xD0, 0xFF, 0xD9]);
    }
}
