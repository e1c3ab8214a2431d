//! Frames of an animation, drawn over each other.

use super::lzw::{Decoder, End};
use super::malformed;
use super::scan::{Disposal, File, Frame, Table};
use windlass_core::{Limits, Result};
use windlass_io::{Tick, alloc};

/// The canvas, on its way through the frames.
#[derive(Debug)]
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Pixel>,
    /// The pixels before a frame that gives way to them again
    before: Vec<Pixel>,
    indices: Vec<u8>,
    decoder: Decoder,
    next: usize,
}

/// Red, green, blue, alpha.
pub(super) type Pixel = [u8; 4];

impl Canvas {
    /// A clear canvas.
    pub(super) fn new(file: &File) -> Result<Self> {
        let (width, height) = (file.width as usize, file.height as usize);
        let pixels = alloc::try_vec(width * height)?;
        let (before, indices) = (Vec::new(), Vec::new());
        Ok(Self { width, height, pixels, before, indices, decoder: Decoder::new(), next: 0 })
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
        let (width, height) = (frame.width as usize, frame.height as usize);
        let size = Limits::current().allocation(width as u64 * height as u64)?;
        if size == 0 {
            return Ok(());
        }
        let mut indices = std::mem::take(&mut self.indices);
        indices.clear();
        alloc::try_reserve(&mut indices, size)?;
        indices.resize(size, 0);
        let data = bytes.get(frame.data.clone()).unwrap_or_default();
        let (count, end) = self.decoder.decode(data, &mut indices);
        if end == End::Bad {
            return Err(malformed("Invalid frame data"));
        }
        let colours = colours(bytes, frame.local.as_ref().or(file.global.as_ref()));
        let places = if frame.interlaced { interlaced(height) } else { (0..height).collect() };
        for (y, row) in self.rows(frame) {
            let start = places[y] * width;
            let found = indices.get(start..count.min(start + width)).unwrap_or_default();
            paint(row, found, &colours, frame.transparent);
        }
        self.indices = indices;
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
            for (pixel, &index) in pixels {
                if index != clear {
                    *pixel = colours[usize::from(index)];
                }
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
