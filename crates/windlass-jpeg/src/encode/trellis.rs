//! Trellis quantisation: the coefficients of a block that cost least in bits and error together.
//!
//! Rounding to the nearest step gives the least error, but a coefficient that is nearly rounded to
//! something smaller, or to zero, may save more bits than it is worth. Over the coefficients that
//! are not zero after rounding, in zigzag order, the cheapest way from each to the next is found by
//! dynamic programming.
//!
//! What a symbol costs is not known before the tables are made, from all of the picture. It is told from
//! how often it occurs in the row of MCUs as rounded, which is near enough to what the tables will say: a
//! row depends on nothing but itself, and strips can be encoded in any order. Where a row has few
//! symbols, the lengths of the standard codes weigh in.

use windlass_simd::jpeg_encode::{Codes, NATURAL, Pair};

/// What a unit of squared error costs in bits: `2^STRENGTH / (2^FLATNESS + energy)`, so that busy
/// blocks, which hide errors, may be treated more roughly than flat ones.
const STRENGTH: f32 = 27_554.0; // 2^14.75
const FLATNESS: f32 = 92_682.0; // 2^16.5

/// A component's quantiser and rates, in zigzag order.
#[derive(Clone, Debug)]
pub(super) struct Trellis {
    /// Eight times the quantiser, as the DCT is scaled.
    steps: [f32; 64],
    /// One divided by the square of the quantiser.
    weights: [f32; 64],
    /// How often each AC symbol occurs among so many of a usual picture.
    usual: [f32; 256],
}

/// Symbols of a usual picture that are counted along with those of a row.
const USUAL: f32 = 256.0;
/// The longest code.
const LONGEST: f32 = 16.0;

/// How often each AC symbol occurs; when finished, bits of its code and of the value that follows it.
#[derive(Clone, Debug)]
pub(super) struct Rates([f32; 256]);

impl Rates {
    /// Those of a usual picture.
    pub(super) fn new(trellis: &Trellis) -> Self {
        Self(trellis.usual)
    }

    /// Count the symbols of the block of `pair` that starts at `half`, where `mask` says in zigzag order
    /// which coefficients are not zero.
    pub(super) fn count(&mut self, pair: &Pair, half: usize, mask: u64) {
        let mut mask = mask & !1;
        let mut last = 0;
        while mask != 0 {
            let k = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            let run = k - last - 1;
            last = k;
            self.0[0xF0] += (run / 16) as f32;
            let size = super::tokens::size(pair[place(k) + half].into()) as usize;
            self.0[((run % 16) << 4 | size) & 255] += 1.0;
        }
        if last < 63 {
            self.0[0] += 1.0;
        }
    }

    /// The bits that come of it.
    pub(super) fn finish(mut self) -> Self {
        let all = log2(self.0.iter().sum());
        for (symbol, rate) in self.0.iter_mut().enumerate() {
            *rate = (all - log2(*rate)).clamp(0.5, LONGEST) + (symbol & 15) as f32;
        }
        self
    }
}

/// The logarithm to base 2 of a positive number, to about a hundredth; the same on every machine.
fn log2(x: f32) -> f32 {
    let exponent = (x.to_bits() >> 23) as f32 - 127.0;
    let mantissa = f32::from_bits(x.to_bits() & 0x7F_FFFF | 0x3F80_0000) - 1.0;
    exponent + mantissa * (1.346_6 - 0.346_6 * mantissa)
}

/// The cheapest way up to a coefficient.
#[derive(Clone, Copy, Debug, Default)]
struct Stop {
    place: usize,
    /// The magnitude to send there.
    value: i32,
    /// Index of the stop before.
    before: usize,
    cost: f32,
}

impl Trellis {
    /// For a quantisation table in natural order, and the codes that tell the rates.
    pub(super) fn new(table: &[u16; 64], codes: &Codes) -> Self {
        let quantiser = NATURAL.map(|place| f32::from(table[usize::from(place)]));
        // A code of so many bits stands for something that happens once in two to so many times.
        let usual = codes.ac.map(|code| match code & 31 {
            0 => USUAL / 65_536.0,
            length => USUAL / (1_u32 << length) as f32,
        });
        Self { steps: quantiser.map(|q| 8.0 * q), weights: quantiser.map(|q| 1.0 / (q * q)), usual }
    }

    /// Improve the block of `pair` that starts at `half`. `raw` are its coefficients before
    /// division, `mask` says in zigzag order which are not zero after it.
    pub(super) fn improve(
        &self,
        rates: &Rates,
        raw: &Pair,
        pair: &mut Pair,
        half: usize,
        mask: u64,
    ) {
        let mask = mask & !1;
        if mask == 0 {
            return;
        }
        let magnitudes: [f32; 64] =
            std::array::from_fn(|k| f32::from(raw[place(k) + half].unsigned_abs()));
        let zeroed = self.zeroed(&magnitudes);
        let mut stops = [Stop::default(); 64];
        let mut count = 1;
        let mut rest = mask;
        while rest != 0 {
            let k = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let rounded = i32::from(pair[place(k) + half]).abs();
            let error = zeroed.error(self, k, magnitudes[k]);
            let (known, open) = stops.split_at_mut(count);
            open[0] = cheapest(rates, known, &zeroed, k, rounded, error);
            count += 1;
        }
        let mut stop = last(rates, &stops[..count], &zeroed);
        let mut kept = 0_u64;
        while stop > 0 {
            let Stop { place: k, value, before, .. } = stops[stop];
            let x = &mut pair[place(k) + half];
            *x = if *x < 0 { -value as i16 } else { value as i16 };
            kept |= 1 << k;
            stop = before;
        }
        let mut dropped = mask & !kept;
        while dropped != 0 {
            pair[place(dropped.trailing_zeros() as usize) + half] = 0;
            dropped &= dropped - 1;
        }
    }

    /// The errors of sending nothing.
    fn zeroed(&self, magnitudes: &[f32; 64]) -> Zeroed {
        let energy = magnitudes[1..].iter().map(|x| x * x).sum::<f32>() / 63.0;
        let price = STRENGTH / (FLATNESS + energy);
        let mut errors = [0.0; 64];
        for k in 1..64 {
            errors[k] = errors[k - 1] + magnitudes[k] * magnitudes[k] * self.weights[k] * price;
        }
        Zeroed { price, errors }
    }
}

/// The cheapest way to coefficient `k`: from which stop, and with which magnitude: the nearest,
/// or the largest that has a bit less.
fn cheapest(
    rates: &Rates,
    known: &[Stop],
    zeroed: &Zeroed,
    k: usize,
    rounded: i32,
    error: impl Fn(i32) -> f32,
) -> Stop {
    let size = 32 - rounded.leading_zeros() as usize;
    let smaller = (1 << (size - 1)) - 1;
    let candidates = [(rounded, size, error(rounded)), (smaller, size - 1, error(smaller))];
    let candidates = &candidates[..if smaller > 0 { 2 } else { 1 }];
    let mut best = Stop { place: k, cost: f32::INFINITY, ..Stop::default() };
    for (before, stop) in known.iter().enumerate().rev() {
        let run = k - stop.place - 1;
        let way = stop.cost + zeroed.between(stop.place, k) + (run / 16) as f32 * rates.0[0xF0];
        for &(value, size, error) in candidates {
            let cost = way + error + rates.0[(run % 16) << 4 | size];
            if cost < best.cost {
                best = Stop { place: k, value, before, cost };
            }
        }
    }
    best
}

/// The stop after which the block had best end.
fn last(rates: &Rates, stops: &[Stop], zeroed: &Zeroed) -> usize {
    let mut best = (0, f32::INFINITY);
    for (i, stop) in stops.iter().enumerate() {
        let end = if stop.place < 63 { rates.0[0] } else { 0.0 };
        let cost = stop.cost + zeroed.between(stop.place, 64) + end;
        if cost < best.1 {
            best = (i, cost);
        }
    }
    best.0
}

/// What it costs in error to send nothing.
struct Zeroed {
    /// Bits for a unit of squared error.
    price: f32,
    /// Sums up to each coefficient.
    errors: [f32; 64],
}

impl Zeroed {
    /// Of the coefficients between two places.
    fn between(&self, from: usize, to: usize) -> f32 {
        self.errors[to - 1] - self.errors[from]
    }

    /// The cost in error of sending coefficient `k` as a given magnitude.
    fn error(&self, trellis: &Trellis, k: usize, magnitude: f32) -> impl Fn(i32) -> f32 {
        let (step, weight) = (trellis.steps[k], trellis.weights[k] * self.price);
        move |value| {
            let error = magnitude - step * value as f32;
            error * error * weight
        }
    }
}

/// The place of zigzag coefficient `k` in the left block of a pair.
fn place(k: usize) -> usize {
    let natural = usize::from(NATURAL[k]);
    2 * (natural & !7) + (natural & 7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::{huffman, tables};

    fn trellis(q: u16) -> Trellis {
        let codes = huffman::codes(&tables::standard_dc(false), &tables::standard_ac(false));
        Trellis::new(&[q; 64], &codes.unwrap())
    }

    /// A block of coefficients in units of the step `8 q`, rounded and improved.
    fn improved(q: u16, coefficients: &[(usize, f32)]) -> Vec<(usize, i16)> {
        let (mut raw, mut pair, mut mask) = ([0; 128], [0; 128], 0);
        for &(k, x) in coefficients {
            raw[place(k) + 8] = (x * 8.0 * f32::from(q)) as i16;
            pair[place(k) + 8] = x.round() as i16;
            mask |= u64::from(x.round() != 0.0) << k;
        }
        let trellis = trellis(q);
        let rates = Rates::new(&trellis).finish();
        trellis.improve(&rates, &raw, &mut pair, 8, mask);
        assert!(pair.as_chunks::<16>().0.iter().all(|row| row[..8] == [0; 8]));
        let value = |k: usize| (k, pair[place(k) + 8]);
        (1..64).map(value).filter(|(_, x)| *x != 0).collect()
    }

    #[test]
    fn exact_coefficients_stay() {
        let exact = [(1, 4.0), (2, -3.0), (5, 9.0), (30, -2.0)];
        assert_eq!(improved(16, &exact), [(1, 4), (2, -3), (5, 9), (30, -2)]);
    }

    #[test]
    fn a_lonely_high_one_that_was_nearly_nothing_goes() {
        assert_eq!(improved(16, &[(1, 4.0), (50, 0.51)]), [(1, 4)]);
    }

    #[test]
    fn a_value_just_above_a_power_of_two_loses_a_bit() {
        assert_eq!(improved(16, &[(1, 3.51)]), [(1, 3)]);
        assert_eq!(improved(16, &[(1, 4.2)]), [(1, 4)]);
    }

    #[test]
    fn logarithms_are_right() {
        for x in [0.004, 0.5, 1.0, 1.3, 3.0, 100.0, 65_536.0_f32] {
            assert!((log2(x) - x.log2()).abs() < 0.015, "{x}");
        }
    }

    #[test]
    fn what_occurs_often_becomes_cheap() {
        let trellis = trellis(16);
        let (mut pair, mut rates) = ([0; 128], Rates::new(&trellis));
        pair[place(40)] = 1;
        for _ in 0..1000 {
            rates.count(&pair, 0, 1 << 40);
        }
        let (usual, own) = (Rates::new(&trellis).finish(), rates.finish());
        // two runs of sixteen zeros, and one of seven before the value
        assert!(own.0[0xF0] < 2.0 && own.0[0x71] < 4.0 && own.0[0x01] > usual.0[0x01]);
    }

    #[test]
    fn an_empty_block_stays_empty() {
        assert_eq!(improved(1, &[(3, 0.4)]), []);
    }
}
