//! The matrix that a convolution applies.

use windlass_core::{BandFormat, Error, ErrorKind, Image, Meta, Rect, Result, cast};

/// A matrix with its scale and offset; it is applied as correlation, not flipped.
#[derive(Clone, Debug)]
pub(crate) struct Mask {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Row by row
    pub(crate) elements: Vec<f64>,
    pub(crate) scale: f64,
    pub(crate) offset: f64,
}

/// An element that is not zero, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tap<W> {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) weight: W,
}

impl Mask {
    /// The mask that `image` holds, for `operation`.
    pub(crate) fn read(operation: &str, image: &Image) -> Result<Self> {
        let header = image.header();
        if header.bands != 1 {
            return Err(Error::new(
                ErrorKind::BadArgument,
                format!("{operation}: matrix image must have one band"),
            ));
        }
        let pixels = cast(image, BandFormat::F64)?.pixels()?;
        let rows = (0..header.height).flat_map(|y| pixels.samples::<f64>(y).to_vec());
        let item = |name, default| match header.metadata.get(name) {
            Some(Meta::Double(value)) => *value,
            Some(Meta::Int(value)) => f64::from(*value),
            _ => default,
        };
        Ok(Self {
            width: header.width as usize,
            height: header.height as usize,
            elements: rows.collect(),
            scale: item("scale", 1.0),
            offset: item("offset", 0.0),
        })
    }

    /// A quarter turn clockwise, offset 0; only for one row or one column.
    pub(crate) fn turned(&self) -> Self {
        let mut turned =
            Self { width: self.height, height: self.width, offset: 0.0, ..self.clone() };
        if self.width == 1 {
            turned.elements.reverse();
        }
        turned
    }

    /// The elements that are not zero after `weight`, row by row.
    pub(crate) fn taps<W: Default + PartialEq>(&self, weight: impl Fn(f64) -> W) -> Vec<Tap<W>> {
        let taps = self.elements.iter().enumerate().map(|(k, element)| Tap {
            x: k % self.width,
            y: k / self.width,
            weight: weight(*element),
        });
        taps.filter(|tap| tap.weight != W::default()).collect()
    }

    /// The input pixels that make `out`.
    pub(crate) fn window(&self, out: Rect) -> Rect {
        window(self.width as i32, self.height as i32, out)
    }
}

/// The input pixels under a window of `width` by `height`, its origin in the middle.
pub(crate) fn window(width: i32, height: i32, out: Rect) -> Rect {
    Rect::new(
        out.left - width / 2,
        out.top - height / 2,
        out.width + width - 1,
        out.height + height - 1,
    )
}
