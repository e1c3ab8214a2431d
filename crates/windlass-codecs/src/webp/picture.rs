//! One picture of a file: its planes or pixels.

use super::container::Frame;
use super::planes::{Planes, Scratch};
use super::rescale::{Size, rescale};
use super::{lossy, malformed};
use bytes::Bytes;
use image_webp::WebPDecoder;
use std::io::Cursor;
use windlass_core::{Error, Limits, Result};
use windlass_io::alloc;

/// A decoded picture, of which rows of pixels can be made.
#[derive(Debug)]
pub(super) enum Picture {
    /// Of a lossy one
    Planes(Planes),
    /// Of a lossless one
    Pixels { size: Size, bands: usize, bytes: Vec<u8> },
}

impl Picture {
    /// Decodes a frame of the file `bytes`, in the size `to`.
    pub(super) fn decode(bytes: &[u8], frame: &Frame, to: Size) -> Result<Self> {
        let from = (frame.width as usize, frame.height as usize);
        let image = part(bytes, &frame.image)?;
        // of a lossy one in its new size: luma, chroma, and an alpha
        let (width, height) = if frame.lossless { from } else { to };
        let _bytes = Limits::current().whole_image(width as u64, height as u64, 4, 1)?;
        if frame.lossless {
            let (bands, mut bytes) = lossless(image, from)?;
            if from != to {
                bytes = rescaled(bytes, bands, from, to)?;
            }
            return Ok(Self::Pixels { size: to, bands, bytes });
        }
        let alpha = match alpha(bytes, frame)? {
            Some(alpha) if from != to => {
                Some(rescale(from, to, 1, |y| &alpha[y * from.0..][..from.0])?)
            }
            alpha => alpha,
        };
        let image = Bytes::copy_from_slice(image);
        Ok(Self::Planes(Planes { alpha, ..lossy::planes(image, from, to)? }))
    }

    /// Row `y` as pixels of three or four bands.
    pub(super) fn row(&self, y: usize, bands: usize, scratch: &mut Scratch, out: &mut [u8]) {
        match self {
            Self::Planes(planes) => planes.pixels(y, bands, scratch, out),
            Self::Pixels { size, bands: stored, bytes } => {
                let row = &bytes[y * size.0 * stored..][..size.0 * stored];
                if *stored == bands {
                    out.copy_from_slice(row);
                    return;
                }
                let pixels = out.chunks_exact_mut(bands).zip(row.chunks_exact(*stored));
                for (out, pixel) in pixels {
                    out[..3].copy_from_slice(&pixel[..3]);
                    out[3..].fill(255);
                }
            }
        }
    }
}

fn part<'a>(bytes: &'a [u8], range: &std::ops::Range<usize>) -> Result<&'a [u8]> {
    bytes.get(range.clone()).ok_or_else(unreadable)
}

pub(super) fn unreadable() -> Error {
    malformed("webp2vips: unable to read pixels")
}

/// The alpha of a lossy frame, where it has one.
pub(super) fn alpha(bytes: &[u8], frame: &Frame) -> Result<Option<Vec<u8>>> {
    let Some(alpha) = &frame.alpha else { return Ok(None) };
    let (width, height) = (frame.width, frame.height);
    let _bytes = Limits::current().whole_image(width.into(), height.into(), 1, 1)?;
    alpha_plane(part(bytes, alpha)?, (width as usize, height as usize)).map(Some)
}

/// Pixels in another size.
fn rescaled(mut bytes: Vec<u8>, bands: usize, from: Size, to: Size) -> Result<Vec<u8>> {
    if bands == 4 {
        bytes.chunks_exact_mut(4).for_each(|pixel| multiply(pixel, false));
    }
    let stride = from.0 * bands;
    let mut bytes = rescale(from, to, bands, |y| &bytes[y * stride..][..stride])?;
    if bands == 4 {
        bytes.chunks_exact_mut(4).for_each(|pixel| multiply(pixel, true));
    }
    Ok(bytes)
}

/// Bands and pixels of a lossless picture, from the payload of its chunk.
fn lossless(image: &[u8], size: Size) -> Result<(usize, Vec<u8>)> {
    let mut file = alloc::try_with_capacity(image.len() + 21)?;
    let padded = image.len() + image.len() % 2;
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(padded as u32 + 12).to_le_bytes());
    file.extend_from_slice(b"WEBPVP8L");
    file.extend_from_slice(&(image.len() as u32).to_le_bytes());
    file.extend_from_slice(image);
    file.resize(padded + 20, 0);
    let failed = |error| unreadable().with_source(error);
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(failed)?;
    let bands = if decoder.has_alpha() { 4 } else { 3 };
    if decoder.dimensions() != (size.0 as u32, size.1 as u32) {
        return Err(unreadable());
    }
    let mut pixels: Vec<u8> = alloc::try_vec(size.0 * size.1 * bands)?;
    decoder.read_image(&mut pixels).map_err(failed)?;
    Ok((bands, pixels))
}

/// The alpha of a lossy picture, from the payload of its chunk (RFC 9649 §2.7.1.2).
fn alpha_plane(chunk: &[u8], size: Size) -> Result<Vec<u8>> {
    let (&kind, data) = chunk.split_first().ok_or_else(unreadable)?;
    let (width, height) = size;
    let mut alpha = match kind & 3 {
        0 => data.get(..width * height).ok_or_else(unreadable)?.to_vec(),
        1 => {
            // a lossless picture without its header; the alpha is its green
            let mut picture = alloc::try_with_capacity(data.len() + 5)?;
            picture.push(0x2F);
            let sides = (width as u32 - 1) | (height as u32 - 1) << 14;
            picture.extend_from_slice(&sides.to_le_bytes());
            picture.extend_from_slice(data);
            let (bands, pixels) = lossless(&picture, size)?;
            pixels.chunks_exact(bands).map(|pixel| pixel[1]).collect()
        }
        _ => return Err(unreadable()),
    };
    unfilter(kind >> 2 & 3, width, &mut alpha);
    Ok(alpha)
}

/// Undoes the prediction of an alpha.
fn unfilter(filter: u8, width: usize, alpha: &mut [u8]) {
    if filter == 0 {
        return;
    }
    for start in (0..alpha.len()).step_by(width) {
        let (above, row) = alpha.split_at_mut(start);
        let row = &mut row[..width];
        let above = above.len().checked_sub(width).map(|from| &above[from..]);
        match (filter, above) {
            (_, None) => sum_left(0, row),
            (1, Some(above)) => sum_left(above[0], row),
            (2, Some(above)) => {
                row.iter_mut().zip(above).for_each(|(x, &above)| *x = x.wrapping_add(above));
            }
            (_, Some(above)) => sum_gradient(above, row),
        }
    }
}

/// Each sample is the difference to the one on its left, the first to `first`.
fn sum_left(first: u8, row: &mut [u8]) {
    let mut left = first;
    for x in row {
        left = x.wrapping_add(left);
        *x = left;
    }
}

/// Each sample is the difference to left + above - above left, the first to the one above.
fn sum_gradient(above: &[u8], row: &mut [u8]) {
    let (mut left, mut corner) = (above[0], above[0]);
    for (x, &above) in row.iter_mut().zip(above) {
        let predicted = i16::from(left) + i16::from(above) - i16::from(corner);
        left = x.wrapping_add(predicted.clamp(0, 255) as u8);
        corner = above;
        *x = left;
    }
}

/// Multiplies colours with their alpha, or divides them by it, as libwebp does it.
fn multiply(pixel: &mut [u8], inverse: bool) {
    const SHIFT: u32 = 24;
    let alpha = u32::from(pixel[3]);
    if alpha == 255 {
        return;
    }
    if alpha == 0 {
        pixel.fill(0);
        return;
    }
    let scale = if inverse { (255 << SHIFT) / alpha } else { alpha * ((1 << SHIFT) / 255) };
    for x in &mut pixel[..3] {
        let product = u64::from(*x) * u64::from(scale) + (1 << (SHIFT - 1));
        *x = (product >> SHIFT).min(255) as u8;
    }
}
