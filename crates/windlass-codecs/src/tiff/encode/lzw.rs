//! LZW as TIFF has it (TIFF 6.0 §13): codes of 9 to 12 bits, the highest bit first, widened one code
//! early.

const CLEAR: u32 = 256;
const END: u32 = 257;
const FIRST: u32 = 258;
/// The last code before the table is cleared.
const LAST: u32 = 4093;
/// Places of the table of strings, and bits of their numbers.
const PLACES: usize = 1 << PLACE_BITS;
const PLACE_BITS: u32 = 14;

/// The table of strings: a string is an earlier one and a byte.
#[derive(Clone, Debug)]
pub(super) struct Lzw {
    /// String and byte in the high 20 bits, the code of both in the low 12; 0 is free
    places: Vec<u32>,
}

impl Default for Lzw {
    fn default() -> Self {
        Self { places: vec![0; PLACES] }
    }
}

/// Codes on their way out.
struct Bits<'a> {
    out: &'a mut Vec<u8>,
    held: u64,
    count: u32,
}

impl Bits<'_> {
    #[inline(always)]
    fn put(&mut self, code: u32, width: u32) {
        self.held = self.held << width | u64::from(code);
        self.count += width;
        if self.count >= 32 {
            self.count -= 32;
            self.out.extend_from_slice(&((self.held >> self.count) as u32).to_be_bytes());
        }
    }

    fn end(self) {
        let left = self.held << 32 << (32 - self.count) >> 32;
        let bytes = (left as u32).to_be_bytes();
        self.out.extend_from_slice(&bytes[..self.count.div_ceil(8) as usize]);
    }
}

impl Lzw {
    /// Appends `input`, compressed, to `out`.
    pub(super) fn encode(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let mut bits = Bits { out, held: 0, count: 0 };
        self.places.fill(0);
        bits.put(CLEAR, 9);
        let (mut next, mut width) = (FIRST, 9);
        let mut bytes = input.iter();
        let Some(&first) = bytes.next() else {
            bits.put(END, width);
            return bits.end();
        };
        let mut string = u32::from(first);
        for &byte in bytes {
            let key = string << 8 | u32::from(byte);
            let place = self.place(key);
            let found = self.places[place];
            if found != 0 {
                string = found & 0xFFF;
                continue;
            }
            bits.put(string, width);
            string = u32::from(byte);
            self.places[place] = key << 12 | next;
            next += 1;
            if next > LAST {
                bits.put(CLEAR, width);
                self.places.fill(0);
                (next, width) = (FIRST, 9);
            } else if next == 1 << width {
                width += 1;
            }
        }
        bits.put(string, width);
        // the reader makes a string of this one as well, and may widen its codes
        if next + 1 == 1 << width && width < 12 {
            width += 1;
        }
        bits.put(END, width);
        bits.end();
    }

    /// Where a string is, or would be.
    #[inline(always)]
    fn place(&self, key: u32) -> usize {
        let mut place = (key.wrapping_mul(0x9E37_79B1) >> (32 - PLACE_BITS)) as usize;
        while self.places[place & (PLACES - 1)] != 0
            && self.places[place & (PLACES - 1)] >> 12 != key
        {
            place += 1;
        }
        place & (PLACES - 1)
    }
}
