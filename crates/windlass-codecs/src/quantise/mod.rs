//! Few colours that stand for many.

mod dither;
mod followers;
mod merge;
mod nearest;
mod refine;
mod samples;
mod split;

use nearest::{Nearest, Point, point};
use samples::Sample;
use split::Group;
use windlass_core::{Pixels, Result};
use windlass_io::alloc;

/// Red, green, blue and alpha.
pub(crate) type Colour = [u8; 4];

/// Colours chosen for a picture, by which others can be painted too.
pub(crate) struct Quantiser {
    nearest: Nearest,
}

impl Quantiser {
    /// At most `most` colours for these pixels; below full quality as few as give it.
    pub(crate) fn choose(rgba: &[u8], most: i32, q: i32) -> Result<Self> {
        let pixels = rgba.as_chunks::<4>().0;
        let picture = Picture::new(pixels, most)?;
        if q >= 100 {
            return Ok(Self { nearest: Nearest::new(picture.colours(most)) });
        }
        fewest(most, tolerated(q), |count| {
            let mut nearest = Nearest::new(picture.colours(count));
            let error = dither::mean_square(pixels, &mut nearest);
            Ok((Self { nearest }, error))
        })
    }

    /// The mean of the squared errors of samples, 0 to 255, where pixels are painted without dithering.
    pub(crate) fn error(&mut self, pixels: &[Colour]) -> f32 {
        dither::mean_square(pixels, &mut self.nearest)
    }

    /// These colours, whatever the pixels.
    pub(crate) fn of(colours: &[Colour]) -> Self {
        Self { nearest: Nearest::new(colours.iter().map(|&colour| point(colour)).collect()) }
    }

    /// The colours, in the order of their indices.
    pub(crate) fn colours(&self) -> Vec<Colour> {
        self.nearest.points().iter().map(|point| point.map(|sample| sample as u8)).collect()
    }

    /// The index of each pixel, with errors spread from not at all, 0, to as far as can be, 1.
    pub(crate) fn paint(
        &mut self,
        rgba: &[u8],
        size: (usize, usize),
        dither: f64,
    ) -> Result<Vec<u8>> {
        let mut indices: Vec<u8> = alloc::try_vec(size.0 * size.1)?;
        let level = dither.clamp(0.0, 1.0) as f32;
        let pixels = rgba.as_chunks::<4>().0;
        dither::paint(pixels, size.0, &mut self.nearest, level, &mut indices)?;
        Ok(indices)
    }
}

/// What is chosen from: the colours, and groups of them that are joined.
struct Picture {
    samples: Vec<Sample>,
    groups: Vec<Group>,
    /// Something is clear. That is no sample, and has a colour of its own.
    clear: bool,
}

impl Picture {
    /// What at most so many colours are chosen from.
    fn new(pixels: &[Colour], most: i32) -> Result<Self> {
        /// Groups for a colour, and in all
        const EACH: usize = 4;
        const ALL: usize = 512;
        let mut samples = samples::samples(pixels)?;
        let clear = samples.iter().position(|sample| sample.point[3] <= 0.0);
        if let Some(clear) = clear {
            samples.swap_remove(clear);
        }
        let groups = split::split(&mut samples, ALL.min(EACH * most.max(1) as usize));
        Ok(Self { samples, groups, clear: clear.is_some() })
    }

    /// At most so many colours: all there are, or those that are found by joining groups, and moved to where
    /// the pixels are. They are sorted by alpha.
    fn colours(&self, most: i32) -> Vec<Point> {
        let most = (most.max(1) as usize).saturating_sub(usize::from(self.clear));
        let mut colours = if most == 0 { Vec::new() } else { merge::merge(&self.groups, most) };
        if self.samples.len() > most && most > 0 {
            colours = refine::refined(&self.samples, colours);
        }
        for sample in colours.as_flattened_mut() {
            *sample = sample.round().clamp(0.0, 255.0);
        }
        if self.clear {
            colours.push([0.0; 4]);
        }
        colours.sort_by(|one, other| one[3].total_cmp(&other[3]));
        colours
    }
}

/// All pixels as red, green, blue and alpha.
pub(crate) fn rgba(pixels: &Pixels, bands: usize, width: usize, height: usize) -> Result<Vec<u8>> {
    let mut out: Vec<u8> = alloc::try_vec(4 * width * height)?;
    for (y, out) in out.chunks_exact_mut(4 * width).enumerate() {
        rgba_row(pixels.row(y as i32), bands, out);
    }
    Ok(out)
}

/// A row of pixels as red, green, blue and alpha.
pub(crate) fn rgba_row(row: &[u8], bands: usize, out: &mut [u8]) {
    for (out, pixel) in out.chunks_exact_mut(4).zip(row.chunks_exact(bands)) {
        let colour = match *pixel {
            [grey] => [grey, grey, grey, 255],
            [grey, alpha] => [grey, grey, grey, alpha],
            [r, g, b] => [r, g, b, 255],
            [r, g, b, alpha, ..] => [r, g, b, alpha],
            [] => [0; 4],
        };
        out.copy_from_slice(&colour);
    }
}

/// What is made with the fewest colours, at least 2, that are within the error that is tolerated, or with
/// `most` where none are. Counts are tried twice as large each time, then between the last two.
fn fewest<T>(
    most: i32,
    tolerated: f32,
    mut made: impl FnMut(i32) -> Result<(T, f32)>,
) -> Result<T> {
    let (mut below, mut count) = (1, 2.min(most));
    let mut best = loop {
        let (result, error) = made(count)?;
        if error <= tolerated || count == most {
            break result;
        }
        below = count;
        count = (count * 2).min(most);
    };
    // nearer than an eighth nobody sees
    while count - below > 1 + count / 8 {
        let middle = below.midpoint(count);
        let (result, error) = made(middle)?;
        if error <= tolerated {
            (best, count) = (result, middle);
        } else {
            below = middle;
        }
    }
    Ok(best)
}

/// The mean squared error of samples, 0 to 255, that a quality below 100 puts up with: between what the
/// reference's pictures were measured to have.
fn tolerated(q: i32) -> f32 {
    const MEASURED: [(i32, f32); 11] = [
        (0, f32::MAX),
        (1, 165.0),
        (3, 72.0),
        (5, 52.0),
        (8, 39.0),
        (10, 35.0),
        (25, 23.0),
        (50, 14.0),
        (75, 6.9),
        (90, 2.3),
        (100, 0.0),
    ];
    let after = MEASURED.partition_point(|&(quality, _)| quality <= q);
    let Some(&(high, least)) = MEASURED.get(after) else { return 0.0 };
    let Some(&(low, most)) = after.checked_sub(1).and_then(|at| MEASURED.get(at)) else {
        return f32::MAX;
    };
    if low == 0 {
        return most;
    }
    most + (least - most) * (q - low) as f32 / (high - low) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_clear_keeps_a_colour() -> Result<()> {
        let colour =
            |at: usize| [at as u8, (at / 3) as u8, 7, if at.is_multiple_of(50) { 0 } else { 255 }];
        let rgba: Vec<Colour> = (0..256).map(colour).collect();
        for most in [1, 2, 16] {
            let colours = Quantiser::choose(rgba.as_flattened(), most, 100)?.colours();
            assert_eq!(colours.len() as i32, most);
            assert_eq!(colours[0], [0; 4]);
            assert!(colours[1..].iter().all(|colour| colour[3] == 255), "{colours:?}");
        }
        Ok(())
    }

    #[test]
    fn what_is_tolerated_lies_between_what_was_measured() {
        let near = |q: i32, expected: f32| (tolerated(q) - expected).abs() < 1e-3;
        assert!(near(50, 14.0) && near(2, 118.5) && near(95, 1.15) && near(100, 0.0));
        assert_eq!(tolerated(0), f32::MAX);
    }

    #[test]
    fn a_lower_quality_takes_fewer_colours() -> Result<()> {
        let wanted = |least: i32| {
            fewest(256, 10.0, |count| Ok((count, if count < least { 11.0 } else { 9.0 })))
        };
        assert_eq!((wanted(1)?, wanted(2)?, wanted(3)?, wanted(300)?), (2, 2, 3, 256));
        for least in [18, 90, 200, 256] {
            assert!((least..=least * 9 / 8 + 1).contains(&wanted(least)?), "{}", wanted(least)?);
        }
        Ok(())
    }
}
