//! Lossy pictures: rows of macroblocks, parsed ahead by one worker and painted by another.

use super::picture::unreadable;
use super::planes::{Plane, Planes};
use super::rescale::{Rescaler, Size};
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::Arc;
use windlass_core::{Lead, Result};
use windlass_io::alloc;
use windlass_vp8::{Error, Lines, MacroblockRow, Painter, Parser};

/// Rows of a macroblock.
pub(super) const SIDE: usize = 16;
/// Rows of macroblocks that are parsed at once, and that may wait to be painted.
const PIECE: usize = 4;
const AHEAD: usize = 8;

/// One pass over a picture that is not scaled.
#[derive(Debug)]
pub(super) struct Lossy {
    /// With somebody else while a piece is out
    parser: Option<Parser>,
    painter: Painter,
    rows: usize,
    painted: usize,
    waiting: VecDeque<MacroblockRow>,
    spare: Vec<MacroblockRow>,
    /// Of all the picture
    alpha: Option<Arc<Vec<u8>>>,
}

/// Rows that somebody parses.
#[derive(Debug, Default)]
pub(super) struct Piece {
    parser: Option<Parser>,
    rows: Vec<MacroblockRow>,
}

impl Lossy {
    /// Starts on the payload of a chunk `VP8 ` that is said to have this size.
    pub(super) fn open(image: Bytes, size: Size, alpha: Option<Vec<u8>>) -> Result<Self> {
        let parser = Parser::new(image).map_err(failed)?;
        if parser.size() != size {
            return Err(unreadable());
        }
        Ok(Self {
            painter: parser.painter(),
            rows: parser.rows(),
            parser: Some(parser),
            painted: 0,
            waiting: VecDeque::new(),
            spare: Vec::new(),
            alpha: alpha.map(Arc::new),
        })
    }

    /// The alpha of the picture, where it has one.
    pub(super) fn alpha(&self) -> Option<Arc<Vec<u8>>> {
        self.alpha.clone()
    }

    /// The samples of a row of macroblocks; rows are asked for in order.
    pub(super) fn lines(&mut self, number: usize, lines: &mut Lines) -> Result<()> {
        while self.painted < self.needed(number) {
            let row = self.next_row()?;
            self.painter.paint(&row);
            self.painted += 1;
            self.spare.push(row);
        }
        if self.painter.copy(number, lines) { Ok(()) } else { Err(unreadable()) }
    }

    /// Rows that have to be painted before the row `number` is final.
    fn needed(&self, number: usize) -> usize {
        (number + 2).min(self.rows)
    }

    fn next_row(&mut self) -> Result<MacroblockRow> {
        if let Some(row) = self.waiting.pop_front() {
            return Ok(row);
        }
        let mut row = self.spare.pop().unwrap_or_default();
        // nobody reads rows that are still with somebody else
        let parser = self.parser.as_mut().ok_or_else(unreadable)?;
        parser.read(&mut row).map_err(failed)?;
        Ok(row)
    }

    /// Rows that nobody has begun to parse, where that can be done ahead now.
    fn to_parse(&self) -> usize {
        let left = self.rows - self.painted - self.waiting.len();
        if self.parser.is_none() || self.waiting.len() >= AHEAD { 0 } else { left.min(PIECE) }
    }

    /// Hands out the rows that come next; false where there are none.
    pub(super) fn split(&mut self, piece: &mut Piece) -> bool {
        let count = self.to_parse();
        if count == 0 {
            return false;
        }
        piece.parser = self.parser.take();
        let spare = self.spare.len().saturating_sub(count);
        piece.rows.extend(self.spare.drain(spare..));
        piece.rows.resize_with(count, MacroblockRow::default);
        true
    }

    /// Takes a piece back.
    pub(super) fn join(&mut self, piece: &mut Piece) {
        if let Some(parser) = piece.parser.take() {
            self.parser = Some(parser);
            self.waiting.extend(piece.rows.drain(..));
        }
    }

    /// What is known of the rows of macroblocks up to `number`. Rows that could be painted wait for the
    /// next ones to be parsed meanwhile, so that there are always two at work.
    pub(super) fn lead(&self, number: usize) -> Lead {
        let parsed = self.painted + self.waiting.len() >= self.needed(number);
        let splits = self.to_parse() > 0;
        Lead { ready: parsed && !splits, splits }
    }
}

impl Piece {
    /// Parses the rows.
    pub(super) fn work(&mut self) -> Result<()> {
        let Self { parser, rows } = self;
        let Some(parser) = parser else { return Ok(()) };
        rows.iter_mut().try_for_each(|row| parser.read(row)).map_err(failed)
    }
}

fn failed(error: Error) -> windlass_core::Error {
    unreadable().with_source(error)
}

/// The planes of a picture of one size in another.
pub(super) fn planes(image: Bytes, from: Size, to: Size) -> Result<Planes> {
    let half = (from.0.div_ceil(2), from.1.div_ceil(2));
    let full = from != to;
    let plane = |own: Size| -> Result<Collector> {
        Ok(if full {
            Collector::Scaled(Box::new(Rescaler::new(own, to, 1)?))
        } else {
            Collector::Same(alloc::try_with_capacity(own.0 * own.1)?)
        })
    };
    let (mut luma, mut blue, mut red) = (plane(from)?, plane(half)?, plane(half)?);
    let mut picture = Lossy::open(image, from, None)?;
    let mut lines = Lines::default();
    for number in 0..picture.rows {
        picture.lines(number, &mut lines)?;
        (0..lines.height()).for_each(|y| luma.push(lines.luma(y)));
        for y in (0..lines.height()).step_by(2) {
            blue.push(lines.chroma(0, y).0);
            red.push(lines.chroma(1, y).0);
        }
    }
    let [luma, blue, red] = [luma, blue, red].map(Collector::finish);
    Ok(Planes { size: to, luma, chroma: [blue, red], full, alpha: None })
}

/// A plane whose rows come one after the other.
enum Collector {
    Same(Vec<u8>),
    Scaled(Box<Rescaler>),
}

impl Collector {
    fn push(&mut self, row: &[u8]) {
        match self {
            Self::Same(bytes) => bytes.extend_from_slice(row),
            Self::Scaled(rescaler) => rescaler.push(row),
        }
    }

    fn finish(self) -> Plane {
        let bytes = match self {
            Self::Same(bytes) => bytes,
            Self::Scaled(rescaler) => rescaler.finish(),
        };
        Plane { bytes }
    }
}

#[cfg(all(test, feature = "webp"))]
mod tests {
    use super::*;
    use windlass_webp::{Config, Picture, encode};

    const SIZE: Size = (150, 403);

    #[test]
    fn rows_parsed_ahead_are_the_same() {
        let data = file();
        let alone = Lossy::open(data.clone(), SIZE, None).unwrap();
        compare(alone, Lossy::open(data, SIZE, None).unwrap());
    }

    #[expect(clippy::unwrap_used, reason = "a test")]
    fn file() -> Bytes {
        let pixels: Vec<u8> = (0..SIZE.0 * SIZE.1 * 3).map(|at| (at * at / 97) as u8).collect();
        let picture = Picture::new(&pixels, SIZE.0, SIZE.1, 3).unwrap();
        let file = encode(&picture, &Config::default(), &mut || true).unwrap();
        let at = file.windows(4).position(|name| name == b"VP8 ").unwrap();
        Bytes::from(file).slice(at + 8..)
    }

    #[expect(clippy::unwrap_used, reason = "a test")]
    fn compare(mut alone: Lossy, mut shared: Lossy) {
        let (mut one, mut other, mut piece) =
            (Lines::default(), Lines::default(), Piece::default());
        let mut splits = 0;
        for number in 0..alone.rows {
            let lead = shared.lead(number);
            assert_eq!(lead.splits, shared.to_parse() > 0);
            // every second time the piece comes back as late as can be
            if lead.splits && shared.split(&mut piece) {
                splits += 1;
                piece.work().unwrap();
                if number % 2 == 0 || !shared.lead(number).ready {
                    shared.join(&mut piece);
                }
            }
            alone.lines(number, &mut one).unwrap();
            shared.lines(number, &mut other).unwrap();
            assert_eq!(format!("{one:?}"), format!("{other:?}"), "row {number}");
            shared.join(&mut piece);
        }
        assert!(splits > 3);
        assert_eq!((alone.painted, shared.painted), (SIZE.1.div_ceil(SIDE), SIZE.1.div_ceil(SIDE)));
    }

    #[test]
    fn scaled_planes_are_those_of_the_whole() {
        let whole = planes(file(), SIZE, SIZE).unwrap();
        let small = planes(file(), SIZE, (40, 100)).unwrap();
        let rows = |y: usize| &whole.luma.bytes[y * SIZE.0..][..SIZE.0];
        let luma = super::super::rescale::rescale(SIZE, (40, 100), 1, rows).unwrap();
        assert!(small.full && small.luma.bytes == luma);
        let lengths = small.chroma.map(|plane| plane.bytes.len());
        assert_eq!(lengths, [4000, 4000]);
    }
}
