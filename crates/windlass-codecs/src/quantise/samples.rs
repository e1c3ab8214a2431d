//! The colours of a picture, each with how many pixels have it.

use super::Colour;
use super::nearest::{Point, point};
use windlass_core::Result;
use windlass_io::alloc;

/// Different colours up to which all pixels are counted.
const COUNTED: usize = 1 << 14;
/// The pixels that are taken where there are more colours.
const TAKEN: usize = 1 << 16;

/// A colour and the pixels that have it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) point: Point,
    pub(super) weight: f32,
}

/// All colours of a picture; where they are many, those of pixels taken evenly from all of it.
pub(super) fn samples(rgba: &[Colour]) -> Result<Vec<Sample>> {
    if let Some(samples) = counted(rgba.iter().copied(), COUNTED)? {
        return Ok(samples);
    }
    let step = rgba.len().div_ceil(TAKEN);
    // one pixel of each piece, anywhere in it: columns of the picture would be seen or not
    let place = |number: usize| number * step + (hash(number as u32) as usize >> 8) % step;
    let places = (0..rgba.len().div_ceil(step)).map(place);
    let taken = places.filter_map(|place| rgba.get(place).copied());
    Ok(counted(taken, TAKEN)?.unwrap_or_default())
}

/// Counts colours, at most so many.
fn counted(colours: impl Iterator<Item = Colour>, most: usize) -> Result<Option<Vec<Sample>>> {
    let mut places: Vec<u32> = alloc::try_vec(2 * most)?;
    let mut found: Vec<(u32, u32)> = Vec::new();
    let mut last = 0;
    for colour in colours {
        let key = u32::from_le_bytes(if colour[3] == 0 { [0; 4] } else { colour });
        if let Some((same, count)) = found.get_mut(last)
            && *same == key
        {
            *count += 1;
            continue;
        }
        last = place(&mut places, &found, key);
        if let Some((_, count)) = found.get_mut(last) {
            *count += 1;
        } else if found.len() == most {
            return Ok(None);
        } else {
            found.push((key, 1));
        }
    }
    let sample =
        |(key, count): (u32, u32)| Sample { point: point(key.to_le_bytes()), weight: count as f32 };
    Ok(Some(found.into_iter().map(sample).collect()))
}

/// Where a colour stands in what was found, or will stand. `places` has room for twice as many, those taken
/// are counted from 1.
#[inline]
fn place(places: &mut [u32], found: &[(u32, u32)], key: u32) -> usize {
    let mask = places.len() - 1;
    let mut at = hash(key) as usize >> 8 & mask;
    loop {
        match places[at] as usize {
            0 => {
                places[at] = found.len() as u32 + 1;
                return found.len();
            }
            number if found.get(number - 1).is_some_and(|&(same, _)| same == key) => {
                return number - 1;
            }
            _ => at = (at + 1) & mask,
        }
    }
}

/// Bits that look like chance (multiplicative hashing, Knuth).
#[inline]
fn hash(key: u32) -> u32 {
    let mixed = (key ^ key >> 15).wrapping_mul(0x9E37_79B1);
    mixed ^ mixed >> 13
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_colours_are_counted_exactly() -> Result<()> {
        let colour = |at: usize| [(at % 7) as u8, 9, 0, if at % 7 == 3 { 0 } else { 255 }];
        let rgba: Vec<Colour> = (0..7000).map(colour).collect();
        let samples = samples(&rgba)?;
        assert_eq!(samples.len(), 7);
        assert!(samples.iter().all(|sample| (sample.weight - 1000.0).abs() < 0.5));
        assert!(samples.iter().any(|sample| sample.point == [0.0; 4]));
        Ok(())
    }

    #[test]
    fn many_colours_are_taken_from_everywhere() -> Result<()> {
        // each of 300,000 pixels has its own colour
        let colour = |at: u32| [at as u8, (at >> 8) as u8, (at >> 16) as u8, 255];
        let rgba: Vec<Colour> = (0..300_000).map(colour).collect();
        let samples = samples(&rgba)?;
        assert!(samples.len() <= TAKEN && samples.len() > TAKEN / 2, "{}", samples.len());
        for quarter in 0..4 {
            let within = |sample: &&Sample| {
                let [r, g, b, _] = sample.point;
                let at = r + 256.0 * g + 65536.0 * b;
                (at / 75_000.0) as usize == quarter
            };
            let share = samples.iter().filter(within).count() * 4;
            assert!(share.abs_diff(samples.len()) < samples.len() / 20, "{quarter}: {share}");
        }
        Ok(())
    }
}
