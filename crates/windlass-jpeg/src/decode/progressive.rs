//! Huffman decoding of progressive scans (ITU-T T.81, annex G).

use super::bits::Bits;
use super::coefficients::Blocks;
use super::huffman::{Ac, Dc, extend};
use super::sequential::first;
use crate::markers::NATURAL;

/// What a progressive scan does to the blocks of a component.
#[derive(Debug)]
pub(crate) enum Pass {
    /// The first bits of first coefficients.
    DcFirst { dc: Dc, last: i32 },
    /// A further bit of first coefficients.
    DcRefine,
    /// The first bits of other coefficients.
    AcFirst { ac: Ac },
    /// A further bit of other coefficients.
    AcRefine { ac: Ac },
}

/// A pass over the coefficients `start..=end`, whose lowest bit is `low`.
#[derive(Debug)]
pub(crate) struct Coder {
    pub(crate) pass: Pass,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) low: u32,
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
    pub(crate) fn block(
        &mut self,
        bits: &mut Bits,
        data: &[u8],
        blocks: &mut Blocks,
        place: usize,
    ) {
        bits.refill(data);
        let low = self.low;
        match &mut self.pass {
            Pass::DcFirst { dc, last } => {
                *last = last.wrapping_add(first(bits, dc));
                if let Some(out) = blocks.first(place) {
                    *out = last.wrapping_shl(low) as i16;
                }
            }
            Pass::DcRefine => {
                if bits.take(1) != 0
                    && let Some(out) = blocks.first(place)
                {
                    *out |= 1 << low;
                }
            }
            Pass::AcFirst { ac } => {
                let Some((block, extent)) = blocks.block(place) else {
                    return;
                };
                if self.run > 0 {
                    self.run -= 1;
                    return;
                }
                self.run = ac_first(bits, data, ac, block, (self.start, self.end, low));
                *extent = 64;
            }
            Pass::AcRefine { ac } => {
                let Some((block, extent)) = blocks.block(place) else {
                    return;
                };
                let range = (self.start, self.end, low);
                self.run = ac_refine(bits, data, ac, block, range, self.run);
                *extent = 64;
            }
        }
    }
}

/// The coefficient at zigzag place `place`.
fn at(block: &mut [i16; 64], place: u32) -> &mut i16 {
    &mut block[usize::from(NATURAL[(place & 255) as usize] & 63)]
}

/// The next symbol, as run and size.
fn symbol(bits: &mut Bits, ac: &Ac) -> (u32, u32) {
    let (length, symbol) = ac.canonical.symbol(bits.peek());
    bits.drop_code(length);
    (u32::from(symbol >> 4), u32::from(symbol & 15))
}

/// Decodes the first bits of coefficients; returns how many further blocks have none.
fn ac_first(
    bits: &mut Bits,
    data: &[u8],
    ac: &Ac,
    block: &mut [i16; 64],
    (start, end, low): (u32, u32, u32),
) -> u32 {
    let mut place = start;
    while place <= end {
        bits.refill(data);
        let (run, size) = symbol(bits, ac);
        if size != 0 {
            place += run;
            let value = extend(bits.take(size), size);
            *at(block, place) = value.wrapping_shl(low) as i16;
        } else if run == 15 {
            place += 15;
        } else {
            return (1 << run) + bits.take(run) - 1;
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
    ac: &Ac,
    block: &mut [i16; 64],
    (start, end, low): (u32, u32, u32),
    mut run: u32,
) -> u32 {
    let plus = 1i16 << low;
    let mut place = start;
    if run == 0 {
        while place <= end {
            bits.refill(data);
            let (mut zeros, size) = symbol(bits, ac);
            let mut new = 0;
            if size != 0 {
                // The size ought to be 1; whatever it is, one bit follows.
                bits.bad |= size != 1;
                new = if bits.take(1) != 0 { plus } else { -plus };
            } else if zeros != 15 {
                run = (1 << zeros) + bits.take(zeros);
                break;
            }
            while place <= end {
                let coefficient = at(block, place);
                if *coefficient != 0 {
                    refine(bits, data, coefficient, plus);
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                place += 1;
            }
            if new != 0 {
                *at(block, place) = new;
            }
            place += 1;
        }
    }
    if run == 0 {
        return 0;
    }
    while place <= end {
        let coefficient = at(block, place);
        if *coefficient != 0 {
            refine(bits, data, coefficient, plus);
        }
        place += 1;
    }
    run - 1
}

/// Reads a further bit of a coefficient that is not 0.
fn refine(bits: &mut Bits, data: &[u8], coefficient: &mut i16, plus: i16) {
    bits.refill(data);
    if bits.take(1) != 0 && *coefficient & plus == 0 {
        let step = if *coefficient >= 0 { plus } else { -plus };
        *coefficient = coefficient.wrapping_add(step);
    }
}
