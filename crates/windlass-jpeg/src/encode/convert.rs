//! Pixels to planes of samples, padded to whole blocks as the reference does it.

use super::Colour;
use super::frame::Frame;
use super::piece::Strip;
use windlass_simd::jpeg_encode::{PIXELS, SLACK, ycc_halved_rows, ycc_row};

/// MCUs that are converted and transformed at a time: their planes stay in the nearest caches. Where more
/// are, they are a multiple of it.
pub(super) const SEGMENT: usize = 32;

/// The samples of a segment of a row of MCUs.
#[derive(Debug, Default)]
pub(super) struct Planes {
    /// For each component `8 * vertical` rows of `stride` samples.
    pub(super) samples: [Vec<u8>; 4],
    pub(super) strides: [usize; 4],
    padded: [Vec<u8>; 2],
    /// MCUs of a segment.
    segment: usize,
}

impl Planes {
    /// Make room for the segments of `frame`, of so many MCUs each.
    pub(super) fn resize(&mut self, frame: &Frame, segment: usize) {
        self.segment = segment;
        for (i, component) in frame.components.iter().enumerate() {
            self.strides[i] = segment * 8 * component.horizontal;
            self.samples[i].resize(self.strides[i] * 8 * component.vertical, 0);
        }
        let bytes = segment * frame.mcu_width() * frame.colour.bands() + SLACK;
        for row in &mut self.padded {
            row.resize(bytes, 0);
        }
    }

    /// Convert the rows of `strip` from `top` (counted in the strip) for the MCUs from `first`.
    pub(super) fn fill(&mut self, frame: &Frame, strip: Strip<'_>, top: usize, first: usize) {
        let left = first * frame.mcu_width();
        let pixels = (self.segment * frame.mcu_width()).min(frame.width - left);
        let pixels = pixels.next_multiple_of(PIXELS);
        let rows = frame.mcu_height().min(strip.rows() - top);
        let source = Source { frame, strip, top, left };
        if frame.halved() {
            self.halved(source, pixels, rows);
        } else {
            for y in 0..rows {
                self.row(source, pixels, y);
            }
            for component in 0..frame.components.len() {
                self.repeat(component, rows);
            }
        }
    }

    /// One row of every component at full resolution.
    fn row(&mut self, source: Source<'_>, pixels: usize, y: usize) {
        let bytes = source.row(y, pixels, &mut self.padded[0]);
        let [a, b, c, d] = &mut self.samples;
        let strides = self.strides;
        let part = |plane, component: usize| span(plane, strides[component], y, pixels);
        match source.frame.colour {
            Colour::Grey => part(a, 0).copy_from_slice(&bytes[..pixels]),
            Colour::Rgb => {
                let level = windlass_simd::level();
                ycc_row(level, bytes, part(a, 0), part(b, 1), part(c, 2));
            }
            Colour::PlainRgb => {
                let (r, g, b) = (part(a, 0), part(b, 1), part(c, 2));
                for (x, pixel) in bytes.as_chunks::<3>().0.iter().take(pixels).enumerate() {
                    (r[x], g[x], b[x]) = (pixel[0], pixel[1], pixel[2]);
                }
            }
            Colour::Cmyk => {
                let mut planes = [part(a, 0), part(b, 1), part(c, 2), part(d, 3)];
                for (x, pixel) in bytes.as_chunks::<4>().0.iter().take(pixels).enumerate() {
                    for (plane, ink) in planes.iter_mut().zip(pixel) {
                        plane[x] = !ink;
                    }
                }
            }
        }
    }

    /// All rows, with colour at half the resolution. Behind the last row of the picture luma is
    /// repeated before the means are taken, and the last row of means after.
    fn halved(&mut self, source: Source<'_>, pixels: usize, rows: usize) {
        let strides = self.strides;
        let [luma, cb, cr, _] = &mut self.samples;
        let [above, below] = &mut self.padded;
        for y in (0..rows).step_by(2) {
            let second = (y + 1).min(rows - 1);
            let rgb = [source.row(y, pixels, above), source.row(second, pixels, below)];
            let (upper, lower) = luma[y * strides[0]..].split_at_mut(strides[0]);
            ycc_halved_rows(
                windlass_simd::level(),
                rgb,
                [&mut upper[..pixels], &mut lower[..pixels]],
                span(cb, strides[1], y / 2, pixels / 2),
                span(cr, strides[2], y / 2, pixels / 2),
            );
        }
        self.repeat(0, rows.next_multiple_of(2));
        self.repeat(1, rows.div_ceil(2));
        self.repeat(2, rows.div_ceil(2));
    }

    /// Copy the last of `rows` rows to all that follow.
    fn repeat(&mut self, component: usize, rows: usize) {
        let stride = self.strides[component];
        let plane = &mut self.samples[component];
        for y in rows..plane.len() / stride {
            plane.copy_within((rows - 1) * stride..rows * stride, y * stride);
        }
    }
}

/// Row `y` of a plane, `length` samples of it.
fn span(plane: &mut [u8], stride: usize, y: usize, length: usize) -> &mut [u8] {
    &mut plane[y * stride..][..length]
}

/// Where a segment lies in a strip.
#[derive(Clone, Copy)]
struct Source<'a> {
    frame: &'a Frame,
    strip: Strip<'a>,
    top: usize,
    left: usize,
}

impl<'a> Source<'a> {
    /// `pixels` pixels of row `y` and the slack: from the strip itself, or, at the right edge, from
    /// `padded`, with the last pixel repeated.
    fn row(&self, y: usize, pixels: usize, padded: &'a mut [u8]) -> &'a [u8] {
        let bands = self.frame.colour.bands();
        let row = &self.strip.row(self.top + y)[self.left * bands..self.frame.width * bands];
        let wanted = pixels * bands;
        if row.len() >= wanted + SLACK {
            return row;
        }
        let there = row.len().min(wanted);
        padded[..there].copy_from_slice(&row[..there]);
        for at in there..wanted {
            padded[at] = padded[at - bands];
        }
        padded
    }
}
