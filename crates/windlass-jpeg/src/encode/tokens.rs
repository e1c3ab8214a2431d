//! Quantised coefficients kept for a second pass: about two bytes for each that is not zero.
//!
//! A block's AC coefficients are stored as the baseline coder would send them: the symbol
//! (`16 run + size`), then the value bits in one byte, or in two (high byte first) where the size is
//! above 8; a zero byte ends the block. DC values stand beside them, absolute.

use super::frame::Frame;
use super::huffman::Counts;
use windlass_simd::jpeg_encode::{NATURAL, Pair};

/// A row of blocks across the whole picture.
#[derive(Clone, Debug, Default)]
pub(super) struct BlockRow {
    /// One for each block of the MCUs, padding included.
    pub(super) dc: Vec<i16>,
    /// Only blocks that hold samples of the picture.
    pub(super) ac: Vec<u8>,
}

/// The rows of blocks of each component.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) components: Vec<Vec<BlockRow>>,
    /// How often each symbol of the AC tables occurs in a sequential scan.
    pub(super) counts: [Counts; 2],
    /// The table of each component.
    tables: Vec<usize>,
    /// Those of the row of MCUs in hand.
    current: Vec<Vec<BlockRow>>,
}

/// Coefficients to append: `blocks` of them, of which `real` hold samples of the picture.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) pairs: &'a [Pair],
    pub(super) masks: &'a [u64],
    pub(super) blocks: usize,
    pub(super) real: usize,
}

impl Store {
    pub(super) fn start(&mut self, frame: &Frame) {
        self.components = vec![Vec::new(); frame.components.len()];
        self.counts = <[Counts; 2]>::default();
        self.tables = frame.components.iter().map(|component| component.tables).collect();
        let rows = |vertical| vec![BlockRow::default(); vertical];
        self.current = frame.components.iter().map(|c| rows(c.vertical)).collect();
    }

    pub(super) fn append(&mut self, component: usize, row: usize, rows: Rows<'_>) {
        let out = &mut self.current[component][row];
        for block in 0..rows.blocks {
            let pair = &rows.pairs[block / 2];
            let half = 8 * (block % 2);
            out.dc.push(pair[half]);
            let counts = &mut self.counts[self.tables[component]];
            if block < rows.real {
                append(&mut out.ac, counts, pair, half, rows.masks[block]);
            } else {
                counts.add(0);
            }
        }
    }

    /// A row of MCUs is complete.
    pub(super) fn end_row(&mut self) {
        for (rows, current) in self.components.iter_mut().zip(&mut self.current) {
            rows.extend(current.iter_mut().map(std::mem::take));
        }
    }

    /// Take over the rows of a piece.
    pub(super) fn take(&mut self, piece: &mut Self) {
        for (counts, more) in self.counts.iter_mut().zip(&piece.counts) {
            counts.merge(more);
        }
        self.components.resize_with(piece.components.len(), Vec::new);
        for (rows, more) in self.components.iter_mut().zip(&mut piece.components) {
            for row in more.iter_mut() {
                row.ac.shrink_to_fit();
            }
            rows.append(more);
        }
    }
}

fn append(out: &mut Vec<u8>, counts: &mut Counts, pair: &Pair, half: usize, mask: u64) {
    let mut mask = mask & !1;
    let mut last = 0;
    while mask != 0 {
        let k = mask.trailing_zeros();
        mask &= mask - 1;
        let mut run = k - last - 1;
        last = k;
        while run > 15 {
            out.push(0xF0);
            counts.add(0xF0);
            run -= 16;
        }
        let natural = usize::from(NATURAL[k as usize & 63]);
        let value = i32::from(pair[2 * (natural & !7) + (natural & 7) + half]);
        let size = size(value);
        let bits = (value + (value >> 31)) as u32 & ((1 << size) - 1);
        let symbol = (run << 4 | size) as u8;
        out.push(symbol);
        counts.add(symbol);
        if size > 8 {
            out.push((bits >> 8) as u8);
        }
        out.push(bits as u8);
    }
    out.push(0);
    if last < 63 {
        counts.add(0);
    }
}

/// The size category of a value: how many bits its magnitude has.
pub(super) fn size(value: i32) -> u32 {
    32 - value.unsigned_abs().leading_zeros()
}

/// Reads what [`BlockRow::ac`] holds.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    tokens: &'a [u8],
    at: usize,
}

/// One coefficient, or the sixteen zeros of a long run (`size` 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) symbol: u8,
    pub(super) size: u32,
    pub(super) bits: u32,
}

/// A coefficient that is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Coefficient {
    /// Its place in zigzag order.
    pub(super) place: u32,
    pub(super) value: i32,
}

impl Token {
    /// The coefficient itself.
    pub(super) fn value(self) -> i32 {
        let negative = self.bits >> self.size.saturating_sub(1) == 0;
        self.bits as i32 - if negative { (1 << self.size) - 1 } else { 0 }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(row: &'a BlockRow) -> Self {
        Self { tokens: &row.ac, at: 0 }
    }

    /// The next token of the block, or `None` at its end.
    pub(super) fn next(&mut self) -> Option<Token> {
        let symbol = self.byte();
        if symbol == 0 {
            return None;
        }
        let size = u32::from(symbol & 15);
        let mut bits = 0;
        if size > 8 {
            bits = u32::from(self.byte()) << 8;
        }
        if size > 0 {
            bits |= u32::from(self.byte());
        }
        Some(Token { symbol, size, bits })
    }

    /// The coefficients of the next block, in zigzag order.
    pub(super) fn block<'b>(&mut self, out: &'b mut [Coefficient; 64]) -> &'b [Coefficient] {
        let (mut k, mut count) = (0, 0);
        while let Some(token) = self.next() {
            k += u32::from(token.symbol >> 4) + 1;
            if token.size > 0 {
                out[count & 63] = Coefficient { place: k, value: token.value() };
                count += 1;
            }
        }
        &out[..count.min(64)]
    }

    #[inline]
    fn byte(&mut self) -> u8 {
        let byte = self.tokens.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coefficients_come_back() {
        let mut pair = [0; 128];
        let values = [(1, 5), (2, -1), (20, 255), (21, -256), (22, 1023), (23, -1023), (63, 1)];
        let mut mask = 0;
        for (k, value) in values {
            let natural = usize::from(NATURAL[k]);
            pair[2 * (natural & !7) + (natural & 7) + 8] = value;
            mask |= 1 << k;
        }
        let mut row = BlockRow::default();
        let mut counts = Counts::default();
        append(&mut row.ac, &mut counts, &pair, 8, mask);
        append(&mut row.ac, &mut counts, &pair, 0, 0);
        let mut reader = Reader::new(&row);
        let mut memory = [Coefficient::default(); 64];
        let expected =
            values.map(|(k, value)| Coefficient { place: k as u32, value: i32::from(value) });
        assert_eq!(reader.block(&mut memory), expected);
        assert_eq!(reader.block(&mut memory), []);
    }
}
