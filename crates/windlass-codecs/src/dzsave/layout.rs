//! Which tiles there are, and what they are called.

use super::options::{Depth, DzSave, Layout};
use crate::pyramid;
use crate::shrink::Rounding;
use windlass_core::declare::{Value, image_operation};
use windlass_core::foreign::names;
use windlass_core::{Error, ErrorKind, Header, Image, Rect, Result};

/// The geometry of a pyramid.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) layout: Layout,
    /// The name of the image
    pub(super) name: String,
    /// The suffix of tiles without options
    pub(super) suffix: String,
    pub(super) tile: i32,
    pub(super) overlap: i32,
    /// Pixels from a tile to the next
    pub(super) step: i32,
    /// Sizes of the levels, from the largest
    pub(super) sizes: Vec<(i32, i32)>,
    /// Where the image lies in the levels
    real: Vec<Rect>,
    /// Tiles in all levels smaller than each
    smaller: Vec<u64>,
}

impl Plan {
    /// The pyramid that `options` ask for, and its levels.
    pub(super) fn new(options: &DzSave, image: &Image, name: String) -> Result<(Self, Vec<Image>)> {
        let (tile, overlap) = (options.tile(), options.overlapping());
        let step = if options.layout == Layout::Dz { tile } else { tile - overlap };
        if step <= 0 {
            return Err(Error::new(ErrorKind::BadArgument, "dzsave: overlap too large"));
        }
        let limit = match options.levels() {
            Depth::Onepixel => 1,
            Depth::Onetile => tile,
            Depth::One => i32::MAX,
        };
        let ends = |header: &Header| header.width <= limit && header.height <= limit;
        let (image, real) = if options.layout == Layout::Google {
            padded(image, options, step, overlap, limit)?
        } else {
            (image.clone(), image.rect())
        };
        let count = level_sizes(real.width, real.height, limit).len();
        let mut levels = pyramid::levels(&image, options.region_shrink, Rounding::Up, |header| {
            options.layout != Layout::Google && ends(header)
        })?;
        levels.truncate(count);
        let sizes: Vec<_> =
            levels.iter().map(|level| (level.header().width, level.header().height)).collect();
        let mut rects = vec![real];
        while rects.len() < sizes.len() {
            let last = rects[rects.len() - 1];
            let half = |length| Rounding::Up.half(length);
            rects.push(Rect::new(
                last.left / 2,
                last.top / 2,
                half(last.right()) - last.left / 2,
                half(last.bottom()) - last.top / 2,
            ));
        }
        let tiles = |(width, height): (i32, i32)| {
            (width as u64).div_ceil(step as u64) * (height as u64).div_ceil(step as u64)
        };
        let smaller = (0..sizes.len()).map(|at| sizes[at + 1..].iter().copied().map(tiles).sum());
        let smaller = smaller.collect();
        let suffix = names::split(options.suffixed()).0.to_owned();
        let layout = options.layout;
        let plan = Self { layout, name, suffix, tile, overlap, step, sizes, real: rects, smaller };
        Ok((plan, levels))
    }

    /// Whether a tile shows any of the image.
    pub(super) fn is_real(&self, level: usize, rect: Rect) -> bool {
        !self.real[level].intersect(&rect).is_empty()
    }

    /// Columns and rows of other tiles that a tile has before and behind it.
    pub(super) fn around(&self) -> (i32, i32) {
        (if self.layout == Layout::Dz { self.overlap } else { 0 }, self.overlap)
    }

    /// The name of the tile whose part without overlap is `rect`.
    pub(super) fn tile_name(&self, level: usize, rect: Rect) -> String {
        let Self { name, suffix, step, .. } = self;
        let (x, y) = (rect.left / step, rect.top / step);
        let number = self.sizes.len() - 1 - level;
        match self.layout {
            Layout::Dz => format!("{name}_files/{number}/{x}_{y}{suffix}"),
            Layout::Zoomify => {
                let across = (self.sizes[level].0 as u64).div_ceil(*step as u64);
                let before = self.smaller[level] + y as u64 * across + x as u64;
                format!("{name}/TileGroup{}/{number}-{x}-{y}{suffix}", before / 256)
            }
            Layout::Google => format!("{name}/{number}/{y}/{x}{suffix}"),
            Layout::Iiif | Layout::Iiif3 => self.iiif_name(level, x, y),
        }
    }

    fn iiif_name(&self, level: usize, x: i32, y: i32) -> String {
        let Self { name, suffix, tile, .. } = self;
        let (width, height) = self.sizes[0];
        let across = |place: i32, whole: i32, of_level: i32| {
            let factor = 1_i64 << level;
            let full = i64::from(*tile) * factor;
            let start = i64::from(place) * full;
            let length = full.min(i64::from(whole) - start);
            let small = (*tile).min(of_level - place * tile);
            (start, length, small)
        };
        let (left, wide, small_width) = across(x, width, self.sizes[level].0);
        let (top, high, small_height) = across(y, height, self.sizes[level].1);
        let all = (left, top, wide, high) == (0, 0, width.into(), height.into());
        let region = if all { "full".into() } else { format!("{left},{top},{wide},{high}") };
        let size = match self.layout {
            Layout::Iiif3 => format!("{small_width},{small_height}"),
            _ => format!("{small_width},"),
        };
        format!("{name}/{region}/{size}/0/default{suffix}")
    }
}

/// Sizes of levels, until both sides are at most `limit`.
fn level_sizes(width: i32, height: i32, limit: i32) -> Vec<(i32, i32)> {
    let mut sizes = vec![(width, height)];
    let (mut width, mut height) = (width, height);
    while width > limit || height > limit {
        (width, height) = (Rounding::Up.half(width), Rounding::Up.half(height));
        sizes.push((width, height));
    }
    sizes
}

/// The image in a larger one that is cut into full tiles at every level, and where it lies there.
fn padded(
    image: &Image,
    options: &DzSave,
    step: i32,
    overlap: i32,
    limit: i32,
) -> Result<(Image, Rect)> {
    let (width, height) = (image.header().width, image.header().height);
    let sizes = level_sizes(width, height, limit);
    let (last_width, last_height) = sizes[sizes.len() - 1];
    let factor = 1_i64 << (sizes.len() - 1);
    let whole = |length: i32| {
        let tiles = (i64::from((length - overlap).max(1)) + i64::from(step) - 1) / i64::from(step);
        let side = (tiles * i64::from(step) + i64::from(overlap)) * factor;
        i32::try_from(side).map_err(|_| {
            Error::new(ErrorKind::BadArgument, format!("dzsave: {side} pixels are too many"))
        })
    };
    let (wide, high) = (whole(last_width)?, whole(last_height)?);
    let (x, y) = if options.centre { ((wide - width) / 2, (high - height) / 2) } else { (0, 0) };
    let background = options.save_options().background.unwrap_or_default();
    let embedded = image_operation(
        "embed",
        [
            ("in", image.clone().into()),
            ("x", x.into()),
            ("y", y.into()),
            ("width", wide.into()),
            ("height", high.into()),
            ("extend", Value::String("background".into())),
            ("background", background.into()),
        ],
    )?;
    Ok((embedded, Rect::new(x, y, width, height)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    fn plan(layout: Layout) -> Plan {
        let image = Image::from_memory(700, 300, 1, BandFormat::U8, vec![0; 210_000]).unwrap();
        Plan::new(&DzSave::default().layout(layout), &image, "x".into()).unwrap().0
    }

    #[test]
    fn levels_end_at_a_pixel_or_a_tile() {
        assert_eq!(plan(Layout::Dz).sizes.len(), 11);
        assert_eq!(plan(Layout::Zoomify).sizes, [(700, 300), (350, 150), (175, 75)]);
        assert_eq!(plan(Layout::Iiif).sizes, [(700, 300), (350, 150)]);
    }

    #[test]
    fn tiles_have_the_names_of_their_layout() {
        let last = Rect::new(254 * 2, 254, 192, 46);
        assert_eq!(plan(Layout::Dz).tile_name(0, last), "x_files/10/2_1.jpeg");
        let zoomify = plan(Layout::Zoomify);
        assert_eq!(zoomify.tile_name(0, Rect::new(512, 256, 188, 44)), "x/TileGroup0/2-2-1.jpg");
        assert_eq!(zoomify.smaller, [3, 1, 0]);
        let right = Rect::new(512, 0, 188, 300);
        assert_eq!(plan(Layout::Iiif).tile_name(0, right), "x/512,0,188,300/188,/0/default.jpg");
        let all = Rect::new(0, 0, 350, 150);
        assert_eq!(plan(Layout::Iiif3).tile_name(1, all), "x/full/350,150/0/default.jpg");
    }
}
