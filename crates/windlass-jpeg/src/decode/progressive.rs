//! Huffman decoding of progressive scans (ITU-T T.81, annex G).
//!
//! Which coefficients are other than 0 is kept in a word for each block, a bit for each zigzag place, so
//! that a refining pass finds those that get a further bit without looking at the others.

use std::sync::Arc;

use super::bits::Bits;
use super::coefficients::{Blocks, Progress};
use super::huffman::{AC_BITS, Bands, Dc, LONG, extend};
use super::sequential::first;
use crate::markers::NATURAL;

/// What a progressive scan does to the blocks of a component.
#[derive(Debug)]
pub(crate) enum Pass {
    /// The first bits of first coefficients.
    DcFirst { dc: Arc<Dc>, last: i32 },
    /// A further bit of first coefficients.
    DcRefine,
    /// The first bits of other coefficients.
    AcFirst { ac: Bands },
    /// A further bit of other coefficients.
    AcRefine { ac: Bands },
}

/// The coefficients of a pass, and its lowest bit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Band {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) low: u32,
}

/// A pass over the blocks of a component.
#[derive(Debug)]
pub(crate) struct Coder {
    pub(crate) pass: Pass,
    pub(crate) band: Band,
    /// Blocks ahead that have no further coefficients in this pass.
    pub(crate) run: u32,
}

impl Coder {
    /// Begins anew after a restart marker.
    pub(crate) fn restart(&mut self) {
        self.run = 0;
        if let Pass::DcFirst { last, .. } = &mut self.pass {
            *last = 0;
        }
    }

    /// Decodes what the scan says about the block at `place`.
    #[inline]
    pub(crate) fn block(
        &mut self,
        bits: &mut Bits,
        data: &[u8],
        blocks: &mut Blocks,
        place: usize,
    ) {
        let band = self.band;
        match &mut self.pass {
            Pass::DcFirst { dc, last } => {
                bits.refill(data);
                *last = last.wrapping_add(first(bits, dc));
                if let Some(out) = blocks.first(place) {
                    *out = last.wrapping_shl(band.low) as i16;
                }
            }
            Pass::DcRefine => {
                bits.refill(data);
                if bits.take(1) != 0
                    && let Some(out) = blocks.first(place)
                {
                    *out |= 1 << band.low;
                }
            }
            Pass::AcFirst { .. } if self.run > 0 => self.run -= 1,
            Pass::AcFirst { ac } => {
                self.run = match blocks.progress(place) {
                    Some(mut block) => ac_first(bits, data, ac, &mut block, band),
                    None => blocks.beyond_first(place, |mut block| {
                        ac_first(bits, data, ac, &mut block, band)
                    }),
                }
            }
            Pass::AcRefine { ac } => {
                let run = self.run;
                self.run = match blocks.progress(place) {
                    Some(mut block) => ac_refine(bits, data, ac, &mut block, band, run),
                    None => blocks.beyond_first(place, |mut block| {
                        ac_refine(bits, data, ac, &mut block, band, run)
                    }),
                }
            }
        }
    }

    /// The number of blocks ahead about which the scan says nothing at all, at most `count`; they are
    /// passed over.
    #[inline]
    pub(crate) fn pass_over(&mut self, count: usize) -> usize {
        if !matches!(self.pass, Pass::AcFirst { .. }) {
            return 0;
        }
        let passed = count.min(self.run as usize);
        self.run -= passed as u32;
        passed
    }
}

/// Decodes the first bits of coefficients; returns how many further blocks have none.
fn ac_first(bits: &mut Bits, data: &[u8], ac: &Bands, block: &mut Progress<'_>, band: Band) -> u32 {
    let mut place = band.start;
    while place <= band.end {
        bits.refill(data);
        let entry = ac.fast[(bits.peek() >> (64 - AC_BITS)) as usize];
        let value = if entry & LONG == 0 {
            bits.drop(entry & 31);
            place += (entry >> 8) & 15;
            (entry as i32) >> 16
        } else {
            let (run, size) = ac.symbol(bits);
            if size == 0 && run < 15 {
                return (1 << run) + bits.take(run) - 1;
            }
            place += run;
            extend(bits.take(size), size)
        };
        let at = usize::from(NATURAL[(place & 255) as usize] & 63);
        let value = value.wrapping_shl(band.low) as i16;
        if value != 0 {
            block.coefficients[at] = value;
            *block.known |= 1 << place.min(63);
        }
        place += 1;
    }
    0
}

/// Decodes a further bit of coefficients, where the next `run` blocks get no new ones; returns how
/// many blocks after this one get none.
fn ac_refine(
    bits: &mut Bits,
    data: &[u8],
    ac: &Bands,
    block: &mut Progress<'_>,
    band: Band,
    mut run: u32,
) -> u32 {
    let plus = 1i16 << band.low;
    let mut place = band.start;
    while run == 0 && place <= band.end {
        bits.refill(data);
        let (zeros, size) = ac.symbol(bits);
        let mut new = 0;
        if size != 0 {
            // The size ought to be 1; whatever it is, one bit follows.
            bits.bad |= size != 1;
            new = if bits.take(1) != 0 { plus } else { -plus };
        } else if zeros != 15 {
            run = (1 << zeros) + bits.take(zeros);
            break;
        }
        let end = zero_after(*block.known, place, zeros).min(band.end + 1);
        refine(bits, data, block.coefficients, *block.known & between(place, end), plus);
        if new != 0 {
            block.coefficients[usize::from(NATURAL[end as usize & 255] & 63)] = new;
            *block.known |= 1 << end.min(63);
        }
        place = end + 1;
    }
    if run == 0 {
        return 0;
    }
    let rest = *block.known & between(place, band.end + 1);
    refine(bits, data, block.coefficients, rest, plus);
    run - 1
}

/// The place of the zero that comes after `zeros` others, from `place` on; 64 if there is none.
fn zero_after(known: u64, place: u32, zeros: u32) -> u32 {
    let mut open = !known & between(place, 64);
    for _ in 0..zeros {
        open &= open.wrapping_sub(1);
    }
    open.trailing_zeros()
}

/// The bits of the places from `start`, which is less than 64, up to `end`, excluded.
fn between(start: u32, end: u32) -> u64 {
    let below = u64::MAX.checked_shl(end).map_or(u64::MAX, |above| !above);
    below & u64::MAX.checked_shl(start).unwrap_or(0)
}

/// Reads a further bit of each of the coefficients at `places`.
fn refine(bits: &mut Bits, data: &[u8], coefficients: &mut [i16; 64], mut places: u64, plus: i16) {
    while places != 0 {
        bits.refill(data);
        for _ in 0..56 {
            if places == 0 {
                return;
            }
            let place = places.trailing_zeros();
            places &= places - 1;
            if bits.take(1) != 0 {
                let at = usize::from(NATURAL[place as usize] & 63);
                let coefficient = &mut coefficients[at];
                if *coefficient & plus == 0 {
                    let step = if *coefficient >= 0 { plus } else { -plus };
                    *coefficient = coefficient.wrapping_add(step);
                }
            }
        }
    }
}
