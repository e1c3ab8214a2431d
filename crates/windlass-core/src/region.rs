//! What operators read and write: rectangles of rows, wherever the rows lie.

use crate::{Rect, Sample};

/// Pixels to read: a rectangle of an input. Rows may lie in one buffer, in a ring, or across
/// blocks; rows beyond an edge are that edge again.
#[derive(Clone, Copy)]
pub struct Region<'a> {
    rect: Rect,
    pixel: usize,
    rows: &'a [&'a [u8]],
}

impl std::fmt::Debug for Region<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Region({:?} of {} bytes)", self.rect, self.pixel)
    }
}

impl<'a> Region<'a> {
    /// A region of `rows`, one slice of `rect.width × pixel` bytes for each row of `rect`.
    pub fn new(rect: Rect, pixel: usize, rows: &'a [&'a [u8]]) -> Self {
        debug_assert_eq!(rows.len(), rect.height.max(0) as usize);
        debug_assert!(rows.iter().all(|row| row.len() == rect.width.max(0) as usize * pixel));
        Self { rect, pixel, rows }
    }

    /// Where the pixels lie in their image.
    pub fn rect(&self) -> Rect {
        self.rect
    }

    /// Bytes of a pixel.
    pub fn pixel_size(&self) -> usize {
        self.pixel
    }

    /// The bytes of row `y` (in the coordinates of the image), from the region's left edge to its right.
    pub fn bytes(&self, y: i32) -> &'a [u8] {
        self.rows[(y - self.rect.top) as usize]
    }

    /// The samples of row `y`.
    pub fn row<T: Sample>(&self, y: i32) -> &'a [T] {
        bytemuck::cast_slice(self.bytes(y))
    }

    /// The samples of the pixel at `(x, y)`.
    pub fn pixel<T: Sample>(&self, x: i32, y: i32) -> &'a [T] {
        let start = (x - self.rect.left) as usize * self.pixel;
        bytemuck::cast_slice(&self.bytes(y)[start..start + self.pixel])
    }

    /// The part of it inside `rect`, through `rows`, a place for its row table.
    pub fn crop<'b>(&self, rect: Rect, rows: &'b mut Vec<&'a [u8]>) -> Region<'b>
    where
        'a: 'b,
    {
        let rect = rect.intersect(&self.rect);
        let start = (rect.left - self.rect.left) as usize * self.pixel;
        let length = rect.width as usize * self.pixel;
        rows.clear();
        rows.extend((rect.top..rect.bottom()).map(|y| &self.bytes(y)[start..start + length]));
        Region { rect, pixel: self.pixel, rows }
    }
}

/// Pixels to write: a rectangle of an output.
pub struct RegionMut<'a> {
    rect: Rect,
    pixel: usize,
    /// All rows, without gaps, until they are asked for one by one
    packed: &'a mut [u8],
    rows: Vec<&'a mut [u8]>,
}

impl std::fmt::Debug for RegionMut<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RegionMut({:?} of {} bytes)", self.rect, self.pixel)
    }
}

impl<'a> RegionMut<'a> {
    /// A region of `rows`, one slice of `rect.width × pixel` bytes for each row of `rect`.
    pub fn new(rect: Rect, pixel: usize, rows: Vec<&'a mut [u8]>) -> Self {
        debug_assert_eq!(rows.len(), rect.height.max(0) as usize);
        debug_assert!(rows.iter().all(|row| row.len() == rect.width.max(0) as usize * pixel));
        Self { rect, pixel, packed: &mut [], rows }
    }

    /// A region of rows that lie in `bytes` without gaps.
    pub(crate) fn of_packed(rect: Rect, pixel: usize, bytes: &'a mut [u8]) -> Self {
        debug_assert_eq!(bytes.len() as u64, rect.area() * pixel as u64);
        Self { rect, pixel, packed: bytes, rows: Vec::new() }
    }

    /// The bytes of all rows in one piece, where they lie without gaps and no row was asked for yet.
    pub fn packed(&mut self) -> Option<&mut [u8]> {
        if self.packed.is_empty() { None } else { Some(self.packed) }
    }

    fn apart(&mut self) -> &mut [&'a mut [u8]] {
        if !self.packed.is_empty() {
            let row = self.rect.width as usize * self.pixel;
            self.rows = std::mem::take(&mut self.packed).chunks_exact_mut(row).collect();
        }
        &mut self.rows
    }

    /// Some of its rows, over their whole width.
    pub(crate) fn rows_of(&mut self, rect: Rect) -> RegionMut<'_> {
        debug_assert_eq!((rect.left, rect.width), (self.rect.left, self.rect.width));
        let (first, pixel) = ((rect.top - self.rect.top) as usize, self.pixel);
        let rows = self.apart()[first..first + rect.height as usize].iter_mut();
        RegionMut::new(rect, pixel, rows.map(|row| &mut **row).collect())
    }

    /// Where the pixels lie in their image.
    pub fn rect(&self) -> Rect {
        self.rect
    }

    /// Bytes of a pixel.
    pub fn pixel_size(&self) -> usize {
        self.pixel
    }

    /// The bytes of row `y` (in the coordinates of the image).
    pub fn bytes(&mut self, y: i32) -> &mut [u8] {
        let row = (y - self.rect.top) as usize;
        self.apart()[row]
    }

    /// The samples of row `y`.
    pub fn row<T: Sample>(&mut self, y: i32) -> &mut [T] {
        bytemuck::cast_slice_mut(self.bytes(y))
    }

    /// All rows with their `y`, from top to bottom.
    pub fn rows<T: Sample>(&mut self) -> impl Iterator<Item = (i32, &mut [T])> {
        (self.rect.top..).zip(self.apart().iter_mut().map(|row| bytemuck::cast_slice_mut(row)))
    }

    /// Fills `part` with one pixel, given as its bytes.
    pub fn fill(&mut self, part: Rect, pixel: &[u8]) {
        let part = part.intersect(&self.rect);
        let start = (part.left - self.rect.left) as usize * self.pixel;
        let length = part.width as usize * self.pixel;
        for y in part.top..part.bottom() {
            let row = &mut self.bytes(y)[start..start + length];
            match pixel {
                [value] => row.fill(*value),
                _ => row.chunks_exact_mut(pixel.len()).for_each(|out| out.copy_from_slice(pixel)),
            }
        }
    }

    /// Copies `from`, moved so that its top left corner lies at `(left, top)`; what would lie
    /// outside is left out.
    pub fn place(&mut self, from: &Region<'_>, left: i32, top: i32) {
        let (dx, dy) = (left - from.rect.left, top - from.rect.top);
        let part = from.rect.translate(dx, dy).intersect(&self.rect);
        let source = (part.left - left) as usize * self.pixel;
        let start = (part.left - self.rect.left) as usize * self.pixel;
        let length = part.width as usize * self.pixel;
        for y in part.top..part.bottom() {
            let row = &from.bytes(y - dy)[source..source + length];
            self.bytes(y)[start..start + length].copy_from_slice(row);
        }
    }

    /// Copies `from`, which has the same size, pixel for pixel.
    pub fn copy_from(&mut self, from: &Region<'_>) {
        self.place(from, self.rect.left, self.rect.top);
    }
}
