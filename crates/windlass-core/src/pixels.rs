//! Pixels in memory: blocks of rows that are filled once and then only read.

use crate::{Header, Rect, RegionMut};
use bytes::Bytes;
use std::sync::Arc;
use windlass_io::{Error, ErrorKind, Result};

/// The unit of storage; it aligns every row for every format.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(16))]
pub(crate) struct Line([u8; 16]);

impl Line {
    const SIZE: usize = size_of::<Self>();
}

/// A buffer whose rows are aligned; reused from task to task.
#[derive(Default)]
pub(crate) struct Buffer(Vec<Line>);

impl Buffer {
    /// `bytes` zeroed bytes, or an error where the memory is not to be had. Large ones cost nothing
    /// before they are touched.
    pub(crate) fn zeroed(bytes: usize) -> Result<Self> {
        bytemuck::allocation::try_zeroed_vec(bytes.div_ceil(Line::SIZE)).map(Self).map_err(|()| {
            Error::new(ErrorKind::Limit, format!("no memory for {bytes} bytes of pixels"))
        })
    }

    /// Makes it hold at least `bytes`; what it held is lost.
    pub(crate) fn reserve(&mut self, bytes: usize) -> Result<()> {
        if self.0.len() * Line::SIZE < bytes {
            self.0 = Vec::new();
            *self = Self::zeroed(bytes)?;
        }
        Ok(())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(&mut self.0)
    }
}

/// Bytes from one row to the next: on 64 bytes, but packed where a row is short.
pub(crate) fn stride_of(row: usize) -> usize {
    if row < 512 { row.next_multiple_of(Line::SIZE) } else { row.next_multiple_of(64) }
}

enum Storage {
    Buffer(Buffer),
    Caller(Bytes),
}

/// A rectangle of pixels, filled by the one task that owns it, then published and never written again.
pub(crate) struct Block {
    pub(crate) rect: Rect,
    row: usize,
    stride: usize,
    storage: Storage,
}

impl Block {
    /// A block of zeros for `rect`, of pixels of `pixel` bytes.
    pub(crate) fn zeroed(rect: Rect, pixel: usize) -> Result<Self> {
        Self::over(rect, pixel, None)
    }

    /// The same in the memory of another block, where that is large enough: with the pixels it has there.
    pub(crate) fn over(rect: Rect, pixel: usize, memory: Option<Buffer>) -> Result<Self> {
        let row = rect.width as usize * pixel;
        let stride = stride_of(row);
        let mut memory = memory.unwrap_or_default();
        memory.reserve(stride * rect.height as usize)?;
        Ok(Self { rect, row, stride, storage: Storage::Buffer(memory) })
    }

    /// Makes all of it zeros.
    pub(crate) fn clear(&mut self) {
        self.rows_mut().for_each(|row| row.fill(0));
    }

    /// Its memory, if that is our own.
    pub(crate) fn into_buffer(self) -> Option<Buffer> {
        match self.storage {
            Storage::Buffer(buffer) => Some(buffer),
            Storage::Caller(_) => None,
        }
    }

    /// A block in somebody's memory, rows without gaps.
    fn borrowed(rect: Rect, row: usize, bytes: Bytes) -> Self {
        Self { rect, row, stride: row, storage: Storage::Caller(bytes) }
    }

    /// The bytes of row `y`.
    pub(crate) fn row(&self, y: i32) -> &[u8] {
        let start = (y - self.rect.top) as usize * self.stride;
        let bytes = match &self.storage {
            Storage::Buffer(buffer) => buffer.bytes(),
            Storage::Caller(bytes) => bytes,
        };
        &bytes[start..start + self.row]
    }

    /// All rows, to be filled. Only a block of our own that is not published yet has any.
    pub(crate) fn rows_mut(&mut self) -> impl Iterator<Item = &mut [u8]> {
        let (row, stride, height) = (self.row, self.stride, self.rect.height as usize);
        let bytes: &mut [u8] = match &mut self.storage {
            Storage::Buffer(buffer) => buffer.bytes_mut(),
            Storage::Caller(_) => &mut [],
        };
        bytes.chunks_mut(stride.max(1)).take(height).map(move |chunk| &mut chunk[..row])
    }

    /// All of it, to be filled, of pixels of `pixel` bytes.
    pub(crate) fn region_mut(&mut self, pixel: usize) -> RegionMut<'_> {
        let (rect, bytes) = (self.rect, self.row * self.rect.height as usize);
        if self.row != self.stride || bytes == 0 {
            return RegionMut::new(rect, pixel, self.rows_mut().collect());
        }
        let all: &mut [u8] = match &mut self.storage {
            Storage::Buffer(buffer) => buffer.bytes_mut(),
            Storage::Caller(_) => &mut [],
        };
        RegionMut::of_packed(rect, pixel, &mut all[..bytes])
    }

    /// Bytes it occupies.
    pub(crate) fn size(&self) -> usize {
        self.stride * self.rect.height as usize
    }
}

/// All pixels of an image in memory: blocks of full rows, from top to bottom. Cheap to copy.
#[derive(Clone)]
pub struct Pixels(Arc<Inner>);

struct Inner {
    width: i32,
    height: i32,
    pixel: usize,
    blocks: Vec<Arc<Block>>,
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pixels({} x {} of {} bytes)", self.0.width, self.0.height, self.0.pixel)
    }
}

impl Pixels {
    /// Pixels of zeros with the size and format of `header`, to be filled by `fill` row by row.
    pub fn from_rows(header: &Header, mut fill: impl FnMut(i32, &mut [u8])) -> Result<Self> {
        header.check()?;
        let mut block = Block::zeroed(header.rect(), header.pixel_size())?;
        for (y, row) in block.rows_mut().enumerate() {
            fill(y as i32, row);
        }
        Ok(Self::from_blocks(
            header.width,
            header.height,
            header.pixel_size(),
            vec![Arc::new(block)],
        ))
    }

    /// Rows without gaps in memory that somebody else owns; copied only where the memory is not
    /// aligned for the format.
    pub fn from_bytes(header: &Header, bytes: Bytes) -> Result<Self> {
        header.check()?;
        let size = usize::try_from(header.image_size()).unwrap_or(usize::MAX);
        if bytes.len() < size {
            return Err(Error::new(
                ErrorKind::BadArgument,
                format!(
                    "VipsImage: memory area too small -- should be {size} bytes, you passed {}",
                    bytes.len()
                ),
            ));
        }
        let align = header.format.size().min(8);
        let row = header.row_size();
        if bytes.as_ptr().align_offset(align) == 0 {
            let block = Block::borrowed(header.rect(), row, bytes);
            let blocks = vec![Arc::new(block)];
            return Ok(Self::from_blocks(header.width, header.height, header.pixel_size(), blocks));
        }
        Self::from_rows(header, |y, out| out.copy_from_slice(&bytes[y as usize * row..][..row]))
    }

    /// Blocks of full rows without gaps between them.
    pub(crate) fn from_blocks(
        width: i32,
        height: i32,
        pixel: usize,
        blocks: Vec<Arc<Block>>,
    ) -> Self {
        debug_assert_eq!(blocks.iter().map(|b| b.rect.height).sum::<i32>(), height);
        Self(Arc::new(Inner { width, height, pixel, blocks }))
    }

    /// Width in pixels.
    pub fn width(&self) -> i32 {
        self.0.width
    }

    /// Height in pixels.
    pub fn height(&self) -> i32 {
        self.0.height
    }

    /// Bytes of a pixel.
    pub fn pixel_size(&self) -> usize {
        self.0.pixel
    }

    /// The bytes of row `y`.
    pub fn row(&self, y: i32) -> &[u8] {
        self.block(y).row(y)
    }

    /// The samples of row `y`.
    pub fn samples<T: crate::Sample>(&self, y: i32) -> &[T] {
        bytemuck::cast_slice(self.row(y))
    }

    fn block(&self, y: i32) -> &Block {
        match &self.0.blocks[..] {
            [only] => only,
            blocks => &blocks[blocks.partition_point(|block| block.rect.bottom() <= y)],
        }
    }

    /// All bytes, rows without gaps.
    pub fn to_vec(&self) -> Result<Vec<u8>> {
        let mut bytes = windlass_io::alloc::try_with_capacity(
            self.0.pixel * self.0.width as usize * self.0.height as usize,
        )?;
        for y in 0..self.0.height {
            bytes.extend_from_slice(self.row(y));
        }
        Ok(bytes)
    }

    /// Bytes that the blocks occupy.
    pub fn size(&self) -> u64 {
        self.0.blocks.iter().map(|block| block.size() as u64).sum()
    }

    /// The same pixels with `change` applied to the rows of `area`: blocks that it touches are
    /// copied, the others shared. For operations that draw.
    pub fn with_rows_changed(
        &self,
        area: Rect,
        mut change: impl FnMut(i32, &mut [u8]),
    ) -> Result<Self> {
        let mut blocks = windlass_io::alloc::try_with_capacity(self.0.blocks.len())?;
        for block in &self.0.blocks {
            if block.rect.intersect(&area).is_empty() {
                blocks.push(Arc::clone(block));
                continue;
            }
            let mut copy = Block::zeroed(block.rect, self.0.pixel)?;
            for (y, row) in (block.rect.top..).zip(copy.rows_mut()) {
                row.copy_from_slice(block.row(y));
                if y >= area.top && y < area.bottom() {
                    change(y, row);
                }
            }
            blocks.push(Arc::new(copy));
        }
        Ok(Self::from_blocks(self.0.width, self.0.height, self.0.pixel, blocks))
    }
}
