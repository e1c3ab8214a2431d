//! The codes of a picture (Lempel, Ziv and Welch, as in appendix F of the standard).

/// Why a picture has no more pixels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// All are there, or the codes end
    Good,
    /// A code that means nothing
    Bad,
}

const MAX_BITS: u32 = 12;
const ENTRIES: usize = 1 << MAX_BITS;
/// The reference hands pixels on in pieces of this many, and notices a bad code only behind one.
const PIECE: usize = 4096;

/// Strings of indices. Each is one before it and the index that followed, so it stands in what was decoded
/// already, and is copied from there.
#[derive(Debug)]
pub(super) struct Decoder {
    strings: Box<[Place]>,
}

/// Where a string stands in the indices.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    start: usize,
    length: usize,
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self { strings: vec![Place::default(); ENTRIES].into() }
    }

    /// Decodes `data`, the size of a code and blocks, to indices; how many, and why no more. What is
    /// behind them in `out` is overwritten too.
    pub(super) fn decode(&mut self, data: &[u8], out: &mut [u8]) -> (usize, End) {
        let Some((&bits, blocks)) = data.split_first() else { return (0, End::Good) };
        let clear = 1_u16 << bits;
        let mut codes = Codes::new(blocks);
        let initial = u32::from(bits) + 1;
        let Some(first) = first_code(&mut codes, initial, clear) else { return (0, End::Bad) };
        let mut state = State { size: clear + 2, bits: initial, previous: Place::default() };
        let mut at = single(first, out, 0, &mut state);
        while at < out.len() {
            let Some(code) = codes.next(state.bits) else { return (at, End::Good) };
            if code == clear {
                (state.size, state.bits) = (clear + 2, initial);
                at = match after_clear(&mut codes, initial, clear) {
                    Ok(code) => single(code, out, at, &mut state),
                    Err(end) => return (at, fault(at, end)),
                };
                continue;
            }
            if code == clear + 1 {
                return (at, End::Good);
            }
            if code > state.size {
                return (at, fault(at, End::Bad));
            }
            self.learn(&mut state);
            if code < clear {
                at = single(code, out, at, &mut state);
            } else {
                let Place { start, length } = self.strings[usize::from(code) % ENTRIES];
                state.previous = Place { start: at, length };
                at = copy(out, start, length, at);
            }
        }
        (at, End::Good)
    }

    /// Adds the string before with the index that comes now.
    fn learn(&mut self, state: &mut State) {
        let at = usize::from(state.size);
        if at >= ENTRIES {
            return;
        }
        let Place { start, length } = state.previous;
        self.strings[at] = Place { start, length: length + 1 };
        if at == (1 << state.bits) - 1 && state.bits < MAX_BITS {
            state.bits += 1;
        }
        state.size += 1;
    }
}

/// Codes so far.
struct State {
    /// Strings known
    size: u16,
    /// Bits of a code
    bits: u32,
    previous: Place,
}

/// Writes a single index; where it ends.
#[inline]
fn single(code: u16, out: &mut [u8], at: usize, state: &mut State) -> usize {
    state.previous = Place { start: at, length: 1 };
    let Some(index) = out.get_mut(at) else { return at };
    *index = code as u8;
    at + 1
}

/// Copies a string from `start` to `at`, as far as there is room; where it ends.
#[inline]
fn copy(out: &mut [u8], start: usize, length: usize, at: usize) -> usize {
    const SHORT: usize = 16;
    let end = (at + length).min(out.len());
    if start + length > at {
        // its last index is the first one that it writes
        for (to, from) in (at..end).zip(start..) {
            out[to] = out[from];
        }
        return end;
    }
    let piece = out.get(start..).and_then(|piece| piece.first_chunk::<SHORT>()).copied();
    match (piece, out.get_mut(at..at + SHORT)) {
        (Some(piece), Some(to)) if length <= SHORT => to.copy_from_slice(&piece),
        _ => out.copy_within(start..start + end - at, at),
    }
    end
}

/// A bad code is one only where pixels of the same piece came before it.
fn fault(at: usize, end: End) -> End {
    if at.is_multiple_of(PIECE) { End::Good } else { end }
}

/// The first code: that of a single index, behind any number of clear codes.
fn first_code(codes: &mut Codes<'_>, bits: u32, clear: u16) -> Option<u16> {
    loop {
        match codes.next(bits)? {
            code if code == clear => {}
            code => return (code < clear).then_some(code),
        }
    }
}

/// The code behind a clear code.
fn after_clear(codes: &mut Codes<'_>, bits: u32, clear: u16) -> Result<u16, End> {
    loop {
        match codes.next(bits) {
            None => return Err(End::Good),
            Some(code) if code == clear => {}
            Some(code) if code < clear => return Ok(code),
            Some(_) => return Err(End::Bad),
        }
    }
}

/// Codes out of blocks of at most 255 bytes.
struct Codes<'a> {
    /// What is left of the block
    block: &'a [u8],
    rest: &'a [u8],
    bits: u64,
    count: u32,
}

impl<'a> Codes<'a> {
    fn new(blocks: &'a [u8]) -> Self {
        Self { block: &[], rest: blocks, bits: 0, count: 0 }
    }

    #[inline]
    fn next(&mut self, bits: u32) -> Option<u16> {
        if self.count < bits {
            self.fill(bits)?;
        }
        let code = self.bits as u16 & ((1_u32 << bits) - 1) as u16;
        self.bits >>= bits;
        self.count -= bits;
        Some(code)
    }

    /// At least `bits` more, unless the codes end.
    fn fill(&mut self, bits: u32) -> Option<()> {
        while self.count < bits {
            if self.block.is_empty() {
                let (&size, rest) = self.rest.split_first()?;
                if size == 0 {
                    return None;
                }
                // a block that is cut off counts for nothing
                (self.block, self.rest) = rest.split_at_checked(usize::from(size))?;
            }
            if let (Some((word, rest)), true) =
                (self.block.split_first_chunk::<4>(), self.count <= 32)
            {
                self.bits |= u64::from(u32::from_le_bytes(*word)) << self.count;
                self.count += 32;
                self.block = rest;
            } else if let Some((&byte, rest)) = self.block.split_first() {
                self.bits |= u64::from(byte) << self.count;
                self.count += 8;
                self.block = rest;
            } else {
                return None;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weezl::BitOrder;

    /// The size of a code, and blocks.
    fn encoded(bits: u8, indices: &[u8]) -> Vec<u8> {
        let codes = weezl::encode::Encoder::new(BitOrder::Lsb, bits).encode(indices);
        let mut data = vec![bits];
        for block in codes.expect("indices have so many bits").chunks(255) {
            data.push(block.len() as u8);
            data.extend_from_slice(block);
        }
        data.push(0);
        data
    }

    #[test]
    fn indices_come_back() {
        let mut decoder = Decoder::new();
        let mut seed = 1u32;
        for (bits, spread) in [(2, 1), (2, 4), (5, 3), (8, 2), (8, 40), (8, 256), (8, 1)] {
            for length in [1, 2, 15, 16, 17, 300, 70_000] {
                let mut indices: Vec<u8> = Vec::with_capacity(length);
                for at in 0..length {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let value = (seed >> 16) % spread % (1 << bits);
                    // runs and repeated pieces beside noise
                    let again = at > 40 && at / 64 % 2 == 0;
                    indices.push(if again { indices[at - 37] } else { value as u8 });
                }
                let data = encoded(bits, &indices);
                let mut out = vec![0; length];
                assert_eq!(decoder.decode(&data, &mut out), (length, End::Good));
                assert!(out == indices, "{bits} bits, {length} indices of {spread}");
                // more room than indices, and less
                let mut out = vec![0; length + 20];
                assert_eq!(decoder.decode(&data, &mut out), (length, End::Good));
                let mut out = vec![0; length / 2];
                assert_eq!(decoder.decode(&data, &mut out).0.min(length / 2), length / 2);
                assert!(out == indices[..length / 2]);
            }
        }
    }
}
