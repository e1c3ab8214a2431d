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

/// Strings of indices, each a longer one without its last.
pub(super) struct Decoder {
    /// The string without its last
    prefix: [u16; ENTRIES],
    last: [u8; ENTRIES],
    first: [u8; ENTRIES],
    length: [u16; ENTRIES],
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Decoder")
    }
}

impl Decoder {
    pub(super) fn new() -> Box<Self> {
        let mut decoder = Box::new(Self {
            prefix: [0; ENTRIES],
            last: [0; ENTRIES],
            first: [0; ENTRIES],
            length: [0; ENTRIES],
        });
        for code in 0..256 {
            decoder.last[code] = code as u8;
        }
        decoder
    }

    /// Decodes `data`, the size of a code and blocks, to indices; how many, and why no more.
    pub(super) fn decode(&mut self, data: &[u8], out: &mut [u8]) -> (usize, End) {
        let Some((&bits, blocks)) = data.split_first() else { return (0, End::Good) };
        let clear = 1_u16 << bits;
        self.reset(clear);
        let mut codes = Codes::new(blocks);
        let initial = u32::from(bits) + 1;
        let Some(first) = first_code(&mut codes, initial, clear) else { return (0, End::Bad) };
        let mut state = State { size: clear + 2, bits: initial, previous: first };
        let mut at = self.write(first, out, 0);
        while at < out.len() {
            let Some(code) = codes.next(state.bits) else { return (at, End::Good) };
            let code = if code == clear {
                state = State { size: clear + 2, bits: initial, previous: 0 };
                match after_clear(&mut codes, initial, clear) {
                    Ok(code) => code,
                    Err(end) => return (at, fault(at, end)),
                }
            } else if code == clear + 1 {
                return (at, End::Good);
            } else if code > state.size {
                return (at, fault(at, End::Bad));
            } else {
                self.learn(&mut state, code);
                code
            };
            at = self.write(code, out, at);
            state.previous = code;
        }
        (at, End::Good)
    }

    /// Single indices only.
    fn reset(&mut self, clear: u16) {
        let singles = usize::from(clear) + 2;
        self.length[..singles].fill(1);
        for code in 0..singles {
            (self.last[code], self.first[code]) = (code as u8, code as u8);
        }
    }

    /// Adds the string before with the first index of the string of `code`.
    fn learn(&mut self, state: &mut State, code: u16) {
        let at = usize::from(state.size);
        if at >= ENTRIES {
            return;
        }
        let previous = usize::from(state.previous);
        let from = if code < state.size { usize::from(code) } else { previous };
        self.last[at] = self.first[from];
        self.first[at] = self.first[previous];
        self.prefix[at] = state.previous;
        self.length[at] = self.length[previous].saturating_add(1);
        if at == (1 << state.bits) - 1 && state.bits < MAX_BITS {
            state.bits += 1;
        }
        state.size += 1;
    }

    /// Writes the string of a code, as far as there is room; where it ends.
    fn write(&self, code: u16, out: &mut [u8], at: usize) -> usize {
        let length = usize::from(self.length[usize::from(code)]);
        let end = (at + length).min(out.len());
        let mut code = usize::from(code) % ENTRIES;
        for _ in 0..at + length - end {
            code = usize::from(self.prefix[code]) % ENTRIES;
        }
        for index in out[at..end].iter_mut().rev() {
            *index = self.last[code];
            code = usize::from(self.prefix[code]) % ENTRIES;
        }
        end
    }
}

/// Codes so far.
struct State {
    /// Strings known
    size: u16,
    /// Bits of a code
    bits: u32,
    previous: u16,
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
