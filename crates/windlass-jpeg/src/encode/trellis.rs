//! Trellis quantisation: the coefficients of a block that cost least in bits and error together.
//!
//! Rounding to the nearest step gives the least error, but a coefficient that is nearly rounded to
//! something smaller, or to zero, may save more bits than it is worth. Over the coefficients that
//! are not zero after rounding, in zigzag order, the cheapest way from each to the next is found by
//! dynamic programming. Bits are counted with the lengths of the standard Huffman codes, so a block
//! depends on nothing but itself, and strips can be encoded in any order.

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
    /// Bits of the code of each AC symbol and of the value that follows it.
    rates: [f32; 256],
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
        let mut rates = [0.0; 256];
        for (symbol, (rate, code)) in rates.iter_mut().zip(codes.ac).enumerate() {
            *rate = ((code & 31) + (symbol as u32 & 15)) as f32;
        }
        Self { steps: quantiser.map(|q| 8.0 * q), weights: quantiser.map(|q| 1.0 / (q * q)), rates }
    }

    /// Improve the block of `pair` that starts at `half`. `raw` are its coefficients before
    /// division, `mask` says in zigzag order which are not zero after it.
    pub(super) fn improve(&self, raw: &Pair, pair: &mut Pair, half: usize, mask: u64) {
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
            open[0] = self.cheapest(known, &zeroed, k, rounded, error);
            count += 1;
        }
        let mut stop = self.last(&stops[..count], &zeroed);
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

    /// The cheapest way to coefficient `k`: from which stop, and with which magnitude: the nearest,
    /// or the largest that has a bit less.
    fn cheapest(
        &self,
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
            let way =
                stop.cost + zeroed.between(stop.place, k) + (run / 16) as f32 * self.rates[0xF0];
            for &(value, size, error) in candidates {
                let cost = way + error + self.rates[(run % 16) << 4 | size];
                if cost < best.cost {
                    best = Stop { place: k, value, before, cost };
                }
            }
        }
        best
    }

    /// The stop after which the block had best end.
    fn last(&self, stops: &[Stop], zeroed: &Zeroed) -> usize {
        let mut best = (0, f32::INFINITY);
        for (i, stop) in stops.iter().enumerate() {
            let end = if stop.place < 63 { self.rates[0] } else { 0.0 };
            let cost = stop.cost + zeroed.between(stop.place, 64) + end;
            if cost < best.1 {
                best = (i, cost);
            }
        }
        best.0
    }
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
        trellis(q).improve(&raw, &mut pair, 8, mask);
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
    fn an_empty_block_stays_empty() {
        assert_eq!(improved(1, &[(3, 0.4)]), []);
    }
}
