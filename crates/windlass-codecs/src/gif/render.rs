//! Frames of an animation, drawn over each other.

use super::indices::Indices;
use super::scan::{Disposal, File, Frame, Table};
use std::collections::BTreeMap;
use windlass_core::{Lead, Result};
use windlass_io::{Tick, alloc};

/// The canvas, on its way through the frames.
#[derive(Debug)]
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Pixel>,
    /// The pixels before a frame that gives way to them again
    before: Vec<Pixel>,
    /// The frame to draw next
    next: usize,
    /// The frame behind those whose codes somebody decodes or has decoded
    taken: usize,
    /// Frames that were decoded before their turn
    waiting: BTreeMap<usize, Indices>,
    /// Memory for the indices of frames
    spare: Vec<Indices>,
}

/// A frame whose codes are decoded apart from the canvas.
#[derive(Debug)]
pub(super) struct Piece {
    /// Which frame of the file
    pub(super) number: usize,
    pub(super) indices: Indices,
}

/// Red, green, blue, alpha.
pub(super) type Pixel = [u8; 4];

impl Canvas {
    /// A clear canvas.
    pub(super) fn new(file: &File) -> Result<Self> {
        let (width, height) = (file.width as usize, file.height as usize);
        let pixels = alloc::try_vec(width * height)?;
        let (before, spare, waiting) = (Vec::new(), Vec::new(), BTreeMap::new());
        Ok(Self { width, height, pixels, before, next: 0, taken: 0, waiting, spare })
    }

    /// Hands out the next frame below `end` that nobody decodes, unless `most` are on their way.
    pub(super) fn split(&mut self, end: usize, most: usize) -> Option<Piece> {
        let number = self.to_split(end, most)?;
        self.taken = number + 1;
        Some(Piece { number, indices: self.spare.pop().unwrap_or_default() })
    }

    /// Takes a frame that was decoded.
    pub(super) fn join(&mut self, piece: Piece) {
        if piece.number < self.next {
            self.spare.push(piece.indices);
        } else {
            self.waiting.insert(piece.number, piece.indices);
        }
    }

    /// Whether the frames up to `last` can be drawn without decoding, and others below `end` be split off.
    pub(super) fn lead(&self, last: usize, end: usize, most: usize) -> Lead {
        let ready = (self.next..=last).all(|number| self.waiting.contains_key(&number));
        Lead { ready, splits: self.to_split(end, most).is_some() }
    }

    fn to_split(&self, end: usize, most: usize) -> Option<usize> {
        let number = self.taken.max(self.next);
        (number < end && number - self.next < most).then_some(number)
    }

    /// The canvas once the frame `number` is on it; those before it are drawn as well.
    pub(super) fn page(
        &mut self,
        bytes: &[u8],
        file: &File,
        number: usize,
        tick: &Tick,
    ) -> Result<&[Pixel]> {
        while let (true, Some(frame)) = (self.next <= number, file.frames.get(self.next)) {
            tick.check()?;
            let before = self.next.checked_sub(1).and_then(|at| file.frames.get(at));
            if let Some(before) = before {
                self.dispose(before, background(bytes, file));
            }
            if frame.disposal == Disposal::Previous {
                self.before.clone_from(&self.pixels);
            }
            self.draw(bytes, file, frame)?;
            self.next += 1;
        }
        Ok(&self.pixels)
    }

    /// Takes the frame that was drawn last off the canvas.
    fn dispose(&mut self, frame: &Frame, background: Pixel) {
        match frame.disposal {
            Disposal::Keep => {}
            Disposal::Background => {
                let colour = if frame.translucent { [0; 4] } else { background };
                self.rows(frame).for_each(|(_, row)| row.fill(colour));
            }
            Disposal::Previous => std::mem::swap(&mut self.pixels, &mut self.before),
        }
    }

    fn draw(&mut self, bytes: &[u8], file: &File, frame: &Frame) -> Result<()> {
        let decoded = self.waiting.remove(&self.next);
        let mut indices = decoded.unwrap_or_else(|| {
            let mut indices = self.spare.pop().unwrap_or_default();
            indices.decode(bytes, frame);
            indices
        });
        let (width, height) = (frame.width as usize, frame.height as usize);
        let found = indices.found()?;
        if found.is_empty() {
            self.spare.push(indices);
            return Ok(());
        }
        let colours = colours(bytes, frame.local.as_ref().or(file.global.as_ref()));
        let places = if frame.interlaced { interlaced(height) } else { (0..height).collect() };
        for (y, row) in self.rows(frame) {
            let start = places[y] * width;
            let end = found.len().min(start + width);
            paint(row, found.get(start..end).unwrap_or_default(), &colours, frame.transparent);
        }
        self.spare.push(indices);
        Ok(())
    }

    /// The rows of the canvas that a frame covers, with their numbers in the frame.
    fn rows(&mut self, frame: &Frame) -> impl Iterator<Item = (usize, &mut [Pixel])> {
        let left = (frame.left as usize).min(self.width);
        let right = (left + frame.width as usize).min(self.width);
        let top = (frame.top as usize).min(self.height);
        let rows = self.pixels.chunks_exact_mut(self.width).skip(top);
        rows.take(frame.height as usize).map(move |row| &mut row[left..right]).enumerate()
    }
}

fn paint(row: &mut [Pixel], indices: &[u8], colours: &[Pixel; 256], transparent: Option<u8>) {
    let pixels = row.iter_mut().zip(indices);
    match transparent {
        None => pixels.for_each(|(pixel, &index)| *pixel = colours[usize::from(index)]),
        Some(clear) => {
            // a mask instead of a branch: which pixels change is as good as random
            for (pixel, &index) in pixels {
                let kept = u32::from(index == clear).wrapping_neg();
                let (old, new) = (u32::from_ne_bytes(*pixel), colours[usize::from(index)]);
                *pixel = (old & kept | u32::from_ne_bytes(new) & !kept).to_ne_bytes();
            }
        }
    }
}

/// For each row of a picture, which row of the file it is.
fn interlaced(height: usize) -> Vec<usize> {
    let mut places = vec![0; height];
    let passes = [(0, 8), (4, 8), (2, 4), (1, 2)];
    let rows = passes.into_iter().flat_map(|(first, step)| (first..height).step_by(step));
    rows.enumerate().for_each(|(number, y)| places[y] = number);
    places
}

/// The colours of a table; black and white where there is none.
fn colours(bytes: &[u8], table: Option<&Table>) -> [Pixel; 256] {
    let mut colours = [[0; 4]; 256];
    let usual = [0, 0, 0, 255, 255, 255];
    let table = table.and_then(|table| bytes.get(table.clone())).unwrap_or(&usual);
    for (colour, entry) in colours.iter_mut().zip(table.chunks_exact(3)) {
        *colour = [entry[0], entry[1], entry[2], 255];
    }
    colours
}

/// The colour of the background; the first of the table where the index is outside, or black.
pub(super) fn background(bytes: &[u8], file: &File) -> Pixel {
    let entries = file.global.as_ref().map_or(0, |table| table.len() / 3);
    let index = usize::from(file.background);
    colours(bytes, file.global.as_ref())[if index < entries { index } else { 0 }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gif::GifSave;
    use windlass_core::foreign::Save;
    use windlass_core::{BandFormat, Image, Interpretation, Meta, Target};

    const SIDE: usize = 24;
    const PAGES: usize = 9;

    /// A file of pages of which only parts change.
    fn file() -> Result<bytes::Bytes> {
        let pixel = |at: usize| {
            let (x, y, page) = (at % SIDE, at / SIDE % SIDE, at / SIDE / SIDE);
            if x / 3 == page { [255, 0, 0] } else { [(9 * x) as u8, (7 * y) as u8, 50] }
        };
        let pixels: Vec<u8> = (0..SIDE * SIDE * PAGES).flat_map(pixel).collect();
        let image =
            Image::from_memory(SIDE as i32, (SIDE * PAGES) as i32, 3, BandFormat::U8, pixels)?;
        let mut header = image.header().clone();
        header.interpretation = Interpretation::Srgb;
        header.metadata.set("page-height", Meta::Int(SIDE as i32));
        let target = Target::to_memory();
        GifSave::default().dither(0.0).save(&image.with_header(header)?, &target)?;
        Ok(target.bytes())
    }

    #[test]
    fn frames_decoded_before_their_turn_are_the_same() -> Result<()> {
        const MOST: usize = 3;
        let (bytes, tick) = (file()?, Tick::default());
        let file = File::scan(&bytes).expect("a file");
        assert_eq!(file.frames.len(), PAGES);
        let (mut alone, mut shared) = (Canvas::new(&file)?, Canvas::new(&file)?);
        let mut pieces = Vec::new();
        for number in 0..PAGES {
            while let Some(piece) = shared.split(PAGES, MOST) {
                assert!((number..number + MOST).contains(&piece.number));
                pieces.push(piece);
            }
            assert!(!shared.lead(number, PAGES, MOST).splits);
            // they come back last first; for a while none does, and frames are drawn without
            if !(3..6).contains(&number) {
                for mut piece in pieces.drain(..).rev() {
                    piece.indices.decode(&bytes, &file.frames[piece.number]);
                    shared.join(piece);
                }
            }
            assert_eq!(shared.lead(number, PAGES, MOST).ready, number != 5);
            let one = alone.page(&bytes, &file, number, &tick)?.to_vec();
            assert!(one == shared.page(&bytes, &file, number, &tick)?, "frame {number}");
        }
        Ok(())
    }

    #[test]
    fn transparent_indices_leave_what_is_there() {
        let mut colours = [[0; 4]; 256];
        colours[1] = [10, 20, 30, 255];
        colours[2] = [1, 2, 3, 255];
        let mut row = [[7, 7, 7, 255]; 3];
        paint(&mut row, &[1, 2], &colours, Some(2));
        assert_eq!(row, [[10, 20, 30, 255], [7, 7, 7, 255], [7, 7, 7, 255]]);
        paint(&mut row, &[1, 2], &colours, None);
        assert_eq!(row, [[10, 20, 30, 255], [1, 2, 3, 255], [7, 7, 7, 255]]);
    }
}
