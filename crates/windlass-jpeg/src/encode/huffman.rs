//! Huffman tables: from lengths to codes, and from counts to the best lengths (T.81 annex K.2).

use super::tables::Huffman;
use crate::{Error, ErrorKind, Result};
use windlass_simd::jpeg_encode::Codes;

/// How often each symbol occurs; the last place is the reserved code point of all ones.
#[derive(Clone, Debug)]
pub(super) struct Counts([u64; 257]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; 257])
    }
}

impl Counts {
    pub(super) fn add(&mut self, symbol: u8) {
        let count = &mut self.0[symbol as usize];
        *count = count.wrapping_add(1);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(&other.0) {
            *count = count.wrapping_add(*more);
        }
    }

    /// Whether nothing was counted.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|&count| count == 0)
    }

    /// The table of least length for these counts, with no code longer than 16 bits.
    pub(super) fn table(&self) -> Huffman {
        let mut lengths = limited(&histogram(&self.code_sizes()));
        // The reserved code point has the longest code: it is left out.
        if let Some(longest) = lengths.iter_mut().rev().find(|count| **count > 0) {
            *longest -= 1;
        }
        Huffman { lengths, symbols: self.by_size() }
    }

    /// The bits of all codes together, written with `table`.
    pub(super) fn bits(&self, table: &Huffman) -> u64 {
        let mut symbols = table.symbols.iter();
        let mut bits = 0_u64;
        for (length, &count) in (1..).zip(&table.lengths) {
            for &symbol in symbols.by_ref().take(count.into()) {
                bits = bits.saturating_add(self.0[symbol as usize].saturating_mul(length));
            }
        }
        bits
    }

    /// The length of the code of each symbol that occurs (0 for the others), as annex K.2 finds it:
    /// the two rarest trees are joined until one is left; of equals the later one goes first.
    fn code_sizes(&self) -> [u16; 257] {
        let mut count = self.0;
        count[256] = 1;
        let mut sizes = [0; 257];
        let mut next: [Option<usize>; 257] = [None; 257];
        while let Some((first, second)) = two_rarest(&count) {
            count[first] = count[first].saturating_add(count[second]);
            count[second] = 0;
            let end = deepen(first, &mut sizes, &next);
            next[end] = Some(second);
            deepen(second, &mut sizes, &next);
        }
        sizes
    }

    /// The symbols that occur, those with shorter codes first.
    fn by_size(&self) -> Vec<u8> {
        let sizes = self.code_sizes();
        let mut symbols: Vec<u8> = (0..=255).filter(|&s| sizes[s as usize] > 0).collect();
        symbols.sort_by_key(|&symbol| sizes[symbol as usize]);
        symbols
    }
}

/// The rarest tree and the second rarest, if there are two.
fn two_rarest(count: &[u64; 257]) -> Option<(usize, usize)> {
    let rarest = |without: Option<usize>| {
        let others = (0..257).rev().filter(|&i| count[i] > 0 && Some(i) != without);
        others.min_by_key(|&i| count[i])
    };
    let first = rarest(None)?;
    Some((first, rarest(Some(first))?))
}

/// Make every code of a chain of symbols one longer; gives the end of the chain.
fn deepen(start: usize, sizes: &mut [u16; 257], next: &[Option<usize>; 257]) -> usize {
    let mut symbol = start;
    sizes[symbol] += 1;
    while let Some(following) = next[symbol] {
        symbol = following;
        sizes[symbol] += 1;
    }
    symbol
}

/// How many codes there are of each length, 1 to 256.
fn histogram(sizes: &[u16; 257]) -> [u16; 257] {
    let mut counts = [0; 257];
    for &size in sizes.iter().filter(|&&size| size > 0) {
        counts[usize::from(size).min(256)] += 1;
    }
    counts
}

/// Shorten codes longer than 16 bits: two of them become one that is one bit shorter, and a shorter
/// code makes room for the other (annex K.2, figure K.3).
fn limited(counts: &[u16; 257]) -> [u8; 16] {
    let mut counts = *counts;
    for length in (17..257).rev() {
        while counts[length] > 0 {
            let shorter = (1..length - 1).rev().find(|&j| counts[j] > 0);
            let shorter = shorter.expect("a full tree has a leaf above two of its deepest");
            counts[length] -= 2;
            counts[length - 1] += 1;
            counts[shorter + 1] += 2;
            counts[shorter] -= 1;
        }
    }
    std::array::from_fn(|i| counts[i + 1] as u8)
}

/// The codes of `table` by symbol, each `code << 5 | length`; 0 where there is none.
pub(super) fn assigned(table: &Huffman) -> Result<[u32; 256]> {
    let mut codes = [0; 256];
    let mut symbols = table.symbols.iter();
    let mut code = 0_u32;
    for (length, &count) in (1_u32..).zip(&table.lengths) {
        for _ in 0..count {
            let &symbol = symbols.next().ok_or_else(bad_table)?;
            if code >= 1 << length {
                return Err(bad_table());
            }
            codes[symbol as usize] = code << 5 | length;
            code += 1;
        }
        code <<= 1;
    }
    Ok(codes)
}

fn bad_table() -> Error {
    Error::new(ErrorKind::Malformed, "Huffman table has more codes than fit")
}

/// The codes of a DC and an AC table, laid out for the kernel.
pub(super) fn codes(dc: &Huffman, ac: &Huffman) -> Result<Codes> {
    let dc = assigned(dc)?;
    Ok(Codes::new(std::array::from_fn(|i| dc[i]), assigned(ac)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::tables;

    fn counted(pairs: &[(u8, u64)]) -> Counts {
        let mut counts = Counts::default();
        for &(symbol, count) in pairs {
            counts.0[symbol as usize] = count;
        }
        counts
    }

    /// Kraft's sum in units of 2^-16.
    fn filled(table: &Huffman) -> u64 {
        (1..).zip(&table.lengths).map(|(l, &n)| u64::from(n) << (16 - l)).sum()
    }

    #[test]
    fn codes_of_annex_k_are_those_printed_there() {
        let codes = assigned(&tables::standard_ac(false)).unwrap();
        assert_eq!(codes[0x00], 0b1010 << 5 | 4);
        assert_eq!(codes[0x01], 2);
        assert_eq!(codes[0xF0], (0b111_1111_1001 << 5) + 11);
        assert_eq!(codes[0xFA], 0xFFFE << 5 | 16);
    }

    #[test]
    fn one_symbol_gets_one_bit_and_all_ones_stays_free() {
        let table = counted(&[(7, 5)]).table();
        assert_eq!(table.symbols, [7]);
        assert_eq!(table.lengths[0], 1);
        assert_eq!(filled(&table), 1 << 15);
    }

    #[test]
    fn fibonacci_counts_are_held_to_sixteen_bits() {
        let (mut a, mut b) = (1, 1);
        let mut pairs = Vec::new();
        for symbol in 0..60 {
            pairs.push((symbol, a));
            (a, b) = (b, a + b);
        }
        let table = counted(&pairs).table();
        assert_eq!(table.lengths.iter().map(|&n| u32::from(n)).sum::<u32>(), 60);
        assert_eq!(filled(&table), (1 << 16) - 1);
        assert_eq!(table.symbols.len(), 60);
        assert!(assigned(&table).is_ok());
    }

    #[test]
    fn every_symbol_at_once_fits() {
        let pairs: Vec<_> = (0..=255).map(|s: u8| (s, u64::from(s) * u64::from(s) + 1)).collect();
        let table = counted(&pairs).table();
        assert_eq!(table.symbols.len(), 256);
        assert!(assigned(&table).unwrap().iter().all(|code| (1..=16).contains(&(code & 31))));
    }

    #[test]
    fn too_many_codes_are_refused() {
        let mut lengths = [0; 16];
        lengths[0] = 3;
        let error = assigned(&Huffman { lengths, symbols: vec![1, 2, 3] }).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed);
    }
}
