//! What was stored as differences (TIFF 6.0 §14; the floating point predictor of Adobe's note 3).

use super::super::file::Order;
use super::super::page::Layout;
use windlass_simd::png_filter::sums;

/// Turns rows of samples in the order of `order` into those of this machine, differences added up.
///
/// `predictor` is 1 (none), 2 (to the pixel on the left) or 3 (to the byte on the left, of floats
/// whose bytes lie in planes).
pub(super) fn undo(layout: &Layout, order: Order, predictor: u16, rows: &mut [u8], row: usize) {
    let bytes = layout.bits as usize / 8;
    let step = layout.chunk_samples() as usize;
    if predictor == 3 {
        let mut line = Vec::new();
        rows.chunks_exact_mut(row).for_each(|row| floats(row, bytes, step, &mut line));
        return;
    }
    if order != Order::NATIVE {
        swap(rows, bytes);
    }
    if predictor != 2 {
        return;
    }
    for row in rows.chunks_exact_mut(row) {
        match bytes {
            1 => sums(step, row),
            2 => wide::<2, _>(row, step, u16::from_ne_bytes, u16::wrapping_add, u16::to_ne_bytes),
            4 => wide::<4, _>(row, step, u32::from_ne_bytes, u32::wrapping_add, u32::to_ne_bytes),
            _ => wide::<8, _>(row, step, u64::from_ne_bytes, u64::wrapping_add, u64::to_ne_bytes),
        }
    }
}

/// Turns the bytes of each sample round.
fn swap(samples: &mut [u8], bytes: usize) {
    match bytes {
        2 => samples.as_chunks_mut::<2>().0.iter_mut().for_each(|sample| sample.reverse()),
        4 => samples.as_chunks_mut::<4>().0.iter_mut().for_each(|sample| sample.reverse()),
        8 => samples.as_chunks_mut::<8>().0.iter_mut().for_each(|sample| sample.reverse()),
        _ => {}
    }
}

fn wide<const BYTES: usize, T: Copy>(
    row: &mut [u8],
    step: usize,
    from: fn([u8; BYTES]) -> T,
    add: fn(T, T) -> T,
    to: fn(T) -> [u8; BYTES],
) {
    let samples = row.as_chunks_mut::<BYTES>().0;
    for at in step..samples.len() {
        samples[at] = to(add(from(samples[at]), from(samples[at - step])));
    }
}

/// Sums of bytes, then the planes of bytes, the highest first, put together.
fn floats(row: &mut [u8], bytes: usize, step: usize, line: &mut Vec<u8>) {
    sums(step, row);
    let count = row.len() / bytes;
    line.clear();
    line.extend_from_slice(row);
    for (at, sample) in row.chunks_exact_mut(bytes).enumerate() {
        for (plane, value) in sample.iter_mut().enumerate() {
            let plane = if Order::NATIVE == Order::Little { bytes - 1 - plane } else { plane };
            *value = line[plane * count + at];
        }
    }
}
