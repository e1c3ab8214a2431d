//! Inflate of whole buffers (RFC 1950 and RFC 1951), for chunks of which the size is known.
//!
//! A stream of any length needs a window, and states to stop and go on in. Here all of the input and
//! the room for all of the output are at hand, so that a loop without either does most of the work: codes
//! are looked up eleven bits at a time, where one entry of the table may be two literals, and what they
//! are is written eight bytes at once. Near the end of either buffer a careful loop takes over.

use windlass_simd::png_filter::Adler;

/// Bits of a code that are looked up at once; longer ones take a second look.
const LITERAL_BITS: u32 = 11;
const DISTANCE_BITS: u32 = 9;
/// Entries that are taken as literals before asking whether they are: so many that it is seldom not the
/// end of a run of them.
const STEPS: u32 = 2;
/// Entries of literals that are taken in a row; their bits fit what is filled in at once.
const MOST_STEPS: u32 = 4;
/// Entries of a table: no complete code of 288 or 32 symbols of up to 15 bits needs more.
const LITERALS: usize = 4096;
const DISTANCES: usize = 1024;
/// Symbols of the alphabets.
const LITERAL_SYMBOLS: usize = 288;
const DISTANCE_SYMBOLS: usize = 32;
/// The longest code.
const LONGEST: usize = 15;
/// Most bytes that the fast loop writes before it looks how many are left: eight of literals, the longest
/// match, and what is written behind it.
const ROOM: usize = 8 + 258 + 16;

/// An entry of a table. Fields of literals are 0 in all others, so that a step over a literal does nothing
/// where there is none.
///
/// bits | of literals            | of matches        | else
/// 0-4  | bits to consume        | 0                 | 0
/// 5-6  | how many: 1 or 2       | 0                 | 0
/// 7    | 0                      | 0                 | 1
/// 8-23 | the literals           | the least value   | where a longer code is looked up
/// 24-27| bits of the first code | bits of the code  | bits of the code, or to look up
/// 28-31| 0                      | bits behind it    | what it is
const USED: u32 = 31;
const COUNT: u32 = 0x60;
const SPECIAL: u32 = 1 << 7;
const END: u32 = SPECIAL | 1 << 28;
const INVALID: u32 = SPECIAL | 2 << 28;
const LONGER: u32 = SPECIAL | 4 << 28;

/// The tables of a decoder, used again from chunk to chunk.
pub(super) struct Inflate {
    literals: Box<[u32; LITERALS]>,
    distances: Box<[u32; DISTANCES]>,
}

/// Why a stream can't be decoded to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// The input ends before
    Short,
    /// What there is breaks a rule, by this name
    Malformed(&'static str),
}

/// How a block ended.
#[derive(PartialEq, Eq)]
enum End {
    Block,
    /// There is no more room, but there are more bytes
    Full,
}

type Outcome<T> = Result<T, Fault>;

impl Default for Inflate {
    fn default() -> Self {
        Self { literals: Box::new([0; LITERALS]), distances: Box::new([0; DISTANCES]) }
    }
}

impl Inflate {
    /// Decodes a stream with its header (RFC 1950) into `out`, until it ends or `out` is full; how many
    /// bytes there are, right whatever follows them, and what is wrong behind. What does not fit is no
    /// fault.
    pub(super) fn zlib(&mut self, input: &[u8], out: &mut [u8]) -> (usize, Result<(), Fault>) {
        let mut bits = Bits { input, at: 0, held: 0, count: 0 };
        let mut at = 0;
        let done = header(&mut bits).and_then(|()| self.blocks(&mut bits, out, &mut at));
        let done = match done {
            Ok(End::Block) => trailer(&mut bits, &out[..at]),
            Ok(End::Full) => Ok(()),
            Err(fault) => Err(fault),
        };
        (at, done)
    }

    /// All blocks, and whether the stream ends with them.
    fn blocks(&mut self, bits: &mut Bits<'_>, out: &mut [u8], at: &mut usize) -> Outcome<End> {
        loop {
            let last = bits.take(1)? == 1;
            let end = match bits.take(2)? {
                0 => stored(bits, out, at)?,
                1 => {
                    self.fixed()?;
                    self.codes(bits, out, at)?
                }
                2 => {
                    self.dynamic(bits)?;
                    self.codes(bits, out, at)?
                }
                _ => return Err(Fault::Malformed("invalid block type")),
            };
            if last || end == End::Full {
                return Ok(end);
            }
        }
    }

    /// The codes that need no table in the stream (RFC 1951 §3.2.6).
    fn fixed(&mut self) -> Outcome<()> {
        let mut lengths = [8; LITERAL_SYMBOLS];
        lengths[144..256].fill(9);
        lengths[256..280].fill(7);
        self.tables(&lengths, &[5; DISTANCE_SYMBOLS])
    }

    /// The tables of a block that has its own (RFC 1951 §3.2.7).
    fn dynamic(&mut self, bits: &mut Bits<'_>) -> Outcome<()> {
        const ORDER: [usize; 19] =
            [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
        let literals = bits.take(5)? as usize + 257;
        let distances = bits.take(5)? as usize + 1;
        let count = bits.take(4)? as usize + 4;
        if literals > 286 || distances > 30 {
            return Err(Fault::Malformed("too many length or distance symbols"));
        }
        let mut lengths = [0; 19];
        for &symbol in &ORDER[..count] {
            lengths[symbol] = bits.take(3)? as u8;
        }
        let mut table = [0; 128];
        build(&lengths, 7, false, &mut table, |symbol| 1 << 5 | (symbol as u32) << 8)
            .ok_or(Fault::Malformed("invalid code lengths set"))?;
        let mut lengths = [0_u8; LITERAL_SYMBOLS + DISTANCE_SYMBOLS];
        let (mut at, end) = (0, literals + distances);
        while at < end {
            bits.fill();
            let entry = table[(bits.held & 127) as usize];
            bits.consume(entry & USED)?;
            let symbol = (entry >> 8) as u8;
            let (value, count) = match symbol {
                16 if at == 0 => return Err(Fault::Malformed("invalid bit length repeat")),
                16 => (lengths[at - 1], 3 + bits.take(2)? as usize),
                17 => (0, 3 + bits.take(3)? as usize),
                18 => (0, 11 + bits.take(7)? as usize),
                length => (length, 1),
            };
            if count > end - at {
                return Err(Fault::Malformed("invalid bit length repeat"));
            }
            lengths[at..at + count].fill(value);
            at += count;
        }
        if lengths[256] == 0 {
            return Err(Fault::Malformed("invalid code -- missing end-of-block"));
        }
        self.tables(&lengths[..literals], &lengths[literals..end])
    }

    fn tables(&mut self, literals: &[u8], distances: &[u8]) -> Outcome<()> {
        build(literals, LITERAL_BITS, true, &mut self.literals[..], literal)
            .ok_or(Fault::Malformed("invalid literal/lengths set"))?;
        pairs(&mut self.literals);
        build(distances, DISTANCE_BITS, true, &mut self.distances[..], distance)
            .ok_or(Fault::Malformed("invalid distances set"))
    }

    /// A block of codes.
    fn codes(&self, bits: &mut Bits<'_>, out: &mut [u8], at: &mut usize) -> Outcome<End> {
        if self.fast(bits, out, at)? {
            return Ok(End::Block);
        }
        self.careful(bits, out, at)
    }

    /// Decodes as long as neither buffer can end within a step; whether the block has ended.
    fn fast(&self, stream: &mut Bits<'_>, out: &mut [u8], to: &mut usize) -> Outcome<bool> {
        const MASK: u64 = (1 << LITERAL_BITS) - 1;
        let (literals, distances) = (&*self.literals, &*self.distances);
        let mut bits = *stream;
        let mut at = *to;
        let result = loop {
            if !bits.is_rich() || out.len() - at < ROOM {
                break Ok(false);
            }
            bits.fill_fast();
            let mut word = 0;
            let mut length = 0;
            let mut entry = literals[(bits.held & MASK) as usize];
            for _ in 0..STEPS {
                word |= u64::from(entry >> 8 & 0xFFFF) << (8 * length);
                length += entry >> 5 & 3;
                bits.skip(entry & USED);
                entry = literals[(bits.held & MASK) as usize];
            }
            if entry & COUNT != 0 {
                for _ in STEPS..MOST_STEPS {
                    word |= u64::from(entry >> 8 & 0xFFFF) << (8 * length);
                    length += entry >> 5 & 3;
                    bits.skip(entry & USED);
                    entry = literals[(bits.held & MASK) as usize];
                }
                if let Some(to) = out[at..].first_chunk_mut() {
                    *to = word.to_le_bytes();
                }
                at += length as usize;
                continue;
            }
            if let Some(to) = out[at..].first_chunk_mut() {
                *to = word.to_le_bytes();
            }
            at += length as usize;
            bits.fill_fast();
            if entry & LONGER == LONGER {
                bits.skip(LITERAL_BITS);
                entry = literals[longer(entry, bits.held) & (LITERALS - 1)];
                if entry & COUNT != 0 {
                    out[at] = (entry >> 8) as u8;
                    at += 1;
                    bits.skip(entry & USED);
                    continue;
                }
            }
            if entry & SPECIAL != 0 {
                bits.skip(entry >> 24 & 15);
                break if entry & END == END { Ok(true) } else { Err(NO_LITERAL) };
            }
            let length = bits.value(entry);
            let mut entry = distances[(bits.held & ((1 << DISTANCE_BITS) - 1)) as usize];
            if entry & LONGER == LONGER {
                bits.skip(DISTANCE_BITS);
                entry = distances[longer(entry, bits.held) & (DISTANCES - 1)];
            }
            if entry & SPECIAL != 0 {
                break Err(NO_DISTANCE);
            }
            let distance = bits.value(entry);
            if distance > at {
                break Err(TOO_FAR);
            }
            repeat(out, at, distance, length);
            at += length;
        };
        *stream = bits;
        *to = at;
        result
    }

    /// Decodes code by code, each only if all of its bits are there.
    fn careful(&self, bits: &mut Bits<'_>, out: &mut [u8], at: &mut usize) -> Outcome<End> {
        loop {
            bits.fill();
            let mut entry = self.literals[(bits.held & ((1 << LITERAL_BITS) - 1)) as usize];
            if entry & LONGER == LONGER {
                bits.consume(LITERAL_BITS)?;
                entry = self.literals[longer(entry, bits.held) & (LITERALS - 1)];
            }
            if entry & COUNT != 0 {
                bits.consume(entry >> 24 & 15)?;
                let Some(out) = out.get_mut(*at) else { return Ok(End::Full) };
                *out = (entry >> 8) as u8;
                *at += 1;
                continue;
            }
            if entry & SPECIAL != 0 {
                bits.consume(entry >> 24 & 15)?;
                return if entry & END == END { Ok(End::Block) } else { Err(NO_LITERAL) };
            }
            let length = bits.checked_value(entry)?;
            bits.fill();
            let mut entry = self.distances[(bits.held & ((1 << DISTANCE_BITS) - 1)) as usize];
            if entry & LONGER == LONGER {
                bits.consume(DISTANCE_BITS)?;
                entry = self.distances[longer(entry, bits.held) & (DISTANCES - 1)];
            }
            if entry & SPECIAL != 0 {
                bits.consume(entry >> 24 & 15)?;
                return Err(NO_DISTANCE);
            }
            let distance = bits.checked_value(entry)?;
            if *at == out.len() {
                return Ok(End::Full);
            }
            if distance > *at {
                return Err(TOO_FAR);
            }
            let fits = length.min(out.len() - *at);
            for _ in 0..fits {
                out[*at] = out[*at - distance];
                *at += 1;
            }
            if fits < length {
                return Ok(End::Full);
            }
        }
    }
}

const NO_LITERAL: Fault = Fault::Malformed("invalid literal/length code");
const NO_DISTANCE: Fault = Fault::Malformed("invalid distance code");
const TOO_FAR: Fault = Fault::Malformed("invalid distance too far back");

/// Where the second look goes.
#[inline(always)]
fn longer(entry: u32, held: u64) -> usize {
    let mask = (1_u64 << (entry >> 24 & 15)) - 1;
    (entry >> 8 & 0xFFFF) as usize + (held & mask) as usize
}

/// Writes `length` bytes at `at` as they are `distance` before, and may write 15 bytes more.
#[inline(always)]
fn repeat(out: &mut [u8], at: usize, distance: usize, length: usize) {
    let (from, end) = (at - distance, at + length);
    if distance == 1 {
        let value = out[from];
        out[at..end].fill(value);
        return;
    }
    let mut to = at;
    // what repeats itself within sixteen bytes is doubled until it does not
    while to < end && to - from < 16 {
        let distance = to - from;
        sixteen(out, from, to);
        to += distance;
    }
    let mut from = from;
    while to < end {
        sixteen(out, from, to);
        from += 16;
        to += 16;
    }
}

#[inline(always)]
fn sixteen(out: &mut [u8], from: usize, to: usize) {
    if let Some(&bytes) = out[from..].first_chunk::<16>()
        && let Some(to) = out[to..].first_chunk_mut::<16>()
    {
        *to = bytes;
    }
}

/// The header of a stream (RFC 1950 §2.2).
fn header(bits: &mut Bits<'_>) -> Outcome<()> {
    let (method, flags) = (bits.take(8)?, bits.take(8)?);
    if (method << 8 | flags) % 31 != 0 {
        return Err(Fault::Malformed("incorrect header check"));
    }
    if method & 15 != 8 {
        return Err(Fault::Malformed("unknown compression method"));
    }
    if method >> 4 > 7 {
        return Err(Fault::Malformed("invalid window size"));
    }
    if flags & 0x20 != 0 {
        return Err(Fault::Malformed("needs a dictionary"));
    }
    Ok(())
}

/// The checksum behind a stream.
fn trailer(bits: &mut Bits<'_>, out: &[u8]) -> Outcome<()> {
    bits.align();
    let mut value = 0;
    for _ in 0..4 {
        value = value << 8 | bits.take(8)?;
    }
    if value != Adler::of(out).value() {
        return Err(Fault::Malformed("incorrect data check"));
    }
    Ok(())
}

/// A block of bytes as they are.
fn stored(bits: &mut Bits<'_>, out: &mut [u8], at: &mut usize) -> Outcome<End> {
    bits.align();
    let (length, check) = (bits.take(16)?, bits.take(16)?);
    if length != check ^ 0xFFFF {
        return Err(Fault::Malformed("invalid stored block lengths"));
    }
    let input = bits.bytes();
    let length = length as usize;
    let count = length.min(input.len()).min(out.len() - *at);
    out[*at..*at + count].copy_from_slice(&input[..count]);
    *at += count;
    bits.pass(count);
    if count == length {
        Ok(End::Block)
    } else if *at == out.len() {
        Ok(End::Full)
    } else {
        Err(Fault::Short)
    }
}

/// The bits of a stream, the lowest of a byte first.
#[derive(Clone, Copy)]
struct Bits<'a> {
    input: &'a [u8],
    /// Bytes that were taken in
    at: usize,
    held: u64,
    /// Bits of `held` that count
    count: u32,
}

impl<'a> Bits<'a> {
    /// Whether bits can be taken in twice without a look at the end.
    #[inline(always)]
    fn is_rich(&self) -> bool {
        self.input.len() - self.at >= 16
    }

    /// At least 56 bits.
    #[inline(always)]
    fn fill_fast(&mut self) {
        if let Some(&eight) = self.input[self.at..].first_chunk::<8>() {
            self.held |= u64::from_le_bytes(eight) << self.count;
            self.at += ((63 - self.count) >> 3) as usize;
            // with what was there, 56 to 63: the bytes above are counted by their number of bits
            self.count |= 0b11_1000;
        }
    }

    /// As many bits as there are, up to 56.
    fn fill(&mut self) {
        while self.count < 56
            && let Some(&byte) = self.input.get(self.at)
        {
            self.held |= u64::from(byte) << self.count;
            self.count += 8;
            self.at += 1;
        }
    }

    /// Passes over bits that are there.
    #[inline(always)]
    fn skip(&mut self, count: u32) {
        self.held >>= count;
        self.count = self.count.wrapping_sub(count);
    }

    /// Passes over bits that may not be there.
    fn consume(&mut self, count: u32) -> Outcome<()> {
        if count > self.count {
            return Err(Fault::Short);
        }
        self.skip(count);
        Ok(())
    }

    fn take(&mut self, count: u32) -> Outcome<u32> {
        self.fill();
        let value = (self.held & ((1 << count) - 1)) as u32;
        self.consume(count)?;
        Ok(value)
    }

    /// The number that an entry stands for, with the bits behind its code.
    #[inline(always)]
    fn value(&mut self, entry: u32) -> usize {
        let (code, extra) = (entry >> 24 & 15, entry >> 28);
        let behind = (self.held >> code) & ((1_u64 << extra) - 1);
        self.skip(code + extra);
        (entry >> 8 & 0xFFFF) as usize + behind as usize
    }

    fn checked_value(&mut self, entry: u32) -> Outcome<usize> {
        if (entry >> 24 & 15) + (entry >> 28) > self.count {
            return Err(Fault::Short);
        }
        Ok(self.value(entry))
    }

    /// Passes over bits up to the next byte.
    fn align(&mut self) {
        self.skip(self.count % 8);
    }

    /// The bytes that follow, from a byte on.
    fn bytes(&mut self) -> &'a [u8] {
        self.at -= (self.count / 8) as usize;
        (self.held, self.count) = (0, 0);
        &self.input[self.at..]
    }

    fn pass(&mut self, bytes: usize) {
        self.at += bytes;
    }
}

/// The entry of a literal, length or end.
fn literal(symbol: usize) -> u32 {
    const BASES: [u16; 29] = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
        131, 163, 195, 227, 258,
    ];
    match symbol {
        0..256 => 1 << 5 | (symbol as u32) << 8,
        256 => END,
        257..286 => {
            let at = symbol - 257;
            let extra = if at == 28 { 0 } else { (at as u32 / 4).saturating_sub(1) };
            u32::from(BASES[at]) << 8 | extra << 28
        }
        _ => INVALID,
    }
}

/// The entry of a distance.
fn distance(symbol: usize) -> u32 {
    if symbol >= 30 {
        return INVALID;
    }
    let extra = (symbol as u32 / 2).saturating_sub(1);
    let base =
        if symbol < 4 { symbol as u32 + 1 } else { ((2 + (symbol as u32 & 1)) << extra) + 1 };
    base << 8 | extra << 28
}

/// An entry with the bits of its code, which is `length` bits long as far as it is looked up here.
fn coded(entry: u32, length: u32) -> u32 {
    let consumed = if entry & COUNT == 0 { 0 } else { length };
    entry | length << 24 | consumed
}

/// Fills a table for codes of these lengths (RFC 1951 §3.2.2), of which the first `bits` bits are looked
/// up first; nothing if there are too many codes or too few. `lone`: one code of one bit will do, and
/// none at all.
fn build(
    lengths: &[u8],
    bits: u32,
    lone: bool,
    table: &mut [u32],
    entry: impl Fn(usize) -> u32,
) -> Option<()> {
    let mut counts = [0_usize; LONGEST + 1];
    lengths.iter().for_each(|length| counts[usize::from(*length)] += 1);
    counts[0] = 0;
    let longest = counts.iter().rposition(|count| *count > 0).unwrap_or(0);
    let mut left = 1_isize;
    for count in &counts[1..] {
        left = 2 * left - *count as isize;
        if left < 0 {
            return None;
        }
    }
    if left > 0 {
        if !lone || longest > 1 {
            return None;
        }
        table[..1 << bits].fill(INVALID | 1 << 24);
    }
    // symbols in the order of their codes
    let mut starts = [0; LONGEST + 2];
    for length in 1..=LONGEST {
        starts[length + 1] = starts[length] + counts[length];
    }
    let mut sorted = [0_u16; LITERAL_SYMBOLS];
    for (symbol, length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
        let place = &mut starts[usize::from(*length)];
        sorted[*place] = symbol as u16;
        *place += 1;
    }
    let mut sorted = sorted.iter().map(|symbol| usize::from(*symbol));
    let mut code = 0_u32;
    // short ones, in a table that doubles with each bit
    for length in 1..=bits.min(LONGEST as u32) {
        code <<= 1;
        let half = 1 << (length - 1);
        if left == 0 {
            table.copy_within(..half, half);
        }
        for symbol in sorted.by_ref().take(counts[length as usize]) {
            let entry = coded(entry(symbol), length);
            let place = (code.reverse_bits() >> (32 - length)) as usize;
            if left == 0 {
                table[place] = entry;
            } else {
                table[..1 << bits]
                    .iter_mut()
                    .skip(place)
                    .step_by(2 * half)
                    .for_each(|to| *to = entry);
            }
            code += 1;
        }
    }
    longer_codes(&counts, (bits, longest as u32), code, &mut sorted, table, entry);
    Some(())
}

/// Fills tables behind the first one for codes longer than `bits`.
fn longer_codes(
    counts: &[usize; LONGEST + 1],
    (bits, longest): (u32, u32),
    mut code: u32,
    sorted: &mut impl Iterator<Item = usize>,
    table: &mut [u32],
    entry: impl Fn(usize) -> u32,
) {
    let (mut start, mut size) = (1_usize << bits, 0);
    let mut prefix = usize::MAX;
    for length in bits + 1..=longest {
        code <<= 1;
        for number in 0..counts[length as usize] {
            let Some(symbol) = sorted.next() else { return };
            let reversed = (code.reverse_bits() >> (32 - length)) as usize;
            if reversed & ((1 << bits) - 1) != prefix {
                prefix = reversed & ((1 << bits) - 1);
                start += size;
                // as many bits as the codes that start so have
                let mut more = length - bits;
                let mut room = (1_isize << more) - (counts[length as usize] - number) as isize;
                while room > 0 && bits + more < longest {
                    more += 1;
                    room = 2 * room - counts[(bits + more) as usize] as isize;
                }
                size = 1 << more;
                table[prefix] = LONGER | more << 24 | (start as u32) << 8;
            }
            let entry = coded(entry(symbol), length - bits);
            let places = table[start..start + size].iter_mut();
            places.skip(reversed >> bits).step_by(1 << (length - bits)).for_each(|to| *to = entry);
            code += 1;
        }
    }
}

/// Joins literals that are short enough to be looked up together.
fn pairs(table: &mut [u32; LITERALS]) {
    // from the back, so that what follows is still one literal
    for at in (0..1_usize << LITERAL_BITS).rev() {
        let first = table[at];
        let used = first & USED;
        let second = table[at >> used];
        let both = used + (second & USED);
        if first & second & COUNT != 0 && both <= LITERAL_BITS {
            let literals = (second & 0xFF00) << 8 | first & 0xFF00;
            table[at] = used << 24 | literals | 2 << 5 | both;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn deflated(bytes: &[u8], level: u32) -> Vec<u8> {
        let mut encoder =
            flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(level));
        encoder.write_all(bytes).expect("a vector");
        encoder.finish().expect("a vector")
    }

    /// Noise of few bits with repetitions at all distances, short ones too.
    fn sample(length: usize, bits: u32) -> Vec<u8> {
        let mut state = 7_u32;
        let mut out: Vec<u8> = Vec::new();
        while out.len() < length {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (kind, value) = (state >> 28, state >> 8 & 0xFFFF);
            if kind == 0 && !out.is_empty() {
                let distance =
                    1 + value as usize % (out.len().min(if value & 1 == 0 { 20 } else { 30_000 }));
                for _ in 0..3 + value % 300 {
                    out.push(out[out.len() - distance]);
                }
            } else {
                out.push((value & ((1 << bits) - 1)) as u8);
            }
        }
        out.truncate(length);
        out
    }

    /// What zlib makes of it: bytes, and whether it found a fault.
    fn expected(input: &[u8], room: usize) -> (Vec<u8>, bool) {
        let mut out = vec![0; room];
        let mut inflate = flate2::Decompress::new(true);
        let result = inflate.decompress(input, &mut out, flate2::FlushDecompress::Finish);
        out.truncate(inflate.total_out() as usize);
        (out, result.is_err())
    }

    fn check(inflate: &mut Inflate, input: &[u8], room: usize) {
        let mut out = vec![0; room];
        let (count, done) = inflate.zlib(input, &mut out);
        let (bytes, fault) = expected(input, room);
        assert_eq!(count, bytes.len());
        assert!(out[..count] == bytes[..], "other bytes");
        assert_eq!(matches!(done, Err(Fault::Malformed(_))), fault, "{done:?}");
    }

    #[test]
    fn the_same_as_zlib() {
        let mut inflate = Inflate::default();
        for bits in [1, 3, 5, 8] {
            for length in [0, 1, 100, 5000, 200_000] {
                let bytes = sample(length, bits);
                for level in [0, 1, 6, 9] {
                    let stream = deflated(&bytes, level);
                    let mut out = vec![0; length];
                    assert_eq!(inflate.zlib(&stream, &mut out), (length, Ok(())));
                    assert!(out == bytes, "{bits} bits, {length} bytes, level {level}");
                    for room in [length / 2, length.saturating_sub(1), length + 10] {
                        check(&mut inflate, &stream, room);
                    }
                }
            }
        }
    }

    #[test]
    fn damage_is_found_where_zlib_finds_it() {
        let bytes = sample(3000, 4);
        let mut inflate = Inflate::default();
        for level in [0, 1, 6] {
            let stream = deflated(&bytes, level);
            for at in 0..stream.len() {
                check(&mut inflate, &stream[..at], 3000);
                for bit in [0, 3, 6] {
                    let mut damaged = stream.clone();
                    damaged[at] ^= 1 << bit;
                    check(&mut inflate, &damaged, 3000);
                    check(&mut inflate, &damaged, 4000);
                }
            }
        }
    }

    #[test]
    fn codes_of_all_lengths() {
        // frequencies of powers of two give codes up to the longest
        let mut bytes = Vec::new();
        for symbol in 0..16_u32 {
            bytes.extend(std::iter::repeat_n((symbol * 16) as u8, 1 << symbol));
        }
        let mut state = 1_u32;
        for at in (1..bytes.len()).rev() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            bytes.swap(at, (state >> 8) as usize % (at + 1));
        }
        let stream = deflated(&bytes, 9);
        let mut out = vec![0; bytes.len()];
        assert_eq!(Inflate::default().zlib(&stream, &mut out), (bytes.len(), Ok(())));
        assert!(out == bytes);
        check(&mut Inflate::default(), &stream, bytes.len());
    }
}
