//! Coefficients of a block (RFC 6386 §13).

#![expect(clippy::inline_always, reason = "the state of the decoder has to stay in registers")]

use crate::bools::Bools;
use crate::frame::Factors;
use crate::tables::{BANDS, CATEGORY_3, CATEGORY_4, CATEGORY_5, CATEGORY_6, Probabilities, ZIGZAG};

/// Probabilities by the place of a coefficient, of what was before it, and of the node of the tree. There
/// is one more place than coefficients, so that the place after the last has some too.
pub(crate) type Places = [[[u8; 11]; 3]; 17];

/// A block of coefficients, row after row.
pub(crate) type Block = [i16; 16];

/// Those of the four kinds of blocks.
pub(crate) fn places(tokens: &Probabilities) -> Box<[Places; 4]> {
    let band = |place: usize| BANDS.get(place).copied().unwrap_or(0);
    let kind = |kind: usize| std::array::from_fn(|place| tokens[kind][band(place)]);
    Box::new(std::array::from_fn(kind))
}

/// Reads the coefficients from `first` on, multiplied; the place after the last that was coded.
#[inline(always)]
pub(crate) fn block(
    bools: &mut Bools<'_>,
    places: &Places,
    context: usize,
    first: usize,
    factors: Factors,
    out: &mut Block,
) -> usize {
    let mut place = first;
    let mut tree = &places[first][context];
    let mut factor = factors[usize::from(first > 0)];
    while place < 16 {
        if !bools.bool(tree[0]) {
            return place;
        }
        while !bools.bool(tree[1]) {
            place = place.wrapping_add(1);
            factor = factors[1];
            if place >= 16 {
                return 16;
            }
            tree = &places[place][0];
        }
        let next = &places[place.wrapping_add(1)];
        let value = if bools.bool(tree[2]) {
            let value = large(bools, tree);
            tree = &next[2];
            value
        } else {
            tree = &next[1];
            1
        };
        let value = bools.signed(value);
        // products are stored in 16 bits
        out[ZIGZAG[place]] = value.wrapping_mul(i32::from(factor)) as i16;
        factor = factors[1];
        place = place.wrapping_add(1);
    }
    16
}

/// A value of two or more.
#[inline(always)]
fn large(bools: &mut Bools<'_>, tree: &[u8; 11]) -> i32 {
    if !bools.bool(tree[3]) {
        if !bools.bool(tree[4]) {
            return 2;
        }
        return i32::from(bools.bool(tree[5])).wrapping_add(3);
    }
    if !bools.bool(tree[6]) {
        if !bools.bool(tree[7]) {
            return extra(bools, 5, &[159]);
        }
        return extra(bools, 7, &[165, 145]);
    }
    if !bools.bool(tree[8]) {
        if !bools.bool(tree[9]) {
            return extra(bools, 11, &CATEGORY_3);
        }
        return extra(bools, 19, &CATEGORY_4);
    }
    if !bools.bool(tree[10]) {
        return extra(bools, 35, &CATEGORY_5);
    }
    extra(bools, 67, &CATEGORY_6)
}

/// A value of a range that begins at `base`.
#[inline(always)]
fn extra(bools: &mut Bools<'_>, base: i32, probabilities: &[u8]) -> i32 {
    let bits = probabilities
        .iter()
        .fold(0, |bits, &probability| bits << 1 | i32::from(bools.bool(probability)));
    bits.wrapping_add(base)
}
