//! Huffman tables.
//!
//! One look-up of the next few bits gives a whole symbol *with* the value that follows it, where both
//! fit. Where the coefficients of a block are not wanted, one look-up passes over as many whole
//! symbols as fit.

use std::sync::{Arc, LazyLock, OnceLock};

use super::bits::Bits;

/// Bits of a look-up for first coefficients.
pub(crate) const DC_BITS: u32 = 9;
/// Bits of a look-up for the others.
pub(crate) const AC_BITS: u32 = 10;

/// Set in an entry whose code or value is longer than the look-up.
pub(crate) const LONG: u32 = 1 << 5;
/// Set in an entry of [`Skip`] that ends the block.
pub(crate) const ENDS: u32 = 1 << 6;
/// What the end of a block adds to the place of the next coefficient, beyond the one of every symbol.
pub(crate) const END_OF_BLOCK: u32 = 128;

/// A table as the file gives it, with the look-ups that were made of it: those that use it share them.
#[derive(Debug)]
pub(crate) struct Code {
    /// The number of codes of 1 to 16 bits.
    counts: [u8; 16],
    /// The symbols in order of their codes.
    symbols: [u8; 256],
    dc: OnceLock<Option<Arc<Dc>>>,
    ac: OnceLock<Option<Arc<Ac>>>,
}

impl Code {
    fn new(counts: [u8; 16], symbols: [u8; 256]) -> Self {
        Self { counts, symbols, dc: OnceLock::new(), ac: OnceLock::new() }
    }

    /// The same, shared by all files where it is a standard one: most files have those, and so do all tiles
    /// of most pictures in tiles.
    pub(crate) fn shared(counts: [u8; 16], symbols: [u8; 256]) -> Arc<Self> {
        let same = |known: &&Arc<Self>| (known.counts, known.symbols) == (counts, symbols);
        let known = STANDARD.iter().flatten().find(same).map(Arc::clone);
        known.unwrap_or_else(|| Arc::new(Self::new(counts, symbols)))
    }

    /// The look-up for first coefficients, if there can be one.
    pub(crate) fn dc(&self) -> Option<Arc<Dc>> {
        kept(&self.dc, || Dc::new(self))
    }

    /// The look-up for the others, if there can be one.
    pub(crate) fn ac(&self) -> Option<Arc<Ac>> {
        kept(&self.ac, || Ac::new(self))
    }
}

/// What is kept in `place`, or made for it. It is made first and kept then: a process that forks
/// meanwhile would leave the child a place where somebody seems to be at work for ever.
fn kept<T>(place: &OnceLock<Option<Arc<T>>>, make: impl FnOnce() -> Option<T>) -> Option<Arc<T>> {
    if let Some(known) = place.get() {
        return known.clone();
    }
    let made = make().map(Arc::new);
    place.get_or_init(|| made).clone()
}

/// The canonical code, for codes that are longer than a look-up.
#[derive(Clone, Debug)]
pub(crate) struct Canonical {
    /// For each length, the first code that is longer, at the top of 16 bits.
    limits: [u32; 17],
    /// For each length, what to add to a code to get the place of its symbol.
    offsets: [i32; 17],
    symbols: [u8; 256],
}

impl Canonical {
    /// Checks and numbers the codes.
    pub(crate) fn new(code: &Code) -> Option<Self> {
        let mut limits = [0; 17];
        let mut offsets = [0; 17];
        let mut next = 0u32;
        let mut place = 0i32;
        for length in 1..=16usize {
            let count = u32::from(code.counts[length - 1]);
            offsets[length] = place - next as i32;
            next += count;
            place += count as i32;
            // No code may be all ones.
            if next >= 1 << length {
                return None;
            }
            limits[length] = next << (16 - length);
            next <<= 1;
        }
        (place <= 256).then_some(Self { limits, offsets, symbols: code.symbols })
    }

    /// The symbol at the top of `bits`, and its length. A code that the table does not have is 17
    /// bits long and means 0.
    #[inline]
    pub(crate) fn symbol(&self, bits: u64) -> (u32, u8) {
        let top = (bits >> 48) as u32;
        for length in 1..=16u32 {
            if top < self.limits[length as usize] {
                let place = self.offsets[length as usize] + (top >> (16 - length)) as i32;
                return (length, self.symbols[(place & 255) as usize]);
            }
        }
        (17, 0)
    }

    /// The symbol at the top of `index`, a number of `bits` bits, if it is no longer than that.
    fn short(&self, index: u32, bits: u32) -> Option<(u32, u8)> {
        let (length, symbol) = self.symbol(u64::from(index) << (64 - bits));
        (length <= bits).then_some((length, symbol))
    }
}

/// The value that the last `size` bits of `bits` stand for.
#[inline]
pub(crate) fn extend(bits: u32, size: u32) -> i32 {
    if size == 0 {
        return 0;
    }
    let bits = bits as i32;
    let negative = (bits - (1 << (size - 1))) >> 31;
    bits + (negative & (1 - (1 << size)))
}

/// Packs an entry: the bits to drop, by how much the place moves before the value is stored, and the
/// value (or the size of one that is too long).
fn entry(length: u32, run: u32, value: i32) -> u32 {
    length | (run << 8) | ((value as u32) << 16)
}

/// Look-up for first coefficients.
#[derive(Debug)]
pub(crate) struct Dc {
    pub(crate) fast: [u32; 1 << DC_BITS],
    pub(crate) canonical: Canonical,
}

impl Dc {
    /// Nothing if the table is not one, or has a size of more than 15 bits.
    fn new(code: &Code) -> Option<Self> {
        let canonical = Canonical::new(code)?;
        let used = code.counts.iter().copied().map(usize::from).sum::<usize>();
        if code.symbols[..used.min(256)].iter().any(|&size| size > 15) {
            return None;
        }
        let mut fast = [LONG; 1 << DC_BITS];
        for (index, out) in (0u32..).zip(fast.iter_mut()) {
            if let Some((length, size)) = canonical.short(index, DC_BITS) {
                let total = length + u32::from(size);
                if total <= DC_BITS {
                    let bits = (index >> (DC_BITS - total)) & ((1 << size) - 1);
                    *out = entry(total, 0, extend(bits, u32::from(size)));
                }
            }
        }
        Some(Self { fast, canonical })
    }
}

/// Look-up for the coefficients after the first one.
#[derive(Debug)]
pub(crate) struct Ac {
    pub(crate) fast: [u32; 1 << AC_BITS],
    pub(crate) canonical: Canonical,
}

impl Ac {
    /// Nothing if the table is not one.
    fn new(code: &Code) -> Option<Self> {
        let canonical = Canonical::new(code)?;
        let mut fast = [LONG; 1 << AC_BITS];
        for (index, out) in (0u32..).zip(fast.iter_mut()) {
            if let Some((length, symbol)) = canonical.short(index, AC_BITS) {
                *out = ac_entry(index, length, symbol);
            }
        }
        Some(Self { fast, canonical })
    }
}

/// The entry of a symbol whose code takes the first `length` of the bits of `index`.
fn ac_entry(index: u32, length: u32, symbol: u8) -> u32 {
    let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
    let total = length + size;
    if size == 0 {
        let run = if run == 15 { 15 } else { END_OF_BLOCK };
        return entry(length, run, 0);
    }
    if total > AC_BITS {
        return entry(length, run, size as i32) | LONG;
    }
    let bits = (index >> (AC_BITS - total)) & ((1 << size) - 1);
    entry(total, run, extend(bits, size))
}

/// Look-up for the coefficients after the first one in progressive files, where a block ends otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Bands {
    pub(crate) fast: Box<[u32; 1 << AC_BITS]>,
    canonical: Canonical,
    /// The code at the top of the bits: its length and, eight bits further up, its symbol; 0 if it is longer.
    codes: Box<[u16; 1 << AC_BITS]>,
}

impl Bands {
    /// Nothing if the table is not one.
    pub(crate) fn new(code: &Code) -> Option<Self> {
        let canonical = Canonical::new(code)?;
        let mut fast = Box::new([LONG; 1 << AC_BITS]);
        let mut codes = Box::new([0; 1 << AC_BITS]);
        for ((index, fast), out) in (0u32..).zip(fast.iter_mut()).zip(codes.iter_mut()) {
            if let Some((length, symbol)) = canonical.short(index, AC_BITS) {
                *out = length as u16 | (u16::from(symbol) << 8);
                if symbol & 15 != 0 {
                    *fast = ac_entry(index, length, symbol);
                }
            }
        }
        Some(Self { fast, canonical, codes })
    }

    /// Takes the next symbol, as run and size.
    #[inline]
    pub(crate) fn symbol(&self, bits: &mut Bits) -> (u32, u32) {
        let code = self.codes[(bits.peek() >> (64 - AC_BITS)) as usize];
        let (length, symbol) = if code == 0 {
            self.canonical.symbol(bits.peek())
        } else {
            (u32::from(code & 255), (code >> 8) as u8)
        };
        bits.drop_code(length);
        (u32::from(symbol >> 4), u32::from(symbol & 15))
    }
}

/// Look-up that passes over whole symbols of the coefficients after the first one.
#[derive(Clone, Debug)]
pub(crate) struct Skip {
    pub(crate) fast: Box<[u32; 1 << AC_BITS]>,
}

impl Skip {
    pub(crate) fn new(ac: &Ac) -> Self {
        let mut fast = Box::new([LONG; 1 << AC_BITS]);
        for (index, out) in (0u32..).zip(fast.iter_mut()) {
            *out = skip_entry(&ac.canonical, index);
        }
        Self { fast }
    }
}

/// The bits of as many whole symbols as fit, by how much they move the place (one more if the last
/// one ends the block), and whether it does.
fn skip_entry(canonical: &Canonical, index: u32) -> u32 {
    let (mut used, mut places) = (0, 0);
    while used < AC_BITS {
        let rest = (index << used) & ((1 << AC_BITS) - 1);
        let Some((length, symbol)) = canonical.short(rest, AC_BITS) else {
            break;
        };
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        if used + length + size > AC_BITS {
            break;
        }
        used += length + size;
        places += 1;
        if size == 0 && run != 15 {
            return used | ENDS | (places << 8);
        }
        places += run;
        if places > 64 {
            // No block is that long: take the symbols one by one.
            return LONG;
        }
    }
    if used == 0 { LONG } else { used | (places << 8) }
}

/// The tables that files without any mean (ITU-T T.81, annex K.3), as Motion JPEG has it.
pub(crate) fn standard(ac: bool, chroma: bool) -> Arc<Code> {
    Arc::clone(&STANDARD[usize::from(ac)][usize::from(chroma)])
}

/// Those tables: for first coefficients and for the others, of luma and of chroma.
static STANDARD: LazyLock<[[Arc<Code>; 2]; 2]> = LazyLock::new(|| {
    [false, true].map(|ac| [false, true].map(|chroma| Arc::new(standard_code(ac, chroma))))
});

fn standard_code(ac: bool, chroma: bool) -> Code {
    let (counts, known): ([u8; 16], &[u8]) = match (ac, chroma) {
        (false, false) => ([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], &SIZES),
        (false, true) => ([0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], &SIZES),
        (true, false) => ([0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D], &LUMA),
        (true, true) => ([0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77], &CHROMA),
    };
    let mut symbols = [0; 256];
    symbols[..known.len()].copy_from_slice(known);
    Code::new(counts, symbols)
}

const SIZES: [u8; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

const LUMA: [u8; 162] = [
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07,
    0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0,
    0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0A, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x25, 0x26, 0x27, 0x28,
    0x29, 0x2A, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49,
    0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69,
    0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
    0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7,
    0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3, 0xC4, 0xC5,
    0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE1, 0xE2,
    0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8,
    0xF9, 0xFA,
];

const CHROMA: [u8; 162] = [
    0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71,
    0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33, 0x52, 0xF0,
    0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25, 0xF1, 0x17, 0x18, 0x19, 0x1A, 0x26,
    0x27, 0x28, 0x29, 0x2A, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,
    0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68,
    0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
    0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5,
    0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3,
    0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA,
    0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8,
    0xF9, 0xFA,
];
