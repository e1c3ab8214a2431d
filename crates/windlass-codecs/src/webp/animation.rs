//! Frames of an animation, laid over each other.

use super::container::{File, Frame};
use super::picture::Picture;
use super::planes::Scratch;
use super::rescale::Size;
use windlass_core::Result;
use windlass_io::{Tick, alloc};

/// The canvas, on its way through the frames.
#[derive(Debug)]
pub(super) struct Animation {
    size: Size,
    /// RGBA
    canvas: Vec<u8>,
    next: usize,
}

impl Animation {
    /// An empty canvas.
    pub(super) fn new(size: Size) -> Result<Self> {
        Ok(Self { size, canvas: alloc::try_vec(size.0 * size.1 * 4)?, next: 0 })
    }

    /// The canvas once the frame `number` is on it; those before it are drawn as well.
    pub(super) fn page(
        &mut self,
        bytes: &[u8],
        file: &File,
        scale: f64,
        number: usize,
        tick: &Tick,
    ) -> Result<&[u8]> {
        while let (true, Some(frame)) = (self.next <= number, file.frames.get(self.next)) {
            tick.check()?;
            let before = self.next.checked_sub(1).and_then(|at| file.frames.get(at));
            if let Some(before) = before.filter(|before| before.dispose) {
                self.clear(before, scale);
            }
            self.draw(bytes, frame, scale)?;
            self.next += 1;
        }
        Ok(&self.canvas)
    }

    fn draw(&mut self, bytes: &[u8], frame: &Frame, scale: f64) -> Result<()> {
        let size = (scaled(frame.width, scale).max(1), scaled(frame.height, scale).max(1));
        let picture = Picture::decode(bytes, frame, size)?;
        let over = frame.blend && self.next > 0;
        let mut row = vec![0; size.0 * 4];
        let mut scratch = Scratch::default();
        for (y, canvas) in self.rows(frame, size, scale).enumerate() {
            picture.row(y, 4, &mut scratch, &mut row);
            let row = &row[..canvas.len()];
            if over {
                let pixels = canvas.chunks_exact_mut(4).zip(row.chunks_exact(4));
                pixels.for_each(|(below, above)| blend(above, below));
            } else {
                canvas.copy_from_slice(row);
            }
        }
        Ok(())
    }

    fn clear(&mut self, frame: &Frame, scale: f64) {
        let size = (scaled(frame.width, scale), scaled(frame.height, scale));
        self.rows(frame, size, scale).for_each(|row| row.fill(0));
    }

    /// The rows of the canvas that a frame of this size covers.
    fn rows(
        &mut self,
        frame: &Frame,
        (width, height): Size,
        scale: f64,
    ) -> impl Iterator<Item = &mut [u8]> {
        let left = scaled(frame.x, scale).min(self.size.0);
        let right = (left + width).min(self.size.0);
        let rows = self.canvas.chunks_exact_mut(self.size.0 * 4);
        let rows = rows.skip(scaled(frame.y, scale)).take(height);
        rows.map(move |row| &mut row[left * 4..right * 4])
    }
}

/// A side in another scale, rounded half to even.
pub(super) fn scaled(side: u32, scale: f64) -> usize {
    (f64::from(side) * scale).round_ties_even() as usize
}

/// Lays a pixel over another, in the integers of the reference.
fn blend(above: &[u8], below: &mut [u8]) {
    let alpha = u32::from(above[3]);
    if alpha == 255 {
        below.copy_from_slice(above);
    }
    if alpha == 0 || alpha == 255 {
        return;
    }
    let factor = (u32::from(below[3]) * (255 - alpha) + 127) >> 8;
    let sum = alpha + factor;
    let scale = (1 << 24) / sum;
    for (below, &above) in below[..3].iter_mut().zip(above) {
        let mixed = u32::from(above) * alpha + u32::from(*below) * factor;
        *below = (mixed.wrapping_mul(scale).wrapping_add(4096) >> 24) as u8;
    }
    below[3] = sum as u8;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_pixels_leave_what_is_below() {
        let mut below = [1, 2, 3, 200];
        blend(&[9, 9, 9, 0], &mut below);
        assert_eq!(below, [1, 2, 3, 200]);
        blend(&[9, 8, 7, 255], &mut below);
        assert_eq!(below, [9, 8, 7, 255]);
    }

    #[test]
    fn sides_are_rounded_to_even() {
        assert_eq!([scaled(5, 0.5), scaled(7, 0.5), scaled(550, 0.3)], [2, 4, 165]);
    }
}
