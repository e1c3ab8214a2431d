//! Where evaluations end: memory, a reduction, a file.

use super::oracle;
use crate::codec::{Part, Saver, Wants};
use crate::operator::Reducer;
use crate::{Image, Pixels, Rect, Region};
use windlass_io::{Result, Target};

impl Image {
    /// All pixels, in memory.
    pub fn pixels(&self) -> Result<Pixels> {
        oracle::pixels(self)
    }

    /// All pixels as bytes, rows without gaps, samples in machine order.
    pub fn to_memory(&self) -> Result<Vec<u8>> {
        self.pixels()?.to_vec()
    }

    /// The same image with its pixels at hand, computed now.
    pub fn hold(&self) -> Result<Self> {
        Self::from_pixels(self.header().clone(), self.pixels()?)
    }

    /// What `reducer` makes of all pixels.
    pub fn reduce<R: Reducer>(&self, reducer: &R) -> Result<R::Out> {
        let pixels = oracle::pixels(self)?;
        let mut all: Option<R::Part> = None;
        for y in 0..pixels.height() {
            let mut part = reducer.part();
            let rect = Rect::new(0, y, pixels.width(), 1);
            reducer.add(&mut part, &Region::new(rect, pixels.pixel_size(), &[pixels.row(y)]));
            match &mut all {
                Some(all) => reducer.merge(all, part),
                None => all = Some(part),
            }
        }
        reducer.finish(all.unwrap_or_else(|| reducer.part()))
    }

    /// Writes the image through `saver` to `target`, which is committed at the end, or aborted.
    pub fn save<S: Saver>(&self, saver: &S, target: &Target) -> Result<()> {
        let outputs = saver.outputs(self)?;
        let mut state = saver.begin(&outputs, target)?;
        let mut piece = S::Piece::default();
        for (output, image) in outputs.iter().enumerate() {
            let pixels = oracle::pixels(image)?;
            for rect in parts(image, saver.wants()) {
                let above = match saver.wants() {
                    Wants::Rows { above, .. } => above.min(rect.top),
                    Wants::Tiles { .. } | Wants::Pages => 0,
                };
                let pixel = pixels.pixel_size();
                let (start, end) = (rect.left as usize * pixel, rect.right() as usize * pixel);
                let seen = Rect { top: rect.top - above, height: rect.height + above, ..rect };
                let rows: Vec<_> =
                    (seen.top..seen.bottom()).map(|y| &pixels.row(y)[start..end]).collect();
                let region = Region::new(seen, pixel, &rows);
                saver.encode(&Part { output, rect, region }, &mut piece)?;
                saver.commit(&mut state, &mut piece)?;
            }
        }
        saver.finish(state)
    }
}

/// The parts of an image, in the order in which a saver takes them.
fn parts(image: &Image, wants: Wants) -> Vec<Rect> {
    let all = image.rect();
    let (width, height) = match wants {
        Wants::Rows { step, .. } => (all.width, step.max(1) * 8),
        Wants::Tiles { width, height } => (width, height),
        Wants::Pages => (all.width, image.header().page_height()),
    };
    let tops = (0..all.height).step_by(height as usize);
    tops.flat_map(|top| {
        (0..all.width)
            .step_by(width as usize)
            .map(move |left| Rect::new(left, top, width, height).intersect(&all))
    })
    .collect()
}
