//! The arithmetic decoder of single bits (RFC 6386 §7), over a window of 64 bits.

#![expect(clippy::inline_always, reason = "the state has to stay in registers")]

/// Where a decoder stands in its bytes; it goes on where it stopped, with the same bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Bits that are read but not used up: 8 more than `bits`
    value: u64,
    /// 128 to 255 between two bits
    range: u32,
    /// Bits of `value` beyond the 8 that a decision needs; negative where there are too few
    bits: i32,
    /// Bytes that are not yet read
    left: usize,
    ended: bool,
}

impl Place {
    /// At the start of `length` bytes.
    pub(crate) fn start(length: usize) -> Self {
        Self { value: 0, range: 255, bits: -8, left: length, ended: false }
    }
}

/// A decoder of single bits.
pub(crate) struct Bools<'a> {
    data: &'a [u8],
    value: u64,
    range: u32,
    bits: i32,
    ended: bool,
}

impl<'a> Bools<'a> {
    /// Goes on at a place in `data`.
    pub(crate) fn at(place: Place, data: &'a [u8]) -> Self {
        let Place { value, range, bits, left, ended } = place;
        let data = &data[data.len().saturating_sub(left)..];
        Self { data, value, range, bits, ended }
    }

    /// Where it stands now.
    pub(crate) fn place(&self) -> Place {
        let Self { value, range, bits, ended, .. } = *self;
        Place { value, range, bits, left: self.data.len(), ended }
    }

    /// Whether more was asked for than there was; zeros come then.
    pub(crate) fn is_ended(&self) -> bool {
        self.ended
    }

    /// A bit that is 0 with a probability of `probability / 256`.
    #[inline(always)]
    pub(crate) fn bool(&mut self, probability: u8) -> bool {
        if self.bits < 0 {
            self.fill();
        }
        let part = self.range.wrapping_sub(1).wrapping_mul(u32::from(probability)) >> 8;
        let split = part.wrapping_add(1);
        let wide = u64::from(split).wrapping_shl(self.bits as u32);
        let bit = self.value >= wide;
        if bit {
            self.range = self.range.wrapping_sub(split);
            self.value = self.value.wrapping_sub(wide);
        } else {
            self.range = split;
        }
        let shift = self.range.leading_zeros().wrapping_sub(24);
        self.range = self.range.wrapping_shl(shift);
        self.bits = self.bits.wrapping_sub(shift as i32);
        bit
    }

    /// `value` or its opposite, by a bit that is as likely 0 as 1.
    #[inline(always)]
    pub(crate) fn signed(&mut self, value: i32) -> i32 {
        let negative = -i32::from(self.bool(128));
        (value ^ negative).wrapping_sub(negative)
    }

    /// Reads bytes into the window: seven where there are eight, else one, a zero at the end.
    #[inline(always)]
    fn fill(&mut self) {
        if let Some(head) = self.data.first_chunk::<8>() {
            self.value = self.value << 56 | u64::from_be_bytes(*head) >> 8;
            self.bits = self.bits.wrapping_add(56);
            self.data = &self.data[7..];
        } else {
            self.fill_byte();
        }
    }

    #[cold]
    fn fill_byte(&mut self) {
        let byte = if let Some((&byte, rest)) = self.data.split_first() {
            self.data = rest;
            byte
        } else {
            self.ended = true;
            0
        };
        self.value = self.value << 8 | u64::from(byte);
        self.bits = self.bits.wrapping_add(8);
    }

    /// A bit that is as likely 0 as 1.
    pub(crate) fn flag(&mut self) -> bool {
        self.bool(128)
    }

    /// A number of so many bits, the most significant first.
    pub(crate) fn literal(&mut self, bits: u32) -> u8 {
        (0..bits).fold(0, |value, _| value << 1 | u8::from(self.flag()))
    }

    /// A number with its sign behind it, where a flag says that there is one.
    pub(crate) fn optional(&mut self, bits: u32) -> Option<i32> {
        self.flag().then(|| {
            let value = i32::from(self.literal(bits));
            self.signed(value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The encoder of §7.3, as the specification words it.
    #[derive(Default)]
    struct Encoder {
        out: Vec<u8>,
        range: u32,
        bottom: u32,
        count: i32,
    }

    impl Encoder {
        fn new() -> Self {
            Self { range: 255, count: 24, ..Self::default() }
        }

        fn carry(&mut self) {
            for byte in self.out.iter_mut().rev() {
                *byte = byte.wrapping_add(1);
                if *byte != 0 {
                    break;
                }
            }
        }

        fn put(&mut self, probability: u8, bit: bool) {
            let split = 1 + (((self.range - 1) * u32::from(probability)) >> 8);
            if bit {
                let (sum, over) = self.bottom.overflowing_add(split);
                assert!(!over);
                self.bottom = sum;
                self.range -= split;
            } else {
                self.range = split;
            }
            while self.range < 128 {
                self.range <<= 1;
                if self.bottom & 1 << 31 != 0 {
                    self.carry();
                }
                self.bottom <<= 1;
                self.count -= 1;
                if self.count == 0 {
                    self.out.push((self.bottom >> 24) as u8);
                    self.bottom &= (1 << 24) - 1;
                    self.count = 8;
                }
            }
        }

        fn finish(mut self) -> Vec<u8> {
            for _ in 0..32 {
                self.put(128, false);
            }
            self.out
        }
    }

    fn bits() -> Vec<(u8, bool)> {
        let mut seed = 1u32;
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed >> 16
        };
        (0..5000).map(|_| ((next() % 255 + 1) as u8, next() % 3 == 0)).collect()
    }

    #[test]
    fn bits_come_back() {
        let mut encoder = Encoder::new();
        bits().iter().for_each(|&(probability, bit)| encoder.put(probability, bit));
        let bytes = encoder.finish();
        let mut bools = Bools::at(Place::start(bytes.len()), &bytes);
        for (number, (probability, bit)) in bits().into_iter().enumerate() {
            assert_eq!(bools.bool(probability), bit, "bit {number}");
            // it may stop anywhere
            bools = Bools::at(bools.place(), &bytes);
        }
        assert!(!bools.is_ended());
    }

    #[test]
    fn the_end_is_noticed() {
        let mut bools = Bools::at(Place::start(2), &[0x55, 0xAA]);
        let before = (0..100).take_while(|_| {
            bools.flag();
            !bools.is_ended()
        });
        assert!((8..=16).contains(&before.count()));
    }
}
