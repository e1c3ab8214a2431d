//! Huffman decoding of sequential scans.

use std::sync::Arc;

use super::bits::Bits;
use super::coefficients::Blocks;
use super::huffman::{AC_BITS, Ac, DC_BITS, Dc, END_OF_BLOCK, ENDS, LONG, Skip, extend};
use crate::markers::NATURAL;

/// The tables of a component of a scan.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) dc: Arc<Dc>,
    pub(crate) ac: Arc<Ac>,
    /// Set where only first coefficients are wanted.
    pub(crate) skip: Option<Skip>,
}

/// The tables, and the coefficient that the next first one is counted from.
#[derive(Clone, Debug)]
pub(crate) struct Coder {
    pub(crate) tables: Arc<Tables>,
    pub(crate) last: i32,
}

#[expect(clippy::inline_always, reason = "the bits must live in registers")]
impl Coder {
    /// Decodes the block at `place`. `fresh` clears it before.
    #[inline(always)]
    pub(crate) fn block(
        &mut self,
        bits: &mut Bits,
        data: &[u8],
        blocks: &mut Blocks,
        place: usize,
        fresh: bool,
    ) {
        let Tables { dc, ac, skip } = &*self.tables;
        bits.refill(data);
        let difference = first(bits, dc);
        self.last = self.last.wrapping_add(difference);
        if let Some(skip) = skip {
            if let Some(out) = blocks.first(place) {
                *out = self.last as i16;
            }
            return pass_over(bits, data, ac, skip);
        }
        if let Some((block, extent)) = blocks.block(place) {
            if fresh {
                *block = [0; 64];
                *extent = 0;
            }
            block[0] = self.last as i16;
            *extent = (*extent).max(others(bits, data, ac, block));
        } else {
            first_of_all(bits, data, ac, blocks, place, self.last as i16);
        }
    }
}

/// Decodes the coefficients of a block for which there is no place yet; the first one is known.
#[cold]
fn first_of_all(
    bits: &mut Bits,
    data: &[u8],
    ac: &Ac,
    blocks: &mut Blocks,
    place: usize,
    first: i16,
) {
    if let Some(out) = blocks.first(place) {
        *out = first;
    }
    blocks.beyond_first(place, |block| others(bits, data, ac, block.coefficients));
}

/// Decodes the difference of a first coefficient. At least 31 bits must be ready.
#[expect(clippy::inline_always, reason = "the bits must live in registers")]
#[inline(always)]
pub(crate) fn first(bits: &mut Bits, dc: &Dc) -> i32 {
    let entry = dc.fast[(bits.peek() >> (64 - DC_BITS)) as usize];
    if entry & LONG == 0 {
        bits.drop(entry & 31);
        return (entry as i32) >> 16;
    }
    let (length, size) = dc.canonical.symbol(bits.peek());
    bits.drop_code(length);
    let size = u32::from(size & 15);
    extend(bits.take(size), size)
}

/// Decodes the coefficients after the first one; returns one more than the place of the last.
#[expect(clippy::inline_always, reason = "the bits must live in registers")]
#[inline(always)]
fn others(bits: &mut Bits, data: &[u8], ac: &Ac, block: &mut [i16; 64]) -> u8 {
    let mut place = 1u32;
    'block: loop {
        bits.refill(data);
        // Four short symbols take 40 of the 56 bits.
        for _ in 0..4 {
            let mut entry = ac.fast[(bits.peek() >> (64 - AC_BITS)) as usize];
            if entry & LONG != 0 {
                bits.refill(data);
                entry = long(bits, ac, entry);
                store(block, &mut place, entry);
                if place >= 64 {
                    break 'block;
                }
                break;
            }
            bits.drop(entry & 31);
            store(block, &mut place, entry);
            if place >= 64 {
                break 'block;
            }
        }
    }
    extent(place)
}

#[expect(clippy::inline_always, reason = "the bits must live in registers")]
#[inline(always)]
fn store(block: &mut [i16; 64], place: &mut u32, entry: u32) {
    let at = *place + ((entry >> 8) & 255);
    block[usize::from(NATURAL[(at & 255) as usize] & 63)] = (entry >> 16) as i16;
    *place = at + 1;
}

/// One more than the place of the last coefficient, where decoding ended at `place`.
#[expect(clippy::inline_always, reason = "a subtraction")]
#[inline(always)]
fn extent(place: u32) -> u8 {
    if place > END_OF_BLOCK { (place - END_OF_BLOCK - 1) as u8 } else { 64 }
}

/// Decodes a symbol whose code or value does not fit a look-up, as an entry without bits to drop.
/// At least 33 bits must be ready.
#[inline]
fn long(bits: &mut Bits, ac: &Ac, entry: u32) -> u32 {
    let (length, run, size) = if entry & 31 != 0 {
        (entry & 31, (entry >> 8) & 15, entry >> 16)
    } else {
        let (length, symbol) = ac.canonical.symbol(bits.peek());
        (length, u32::from(symbol >> 4), u32::from(symbol & 15))
    };
    bits.drop_code(length);
    if size == 0 {
        return if run == 15 { 15 << 8 } else { END_OF_BLOCK << 8 };
    }
    let value = extend(bits.take(size), size);
    (run << 8) | ((value as u32) << 16)
}

/// Passes over the coefficients after the first one.
#[expect(clippy::inline_always, reason = "the bits must live in registers")]
#[inline(always)]
fn pass_over(bits: &mut Bits, data: &[u8], ac: &Ac, skip: &Skip) {
    let mut place = 1u32;
    loop {
        bits.refill(data);
        for _ in 0..4 {
            let entry = skip.fast[(bits.peek() >> (64 - AC_BITS)) as usize];
            let reached = place + ((entry >> 8) & 255);
            if entry & LONG != 0 || reached > 64 {
                bits.refill(data);
                place = pass_over_one(bits, ac, place);
                if place >= 64 {
                    return;
                }
                break;
            }
            bits.drop(entry & 31);
            place = reached;
            if entry & ENDS != 0 || place == 64 {
                return;
            }
        }
    }
}

/// Passes over one coefficient at `place`; returns the place of the next.
#[inline]
fn pass_over_one(bits: &mut Bits, ac: &Ac, place: u32) -> u32 {
    let entry = ac.fast[(bits.peek() >> (64 - AC_BITS)) as usize];
    let run = if entry & LONG == 0 {
        bits.drop(entry & 31);
        entry >> 8
    } else {
        long(bits, ac, entry) >> 8
    };
    place + (run & 255) + 1
}
