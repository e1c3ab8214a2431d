//! Stretches of rows that are painted with one pixel.

use crate::conversion::derived;
use crate::ink::ink;
use windlass_core::{Image, Rect, Result};

/// Stretches of pixels inside an image.
pub(super) struct Spans {
    canvas: Rect,
    /// Row, first column, column behind the last one
    spans: Vec<(i32, i32, i32)>,
}

impl Spans {
    /// No pixel of `image` yet.
    pub(super) fn of(image: &Image) -> Self {
        Self { canvas: image.rect(), spans: Vec::new() }
    }

    /// Adds the pixels from `start` to `end`, which itself is left out, as far as they exist.
    pub(super) fn add(&mut self, y: i64, start: i64, end: i64) {
        let (width, height) = (i64::from(self.canvas.width), i64::from(self.canvas.height));
        let (start, end) = (start.clamp(0, width), end.clamp(0, width));
        if start < end && (0..height).contains(&y) {
            self.spans.push((y as i32, start as i32, end as i32));
        }
    }

    /// The smallest rectangle around all pixels.
    pub(super) fn bounds(&self) -> Rect {
        let rects = self.spans.iter().map(|(y, start, end)| Rect::new(*start, *y, end - start, 1));
        rects.fold(Rect::default(), |all, rect| all.union(&rect))
    }

    /// `image` with all the pixels in the colour `colour`.
    pub(super) fn painted(mut self, image: &Image, colour: &[f64]) -> Result<Image> {
        let ink = ink(image.header(), colour)?;
        let pixels = image.pixels()?;
        let bounds = self.bounds();
        self.spans.sort_unstable();
        let mut left = self.spans.iter().peekable();
        let painted = pixels.with_rows_changed(bounds, |y, row| {
            while let Some((_, start, end)) = left.next_if(|(row, ..)| *row == y) {
                let span = &mut row[*start as usize * ink.len()..*end as usize * ink.len()];
                span.chunks_exact_mut(ink.len()).for_each(|pixel| pixel.copy_from_slice(&ink));
            }
        })?;
        Image::from_pixels(derived(image), painted)
    }
}
