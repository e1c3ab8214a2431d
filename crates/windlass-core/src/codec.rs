//! What authors of formats write.

use crate::{Header, Image, Rect, Region, RegionMut};
use std::any::Any;
use windlass_io::{Result, Target, Tick};

/// How a loader decodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the engine matches on all")]
pub enum Order {
    /// Rows from top to bottom, `step` at a time
    Rows {
        /// Rows that come out of the decoder together
        step: i32,
    },
    /// All at once
    Whole,
}

/// Rows of an image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "two numbers, for ever")]
pub struct Rows {
    /// The first row
    pub top: i32,
    /// How many
    pub height: i32,
}

/// A decoder of rows in order; made when the header was read, immutable.
pub trait Loader: Send + Sync + 'static {
    /// The state of one pass over the pixels.
    type Session: Send + 'static;
    /// What `read` hands to `finish`; reused.
    type Raw: Default + Send + 'static;

    /// The header.
    fn header(&self) -> &Header;
    /// In which order rows come.
    fn order(&self) -> Order;
    /// Whether `read` calls a handler of the user, which must run on the thread that evaluates.
    fn needs_caller(&self) -> bool;
    /// Starts a pass, at the first block.
    fn open(&self) -> Result<Self::Session>;
    /// Serial, in order, without gaps: entropy decoding of `rows`.
    fn read(
        &self,
        session: &mut Self::Session,
        rows: Rows,
        raw: &mut Self::Raw,
        tick: &Tick,
    ) -> Result<()>;
    /// Parallel: transform, colour, depth. Fills `out`, the rows just read; rows that the file
    /// lacks are filled as its format says.
    fn finish(&self, raw: &mut Self::Raw, out: &mut RegionMut<'_>) -> Result<()>;

    /// Bytes that `Raw` takes for a row, where they may be more than those of its pixels.
    fn raw_row_size(&self) -> usize {
        0
    }
    /// Whether `finish` also fills some columns of the rows only, where nobody wants the others.
    fn narrows(&self) -> bool {
        false
    }

    /// Whether what `read` does can be done in parts, by [`Self::split`], [`Self::work`] and
    /// [`Self::join`]. Rows are the same with parts and without.
    fn splits(&self) -> bool {
        false
    }
    /// Serial: takes a piece of the file into `raw` that is decoded before its turn, unless there is
    /// none, or `most` are taken whose rows were not yet read.
    fn split(
        &self,
        _session: &mut Self::Session,
        _raw: &mut Self::Raw,
        _most: usize,
        _tick: &Tick,
    ) -> Result<bool> {
        Ok(false)
    }
    /// Parallel: decodes the piece.
    fn work(&self, _raw: &mut Self::Raw) -> Result<()> {
        Ok(())
    }
    /// Serial: gives the piece back.
    fn join(&self, _session: &mut Self::Session, _raw: &mut Self::Raw) -> Result<()> {
        Ok(())
    }
    /// Serial: makes use of the pieces that came back; tells whether `read` of `rows` finds them decoded,
    /// and whether there is a piece to split off.
    fn lead(&self, _session: &mut Self::Session, _rows: Rows, _most: usize) -> Result<Lead> {
        Ok(Lead { ready: true, splits: false })
    }
}

/// What is known of rows ahead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "two answers")]
pub struct Lead {
    /// The rows are decoded
    pub ready: bool,
    /// A piece can be split off
    pub splits: bool,
}

/// A decoder with random access (tiles, raw files): positional reads.
pub trait TileLoader: Send + Sync + 'static {
    /// What `read` hands to `finish`; reused.
    type Raw: Default + Send + 'static;

    /// The header.
    fn header(&self) -> &Header;
    /// Width and height of a tile, aligned to the top left corner; the last ones are cut off.
    fn tile(&self) -> (i32, i32);
    /// Whether `read` calls a handler of the user.
    fn needs_caller(&self) -> bool;
    /// Input: any worker, or the caller alone.
    fn read(&self, tile: Rect, raw: &mut Self::Raw, tick: &Tick) -> Result<()>;
    /// Parallel: decompress, depth. Fills `out`, the tile.
    fn finish(&self, raw: &mut Self::Raw, out: &mut RegionMut<'_>) -> Result<()>;

    /// Both, where one worker does them one after the other: the bytes need not be kept in between.
    fn make(
        &self,
        tile: Rect,
        raw: &mut Self::Raw,
        out: &mut RegionMut<'_>,
        tick: &Tick,
    ) -> Result<()> {
        self.read(tile, raw, tick)?;
        self.finish(raw, out)
    }
    /// Whether all of `out` is written, whatever the file lacks: zeros too, which are there already
    /// where this says no.
    fn fills(&self) -> bool {
        false
    }
}

/// The parts of an image that a saver takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the engine matches on all")]
pub enum Wants {
    /// Full rows, `step` or a multiple at a time (the last part may be shorter); each part comes with
    /// up to `above` of the rows before it once more
    Rows {
        /// Rows that the encoder takes together
        step: i32,
        /// Rows of the part before, handed over again
        above: i32,
    },
    /// Tiles of this size, row by row
    Tiles {
        /// Width of a tile
        width: i32,
        /// Height of a tile
        height: i32,
    },
    /// Tiles of this size, row by row, each with pixels of its neighbours around it, as far as the
    /// image has them
    Overlapping {
        /// Width of a tile
        width: i32,
        /// Height of a tile
        height: i32,
        /// Columns and rows before it that are handed over too
        before: i32,
        /// Columns and rows behind it that are handed over too
        after: i32,
    },
    /// Whole pages of `page_height` rows
    Pages,
}

/// A part of an output on its way to a saver.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "read by savers only")]
pub struct Part<'a> {
    /// Which of the saver's outputs
    pub output: usize,
    /// The part itself, without what comes around it
    pub rect: Rect,
    /// Pixels of `rect` and of what was asked for around it
    pub region: Region<'a>,
}

/// An encoder.
pub trait Saver: Send + Sync + 'static {
    /// The state of one file being written; one dropped without `finish` aborts.
    type State: Send + 'static;
    /// What `encode` hands to `commit`; reused.
    type Piece: Default + Send + 'static;

    /// The images to write: the one to save in the form that the format takes; for pyramids its levels.
    fn outputs(&self, image: &Image) -> Result<Vec<Image>>;
    /// Which parts it takes.
    fn wants(&self) -> Wants;
    /// Starts a file for these outputs.
    fn begin(&self, outputs: &[Image], target: &Target) -> Result<Self::State>;
    /// Parallel, at the end of the part's task.
    fn encode(&self, part: &Part<'_>, piece: &mut Self::Piece) -> Result<()>;
    /// Serial, in order.
    fn commit(&self, state: &mut Self::State, piece: &mut Self::Piece) -> Result<()>;
    /// Ends the file and commits the target.
    fn finish(&self, state: Self::State) -> Result<()>;

    /// How a row is appended, where a file has the rows as they lie in memory: those whose turn it is are
    /// written from there, and neither encoded nor committed.
    fn verbatim(&self) -> Option<Append<Self::State>> {
        None
    }
}

/// Appends a row to a file that is being written.
pub type Append<S> = fn(&mut S, &[u8]) -> Result<()>;

type AnyBox = Box<dyn Any + Send>;

fn downcast<T: 'static>(any: &mut AnyBox) -> &mut T {
    any.downcast_mut().expect("the engine hands back what the codec made")
}

/// The object-safe twin of [`Loader`].
pub(crate) trait DynLoader: Send + Sync {
    fn header(&self) -> &Header;
    fn order(&self) -> Order;
    fn needs_caller(&self) -> bool;
    fn open(&self) -> Result<AnyBox>;
    fn raw(&self) -> AnyBox;
    fn read(&self, session: &mut AnyBox, rows: Rows, raw: &mut AnyBox, tick: &Tick) -> Result<()>;
    fn finish(&self, raw: &mut AnyBox, out: &mut RegionMut<'_>) -> Result<()>;
    fn raw_row_size(&self) -> usize;
    fn narrows(&self) -> bool;
    fn splits(&self) -> bool;
    fn split(
        &self,
        session: &mut AnyBox,
        raw: &mut AnyBox,
        most: usize,
        tick: &Tick,
    ) -> Result<bool>;
    fn work(&self, raw: &mut AnyBox) -> Result<()>;
    fn join(&self, session: &mut AnyBox, raw: &mut AnyBox) -> Result<()>;
    fn lead(&self, session: &mut AnyBox, rows: Rows, most: usize) -> Result<Lead>;
}

impl<L: Loader> DynLoader for L {
    fn header(&self) -> &Header {
        Loader::header(self)
    }
    fn order(&self) -> Order {
        Loader::order(self)
    }
    fn needs_caller(&self) -> bool {
        Loader::needs_caller(self)
    }
    fn open(&self) -> Result<AnyBox> {
        Ok(Box::new(Loader::open(self)?))
    }
    fn raw(&self) -> AnyBox {
        Box::new(L::Raw::default())
    }
    fn read(&self, session: &mut AnyBox, rows: Rows, raw: &mut AnyBox, tick: &Tick) -> Result<()> {
        Loader::read(self, downcast(session), rows, downcast(raw), tick)
    }
    fn finish(&self, raw: &mut AnyBox, out: &mut RegionMut<'_>) -> Result<()> {
        Loader::finish(self, downcast(raw), out)
    }
    fn raw_row_size(&self) -> usize {
        Loader::raw_row_size(self)
    }
    fn narrows(&self) -> bool {
        Loader::narrows(self)
    }
    fn splits(&self) -> bool {
        Loader::splits(self)
    }
    fn split(
        &self,
        session: &mut AnyBox,
        raw: &mut AnyBox,
        most: usize,
        tick: &Tick,
    ) -> Result<bool> {
        Loader::split(self, downcast(session), downcast(raw), most, tick)
    }
    fn work(&self, raw: &mut AnyBox) -> Result<()> {
        Loader::work(self, downcast(raw))
    }
    fn join(&self, session: &mut AnyBox, raw: &mut AnyBox) -> Result<()> {
        Loader::join(self, downcast(session), downcast(raw))
    }
    fn lead(&self, session: &mut AnyBox, rows: Rows, most: usize) -> Result<Lead> {
        Loader::lead(self, downcast(session), rows, most)
    }
}

/// The object-safe twin of [`TileLoader`].
pub(crate) trait DynTileLoader: Send + Sync {
    fn tile(&self) -> (i32, i32);
    fn needs_caller(&self) -> bool;
    fn raw(&self) -> AnyBox;
    fn read(&self, tile: Rect, raw: &mut AnyBox, tick: &Tick) -> Result<()>;
    fn finish(&self, raw: &mut AnyBox, out: &mut RegionMut<'_>) -> Result<()>;
    fn make(
        &self,
        tile: Rect,
        raw: &mut AnyBox,
        out: &mut RegionMut<'_>,
        tick: &Tick,
    ) -> Result<()>;
    fn fills(&self) -> bool;
}

impl<L: TileLoader> DynTileLoader for L {
    fn tile(&self) -> (i32, i32) {
        TileLoader::tile(self)
    }
    fn needs_caller(&self) -> bool {
        TileLoader::needs_caller(self)
    }
    fn raw(&self) -> AnyBox {
        Box::new(L::Raw::default())
    }
    fn read(&self, tile: Rect, raw: &mut AnyBox, tick: &Tick) -> Result<()> {
        TileLoader::read(self, tile, downcast(raw), tick)
    }
    fn finish(&self, raw: &mut AnyBox, out: &mut RegionMut<'_>) -> Result<()> {
        TileLoader::finish(self, downcast(raw), out)
    }
    fn make(
        &self,
        tile: Rect,
        raw: &mut AnyBox,
        out: &mut RegionMut<'_>,
        tick: &Tick,
    ) -> Result<()> {
        TileLoader::make(self, tile, downcast(raw), out, tick)
    }
    fn fills(&self) -> bool {
        TileLoader::fills(self)
    }
}
