//! LZW as TIFF has it (TIFF 6.0 §13): codes of 9 to 12 bits, the highest bit first, widened one code
//! early; and the way of old writers, the lowest bit first and widened in time.
//!
//! Every string of the table lies in the output already, since it is an earlier string and the byte
//! that followed it. So the table holds places of the output, and nothing else.

const CLEAR: usize = 256;
const END: usize = 257;
const FIRST: usize = 258;
const CODES: usize = 4096;

/// Decompresses `input` until `out` is full; how many bytes of it are, and whether that is all that
/// was to be.
pub(in crate::tiff) fn decode(input: &[u8], out: &mut [u8]) -> (usize, bool) {
    match input {
        _ if is_old(input) => codes::<true>(input, out),
        // without the code to clear the table nothing is known
        [0x80, second, ..] if second & 0x80 == 0 => codes::<false>(input, out),
        _ => (0, out.is_empty()),
    }
}

/// Whether a stream is of an old writer. All start with a code to clear the table: here of nine bits, the
/// lowest first.
pub(in crate::tiff) fn is_old(input: &[u8]) -> bool {
    matches!(input, [0, second, ..] if second & 1 == 1)
}

/// Bits of a stream.
struct Bits<'a, const OLD: bool> {
    rest: &'a [u8],
    held: u64,
    count: u32,
}

impl<const OLD: bool> Bits<'_, OLD> {
    /// Takes in bytes while there is room for them.
    #[inline(always)]
    fn fill(&mut self) {
        if let Some((eight, _)) = self.rest.split_first_chunk::<8>() {
            let bytes = (63 - self.count) >> 3;
            if OLD {
                self.held |= u64::from_le_bytes(*eight) << self.count;
                self.held &= u64::MAX >> (64 - (self.count + 8 * bytes));
            } else {
                self.held |= u64::from_be_bytes(*eight) >> self.count;
                self.held &= u64::MAX << (64 - (self.count + 8 * bytes));
            }
            self.rest = &self.rest[bytes as usize..];
            self.count += 8 * bytes;
            return;
        }
        while let (true, Some((&byte, rest))) = (self.count <= 56, self.rest.split_first()) {
            let place = if OLD { self.count } else { 56 - self.count };
            self.held |= u64::from(byte) << place;
            self.rest = rest;
            self.count += 8;
        }
    }

    /// The next code of `width` bits.
    #[inline(always)]
    fn code(&mut self, width: u32) -> Option<usize> {
        if self.count < width {
            self.fill();
            if self.count < width {
                return None;
            }
        }
        self.count -= width;
        if OLD {
            let code = self.held & ((1 << width) - 1);
            self.held >>= width;
            Some(code as usize)
        } else {
            let code = self.held >> (64 - width);
            self.held <<= width;
            Some(code as usize)
        }
    }
}

/// Where a string lies in the output.
#[derive(Clone, Copy, Default)]
struct Place {
    start: u32,
    length: u32,
}

fn codes<const OLD: bool>(input: &[u8], out: &mut [u8]) -> (usize, bool) {
    let mut bits = Bits::<OLD> { rest: input, held: 0, count: 0 };
    let mut table = vec![Place::default(); CODES];
    let (mut next, mut width) = (FIRST, 9);
    let mut previous = Place::default();
    let mut at = 0;
    let early = usize::from(!OLD);
    while at < out.len() {
        let Some(code) = bits.code(width) else { return (at, false) };
        let start = at;
        if code < CLEAR {
            out[at] = code as u8;
            at += 1;
        } else if code == CLEAR {
            (next, width) = (FIRST, 9);
            previous.length = 0;
            continue;
        } else if code == END {
            return (at, false);
        } else {
            let place = match table[code & (CODES - 1)] {
                place if code < next => place,
                // the string before and its own first byte: what is being written now
                _ if code == next && previous.length > 0 => {
                    Place { start: previous.start, length: previous.length + 1 }
                }
                _ => return (at, false),
            };
            at = copy(out, place, at);
        }
        if previous.length > 0 && next < CODES {
            table[next] = Place { start: previous.start, length: previous.length + 1 };
            next += 1;
            if next + early >= 1 << width && width < 12 {
                width += 1;
            }
        }
        previous = Place { start: start as u32, length: (at - start) as u32 };
    }
    (at, true)
}

/// Appends the string at `place` at `at`; where the output ends now. It may reach one byte into what
/// it appends.
#[inline(always)]
fn copy(out: &mut [u8], place: Place, at: usize) -> usize {
    let (start, length) = (place.start as usize, place.length as usize);
    // strings are short: sixteen bytes at once, of which later ones are written over
    if length <= 16 && start + 16 <= at && at + 16 <= out.len() {
        let (before, after) = out.split_at_mut(at);
        let (from, to) = (before[start..].first_chunk::<16>(), after.first_chunk_mut::<16>());
        if let (Some(from), Some(to)) = (from, to) {
            *to = *from;
        }
        return at + length;
    }
    let length = length.min(out.len() - at);
    if start + length <= at {
        out.copy_within(start..start + length, at);
    } else {
        for index in 0..length {
            out[at + index] = out[start + index];
        }
    }
    at + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard() {
        // 7 7 7 8 8 7 7 6 6 as Clear 7 258 8 8 258 6 6 End (TIFF 6.0, page 60)
        let codes = [256_u32, 7, 258, 8, 8, 258, 6, 6, 257];
        let mut bits = String::new();
        codes.iter().for_each(|code| bits += &format!("{code:09b}"));
        while !bits.len().is_multiple_of(8) {
            bits.push('0');
        }
        let bytes: Vec<u8> = bits
            .as_bytes()
            .chunks(8)
            .map(|eight| eight.iter().fold(0, |byte, bit| byte << 1 | (bit & 1)))
            .collect();
        let mut out = [0; 9];
        assert_eq!(decode(&bytes, &mut out), (9, true));
        assert_eq!(out, [7, 7, 7, 8, 8, 7, 7, 6, 6]);
        let mut longer = [0; 12];
        assert_eq!(decode(&bytes, &mut longer), (9, false));
    }

    #[test]
    fn damage_ends_it() {
        let mut out = [0; 100];
        assert_eq!(decode(&[], &mut out), (0, false));
        // a code that is not there yet
        assert_eq!(decode(&[0x80, 0x7F, 0xFF], &mut out), (0, false));
        // 7 8 9 without the code to clear the table before them
        assert_eq!(decode(&[0x03, 0x82, 0x01, 0x20], &mut out), (0, false));
    }
}
