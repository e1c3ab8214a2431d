//! Row filters of PNG (W3C Portable Network Graphics, third edition, §9), as plain loops over slices
//! that the compiler turns into vector instructions.

/// Undoes the filter `filter` (0 to 4) of a row in place. `previous` is the row above, zeros for the
/// first one; `distance` the bytes from a sample to the one left of it that predicts it, 1 to 8.
/// False, and nothing done, where there is no such filter.
pub fn unfilter(filter: u8, distance: usize, previous: &[u8], row: &mut [u8]) -> bool {
    match filter {
        0 => {}
        1 => by_distance(distance, row, previous, Sub),
        2 => {
            for (out, above) in row.iter_mut().zip(previous) {
                *out = out.wrapping_add(*above);
            }
        }
        3 => by_distance(distance, row, previous, Average),
        4 => by_distance(distance, row, previous, Paeth),
        _ => return false,
    }
    true
}

/// How a sample is predicted from those left, above, and left above.
trait Predictor: Copy {
    fn predict(self, left: u8, above: u8, corner: u8) -> u8;
}

#[derive(Clone, Copy)]
struct Sub;
#[derive(Clone, Copy)]
struct Average;
#[derive(Clone, Copy)]
struct Paeth;

impl Predictor for Sub {
    #[inline(always)]
    fn predict(self, left: u8, _: u8, _: u8) -> u8 {
        left
    }
}

impl Predictor for Average {
    #[inline(always)]
    fn predict(self, left: u8, above: u8, _: u8) -> u8 {
        // the mean rounded down, without a wider type
        (left & above) + ((left ^ above) >> 1)
    }
}

impl Predictor for Paeth {
    #[inline(always)]
    fn predict(self, left: u8, above: u8, corner: u8) -> u8 {
        paeth(left, above, corner)
    }
}

/// The one of three samples that is nearest to `left + above - corner`; of equals the first.
#[inline(always)]
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let (to_left, to_above) = ((b - c).abs(), (a - c).abs());
    let to_corner = (a + b - c - c).abs();
    let other = if to_above <= to_corner { above } else { corner };
    if to_left <= to_above && to_left <= to_corner { left } else { other }
}

fn by_distance(distance: usize, row: &mut [u8], previous: &[u8], predictor: impl Predictor) {
    match distance {
        1 => undo::<1>(row, previous, predictor),
        2 => undo::<2>(row, previous, predictor),
        3 => undo::<3>(row, previous, predictor),
        4 => undo::<4>(row, previous, predictor),
        6 => undo::<6>(row, previous, predictor),
        _ => undo::<8>(row, previous, predictor),
    }
}

/// Adds predictions pixel by pixel; the pixel before and that above it stay in registers.
#[inline(always)]
fn undo<const N: usize>(row: &mut [u8], previous: &[u8], predictor: impl Predictor) {
    let (mut left, mut corner) = ([0_u8; N], [0_u8; N]);
    let (pixels, rest) = row.as_chunks_mut::<N>();
    let (aboves, above_rest) = previous.as_chunks::<N>();
    for (pixel, above) in pixels.iter_mut().zip(aboves) {
        for i in 0..N {
            let value = pixel[i].wrapping_add(predictor.predict(left[i], above[i], corner[i]));
            pixel[i] = value;
            left[i] = value;
        }
        corner = *above;
    }
    for (i, (value, above)) in rest.iter_mut().zip(above_rest).enumerate() {
        *value = value.wrapping_add(predictor.predict(left[i], *above, corner[i]));
    }
}
