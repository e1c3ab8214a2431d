use super::{bad, derived};
use windlass_core::{Ask, Build, Header, Image, Operator, Rect, Region, RegionMut, Result, Traits};
use windlass_macros::Operation;

/// Grid an image.
///
/// Cuts a tall image into tiles of `tile_height` rows and lays them out in rows of `across`.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Grid {
    /// Input image
    pub input: Image,
    /// Chop into tiles this high
    #[arg(min = 1, max = 10_000_000)]
    pub tile_height: i32,
    /// Number of tiles across
    #[arg(min = 1, max = 10_000_000)]
    pub across: i32,
    /// Number of tiles down
    #[arg(min = 1, max = 10_000_000)]
    pub down: i32,
}

impl Build for Grid {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let Self { ref input, tile_height, across, down } = *self;
        let old = derived(input);
        let rows = i64::from(across)
            .checked_mul(i64::from(down))
            .and_then(|tiles| tiles.checked_mul(i64::from(tile_height)));
        if rows != Some(i64::from(old.height)) {
            return Err(bad("grid: bad grid geometry"));
        }
        let tile = Rect::new(0, 0, old.width, tile_height);
        let header =
            Header { width: old.width.saturating_mul(across), height: tile_height * down, ..old };
        Image::area(header, &[input], Tiles { tile, across })
    }
}

/// Tiles that lay one below the other, in rows.
struct Tiles {
    tile: Rect,
    across: i32,
}

impl Operator for Tiles {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 0.25, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let Rect { width, height, .. } = self.tile;
        for row in out.top / height..=(out.bottom() - 1) / height {
            for column in out.left / width..=(out.right() - 1) / width {
                let tile = self.tile.translate(column * width, row * height);
                let part = tile.intersect(&out);
                let dx = -tile.left;
                let dy = (row * self.across + column) * height - tile.top;
                if part == out {
                    return ask.same(0, dx, dy);
                }
                ask.place(0, part.translate(dx, dy), part.left, part.top);
            }
        }
        ask.covered();
    }

    fn compute(&self, _: &[Region<'_>], _: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn tiles_are_laid_out_in_rows() {
        let image = Image::from_memory(1, 4, 1, BandFormat::U8, vec![1, 2, 3, 4]).unwrap();
        let out = Grid::new(&image, 1, 2, 2).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 2, 3, 4]);
        assert_eq!(out.header().width, 2);
        let out = Grid::new(&image, 2, 2, 1).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 3, 2, 4]);
        assert!(Grid::new(&image, 2, 2, 2).build().is_err());
    }
}
