//! The levels of a pyramid, each half the size of the one before.
//!
//! A saver gives all levels as its outputs. The engine then makes them in one pass: each level is
//! made from the one before as soon as its rows are there, and kept no longer than a line of tiles
//! needs it.

use crate::shrink::{RegionShrink, Rounding, halved};
use windlass_core::{Header, Image, Result};

/// The image and its halves, halves of halves and so on, from the largest to the smallest.
///
/// `ends` says of a level whether it is the last one.
pub fn levels(
    image: &Image,
    kind: RegionShrink,
    rounding: Rounding,
    ends: impl Fn(&Header) -> bool,
) -> Result<Vec<Image>> {
    let mut levels = vec![image.clone()];
    let mut last = image.clone();
    while !ends(last.header()) && (last.header().width > 1 || last.header().height > 1) {
        last = halved(&last, kind, rounding)?;
        levels.push(last.clone());
    }
    Ok(levels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use windlass_core::testing::Grain;
    use windlass_core::{BandFormat, Context, Part, Saver, Target, Wants, with_context};

    /// Checks that the tiles of all levels come with the pixels of their levels.
    struct Tiles {
        levels: Vec<Vec<u8>>,
        seen: Mutex<Vec<usize>>,
    }

    const TILE: i32 = 16;
    const BEFORE: i32 = 2;
    const AFTER: i32 = 3;

    impl Saver for Tiles {
        type State = Vec<(usize, i32)>;
        type Piece = (usize, i32);

        fn outputs(&self, image: &Image) -> Result<Vec<Image>> {
            levels(image, RegionShrink::Mean, Rounding::Up, |_| false)
        }

        fn wants(&self) -> Wants {
            Wants::Overlapping { width: TILE, height: TILE, before: BEFORE, after: AFTER }
        }

        fn begin(&self, _: &[Image], _: &Target) -> Result<Self::State> {
            Ok(Vec::new())
        }

        fn encode(&self, part: &Part<'_>, piece: &mut (usize, i32)) -> Result<()> {
            let level = &self.levels[part.output];
            let seen = part.region.rect();
            let width = 100_usize.div_ceil(1 << part.output);
            let height = 70_usize.div_ceil(1 << part.output);
            let rect = part.rect;
            assert_eq!(seen.left, (rect.left - BEFORE).max(0));
            assert_eq!(seen.top, (rect.top - BEFORE).max(0));
            assert_eq!(seen.right(), (rect.left + TILE + AFTER).min(width as i32));
            assert_eq!(seen.bottom(), (rect.top + TILE + AFTER).min(height as i32));
            for y in seen.top..seen.bottom() {
                let start = y as usize * width + seen.left as usize;
                assert_eq!(part.region.bytes(y), &level[start..start + seen.width as usize]);
            }
            *piece = (part.output, rect.area() as i32);
            Ok(())
        }

        fn commit(&self, state: &mut Self::State, piece: &mut (usize, i32)) -> Result<()> {
            state.push(*piece);
            Ok(())
        }

        fn finish(&self, state: Self::State) -> Result<()> {
            let mut seen = self.seen.lock().unwrap();
            seen.resize(self.levels.len(), 0);
            state.iter().for_each(|(level, area)| seen[*level] += *area as usize);
            Ok(())
        }
    }

    #[test]
    fn all_levels_come_in_one_pass() {
        let samples: Vec<u8> = (0..7000_u32).map(|at| (at * at / 7 % 251) as u8).collect();
        let image = Image::from_memory(100, 70, 1, BandFormat::U8, samples).unwrap();
        let all = levels(&image, RegionShrink::Mean, Rounding::Up, |_| false).unwrap();
        let sizes: Vec<_> =
            all.iter().map(|level| (level.header().width, level.header().height)).collect();
        assert_eq!(sizes, [(100, 70), (50, 35), (25, 18), (13, 9), (7, 5), (4, 3), (2, 2), (1, 1)]);
        let levels = all.iter().map(|level| level.to_memory().unwrap()).collect();
        let tiles = Tiles { levels, seen: Mutex::default() };
        let areas: Vec<_> = tiles.levels.iter().map(Vec::len).collect();
        let fine = Grain { unit: 256, block: 512, roll: 256, rows: 1 };
        for grain in [Grain::default(), fine] {
            let context = Context { grain, ..Context::default() };
            tiles.seen.lock().unwrap().clear();
            with_context(context, || image.save(&tiles, &Target::to_memory())).unwrap();
            assert_eq!(*tiles.seen.lock().unwrap(), areas);
        }
    }
}
