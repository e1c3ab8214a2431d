//! Blocks that wait for their readers in a file without a name, in chunks of columns: whoever needs
//! columns does not read whole rows.

use super::plan::Store;
use crate::Rect;
use crate::pixels::{Block, Buffer};
use std::fs::File;
use std::os::unix::fs::FileExt;
use windlass_io::settings::temporary_directory;
use windlass_io::{Error, ErrorKind, Result, temporary_file};

/// Columns of a chunk.
const COLUMNS: i32 = 64;

/// The file of a store.
pub(crate) struct SpillFile(File);

impl SpillFile {
    /// The file of a store whose blocks are spilled.
    pub(crate) fn of_store(store: &Store) -> Result<Option<Self>> {
        store.spilled.then(|| temporary_file().map(Self)).transpose()
    }

    /// Writes a block.
    pub(crate) fn save(&self, store: &Store, number: usize, block: &Block) -> Result<()> {
        let pixel = store.node.pixel();
        let mut bytes = Buffer::default();
        for chunk in chunks(block.rect, block.rect.left, block.rect.right()) {
            let row = chunk.width as usize * pixel;
            let size = row * chunk.height as usize;
            bytes.reserve(size)?;
            let start = (chunk.left - block.rect.left) as usize * pixel;
            for (to, y) in bytes.bytes_mut()[..size].chunks_exact_mut(row).zip(chunk.top..) {
                to.copy_from_slice(&block.row(y)[start..start + row]);
            }
            let offset = offset(store, number, block.rect, chunk);
            self.0.write_all_at(&bytes.bytes()[..size], offset).map_err(|e| failed("write", e))?;
        }
        Ok(())
    }

    /// Reads the chunks of block `number` that have the columns from `left` to `right`.
    pub(crate) fn load(
        &self,
        store: &Store,
        number: usize,
        (left, right): (i32, i32),
    ) -> Result<Block> {
        let pixel = store.node.pixel();
        let rect = store.grid.rect(number);
        let parts: Vec<_> = chunks(rect, left, right).collect();
        let around = parts.iter().fold(Rect::default(), |around, part| around.union(part));
        let mut block = Block::zeroed(around, pixel)?;
        let mut bytes = Buffer::default();
        for chunk in parts {
            let row = chunk.width as usize * pixel;
            let size = row * chunk.height as usize;
            bytes.reserve(size)?;
            let offset = offset(store, number, rect, chunk);
            let part = &mut bytes.bytes_mut()[..size];
            self.0.read_exact_at(part, offset).map_err(|e| failed("read", e))?;
            let start = (chunk.left - around.left) as usize * pixel;
            for (from, to) in part.chunks_exact(row).zip(block.rows_mut()) {
                to[start..start + row].copy_from_slice(from);
            }
        }
        Ok(block)
    }
}

/// The chunks of a block that have some of the columns from `left` to `right`.
fn chunks(rect: Rect, left: i32, right: i32) -> impl Iterator<Item = Rect> {
    let first = (left.max(rect.left) - rect.left) / COLUMNS;
    let last = (right.min(rect.right()) - 1 - rect.left) / COLUMNS;
    (first..=last).map(move |number| {
        let left = rect.left + number * COLUMNS;
        Rect { left, width: COLUMNS, ..rect }.intersect(&rect)
    })
}

/// Where a chunk lies in the file: blocks one after the other, chunks from left to right.
fn offset(store: &Store, number: usize, rect: Rect, chunk: Rect) -> u64 {
    let pixel = store.node.pixel() as u64;
    let block = store.grid.width as u64 * store.grid.height as u64 * pixel;
    let before = (chunk.left - rect.left) as u64 * rect.height as u64 * pixel;
    number as u64 * block + before
}

fn failed(what: &str, error: std::io::Error) -> Error {
    let folder = temporary_directory();
    let folder = folder.display();
    let text = format!("pixels that wait in a temporary file in {folder}: {what}: {error}");
    Error::new(ErrorKind::Io, text).with_source(error)
}
