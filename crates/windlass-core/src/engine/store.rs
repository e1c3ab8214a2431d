//! Stores: the blocks of a node, each made once, freed after its last reader.

use super::cone::Row;
use crate::Rect;
use crate::pixels::Block;
use std::ops::Range;
use std::sync::Arc;
use windlass_io::{Error, ErrorKind, Result};

/// How an image is cut into blocks: rows of equal rectangles, the last ones cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) image: Rect,
    pub(crate) width: i32,
    pub(crate) height: i32,
}

impl Grid {
    /// Strips of full rows.
    pub(crate) fn strips(image: Rect, height: i32) -> Self {
        Self { image, width: image.width, height: height.clamp(1, image.height) }
    }

    pub(crate) fn across(&self) -> usize {
        ceil(self.image.width, self.width)
    }

    pub(crate) fn count(&self) -> usize {
        self.across() * ceil(self.image.height, self.height)
    }

    /// The rectangle of block `number`, counted row by row.
    pub(crate) fn rect(&self, number: usize) -> Rect {
        let (x, y) = ((number % self.across()) as i32, (number / self.across()) as i32);
        Rect::new(x * self.width, y * self.height, self.width, self.height).intersect(&self.image)
    }

    /// The blocks that hold pixels of `part`.
    pub(crate) fn covering(&self, part: Rect) -> impl Iterator<Item = usize> + use<> {
        self.runs(part).flatten()
    }

    /// The same as ranges of blocks that follow each other.
    pub(crate) fn runs(&self, part: Rect) -> impl Iterator<Item = Range<usize>> + use<> {
        let part = part.intersect(&self.image);
        let across = self.across();
        let blocks = |from: i32, to: i32, step: i32| {
            if part.is_empty() { 0..0 } else { (from / step) as usize..ceil(to, step) }
        };
        let columns = blocks(part.left, part.right(), self.width);
        let lines = blocks(part.top, part.bottom(), self.height);
        let whole = columns.len() == across;
        let (first, height) = (lines.start, if whole { lines.len() } else { 1 });
        lines.take(if whole { 1 } else { usize::MAX }).map(move |line| {
            let start = if whole { first } else { line } * across;
            start + columns.start..start + (height - 1) * across + columns.end
        })
    }
}

fn ceil(length: i32, step: i32) -> usize {
    (length as usize).div_ceil(step as usize)
}

/// The blocks that a task reads, kept alive while it runs; ordered by store, then from top to
/// bottom and left to right.
#[derive(Default)]
pub(crate) struct Held(Vec<(usize, Arc<Block>)>);

impl Held {
    pub(crate) fn new(mut blocks: Vec<(usize, Arc<Block>)>) -> Self {
        blocks.sort_by_key(|(store, block)| (*store, block.rect.top, block.rect.left));
        Self(blocks)
    }

    /// The rows of `part` of a store; whether some come in several pieces.
    pub(crate) fn find<'a>(
        &'a self,
        store: usize,
        pixel: usize,
        part: Rect,
        found: &mut Vec<Row<'a>>,
    ) -> Result<bool> {
        let first = self.0.partition_point(|(s, b)| (*s, b.rect.bottom()) <= (store, part.top));
        let blocks =
            self.0[first..].iter().take_while(|(s, b)| *s == store && b.rect.top < part.bottom());
        let blocks = blocks.map(|(_, block)| block).filter(|b| !b.rect.intersect(&part).is_empty());
        let blocks: Vec<_> = blocks.collect();
        let mut joined = false;
        for line in blocks.chunk_by(|a, b| a.rect.top == b.rect.top) {
            let shared = line[0].rect.intersect(&part);
            for y in shared.top..shared.bottom() {
                if let [block] = line {
                    found.push(Row::Whole(slice(block, pixel, part, y)));
                } else {
                    joined = true;
                    found
                        .push(Row::Pieces(line.iter().map(|b| slice(b, pixel, part, y)).collect()));
                }
            }
        }
        let wanted = part.width as usize * pixel;
        if found.len() == part.height as usize && found.iter().all(|row| row.len() == wanted) {
            return Ok(joined);
        }
        Err(Error::new(
            ErrorKind::Internal,
            format!("the plan is broken: store {store} lacks some of {part:?}"),
        ))
    }
}

/// The columns of `part` in row `y` of a block, as far as it has them.
fn slice(block: &Block, pixel: usize, part: Rect, y: i32) -> &[u8] {
    let columns = block.rect.intersect(&part);
    let start = (columns.left - block.rect.left) as usize * pixel;
    &block.row(y)[start..start + columns.width as usize * pixel]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_covers_its_image() {
        let grid = Grid { image: Rect::new(0, 0, 10, 7), width: 4, height: 3 };
        assert_eq!(grid.count(), 9);
        let area: u64 = (0..9).map(|n| grid.rect(n).area()).sum();
        assert_eq!(area, 70);
        let hit: Vec<_> = grid.covering(Rect::new(3, 2, 2, 2)).collect();
        assert_eq!(hit, [0, 1, 3, 4]);
        assert_eq!(grid.covering(Rect::new(3, 7, 2, 2)).count(), 0);
        assert_eq!(grid.runs(Rect::new(3, 2, 2, 2)).collect::<Vec<_>>(), [0..2, 3..5]);
        let mut whole = grid.runs(Rect::new(3, 2, 6, 4));
        assert_eq!((whole.next(), whole.next()), (Some(0..6), None));
    }
}
