//! Look-up tables.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use crate::level;
use fearless_simd::{Level, dispatch, prelude::*, u8x64};

/// Looks every byte of `input` up in `table`.
pub fn look_up(table: &[u8; 256], input: &[u8], output: &mut [u8]) {
    look_up_at(level(), table, input, output);
}

fn look_up_at(level: Level, table: &[u8; 256], input: &[u8], output: &mut [u8]) {
    // a quarter of the table fills a register only where registers have 64 bytes
    #[cfg(target_arch = "x86_64")]
    if level.as_avx512().is_some() {
        return dispatch!(level, simd => quarters(simd, table, input, output));
    }
    let _ = level;
    one_by_one(table, input, output);
}

fn one_by_one(table: &[u8; 256], input: &[u8], output: &mut [u8]) {
    for (out, x) in output.iter_mut().zip(input) {
        *out = table[usize::from(*x)];
    }
}

/// The table in four registers: each half of it is one shuffle of two.
#[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "registers of 64 bytes"))]
#[inline(always)]
fn quarters<S: Simd>(simd: S, table: &[u8; 256], input: &[u8], output: &mut [u8]) {
    let quarter = |at: usize| u8x64::from_slice(simd, &table[64 * at..][..64]);
    let quarters = [quarter(0), quarter(1), quarter(2), quarter(3)];
    let (middle, seven) = (u8x64::splat(simd, 128), u8x64::splat(simd, 127));
    let whole = output.len().min(input.len()) / 64 * 64;
    for (out, x) in output[..whole].chunks_exact_mut(64).zip(input.chunks_exact(64)) {
        let x = u8x64::from_slice(simd, x);
        let place = x & seven;
        let low = quarters[0].concat_swizzle_dyn(quarters[1], place);
        let high = quarters[2].concat_swizzle_dyn(quarters[3], place);
        x.simd_lt(middle).select(low, high).store_slice(out);
    }
    one_by_one(table, &input[whole..], &mut output[whole..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_gives_the_same() {
        let table: [u8; 256] = std::array::from_fn(|x| (x * 73 + 41) as u8);
        let input: Vec<u8> = (0..1000_u32).map(|k| (k * k / 3 + 7 * k) as u8).collect();
        let mut expected = vec![0; input.len()];
        one_by_one(&table, &input, &mut expected);
        for level in crate::levels() {
            for length in [0, 1, 63, 64, 65, 255, 1000] {
                let mut output = vec![0; length];
                look_up_at(level, &table, &input[..length], &mut output);
                assert_eq!(output, expected[..length]);
            }
        }
    }
}
