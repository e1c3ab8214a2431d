//! Writing a file: chunks in the order in which they are made, directories at its start.
//!
//! The place of the directories is kept free, for the larger kind of file; what kind it is to be is
//! decided at the end, when all places are known. A file whose places are known beforehand, as it is
//! not compressed, has them written first where its rows lie as in memory, or its target can't go back;
//! for such a target any other is collected first.

use super::directory::{Directory, Value, write};
use super::encode::{Chunk, Encoder, Method};
use super::form::Change;
use super::tags;
use std::io::{Seek, SeekFrom, Write};
use windlass_core::{Append, Context, Image, Part, Result, Saver, Target, Wants};
use windlass_io::TargetWriter;

/// A picture of a file: what its directory says beside the places of its chunks.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    pub(super) directory: Directory,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Writes pages, each with its levels.
pub(super) struct TiffSaver {
    pub(super) encoder: Encoder,
    /// Rows of a strip or tile
    pub(super) rows: i32,
    /// For each level the image of all pages below each other, and rows from page to page
    pub(super) levels: Vec<(Image, i32)>,
    /// The pictures: for each page its levels
    pub(super) pictures: Vec<Picture>,
    pub(super) big: bool,
}

/// Where the chunks of a picture lie.
#[derive(Clone, Debug, Default)]
struct Places {
    offsets: Vec<u64>,
    counts: Vec<u32>,
}

/// A file that is being written.
pub(super) struct State {
    writer: TargetWriter,
    places: Vec<Places>,
    /// The directories are written already
    written: bool,
    reserved: u64,
}

/// An encoded chunk and where it belongs.
#[derive(Default)]
pub(super) struct Piece {
    chunk: Chunk,
    picture: usize,
}

impl TiffSaver {
    /// The picture that a part belongs to, and which of its rows are in it.
    fn place(&self, output: usize, top: i32, height: i32) -> (usize, i32) {
        let pitch = self.levels[output].1.max(1);
        let page = (top / pitch) as usize;
        let picture = page * self.levels.len() + output;
        let own = self.pictures[picture].height as i32 - top % pitch;
        (picture, height.min(own))
    }

    /// Whether the file has the rows of one picture as they lie in memory, in strips whose places are known.
    fn is_plain(&self) -> bool {
        let [picture] = &self.pictures[..] else { return false };
        let Encoder { form, method, tile, .. } = &self.encoder;
        let strip = form.row_bytes(picture.width as usize) as u64 * self.rows as u64;
        tile.is_none()
            && matches!(method, Method::None)
            && form.change == Change::None
            && u32::try_from(strip).is_ok()
    }

    /// Chunks of a picture.
    fn chunks(&self, picture: &Picture) -> u64 {
        let across = self.encoder.tile.map_or(1, |(width, _)| picture.width.div_ceil(width));
        u64::from(across) * u64::from(picture.height.div_ceil(self.rows as u32))
    }

    /// The start of the file, with these places.
    fn head(&self, places: &[Places], big: bool) -> Result<Vec<u8>> {
        let tiled = self.encoder.tile.is_some();
        let (offsets, counts) = if tiled {
            (tags::TILE_OFFSETS, tags::TILE_BYTE_COUNTS)
        } else {
            (tags::STRIP_OFFSETS, tags::STRIP_BYTE_COUNTS)
        };
        let pairs = self.pictures.iter().zip(places);
        let directories: Vec<Directory> = pairs
            .map(|(picture, places)| {
                let mut directory = picture.directory.clone();
                directory.set(offsets, Value::Offsets(places.offsets.clone()));
                directory.set(counts, Value::Longs(places.counts.clone()));
                directory
            })
            .collect();
        write(&directories, big)
    }

    /// Places as long as the real ones.
    fn empty(&self) -> Vec<Places> {
        let of = |picture: &Picture| {
            let count = self.chunks(picture) as usize;
            Places { offsets: vec![0; count], counts: vec![0; count] }
        };
        self.pictures.iter().map(of).collect()
    }

    /// The places of chunks whose sizes are known beforehand, and the end of the last one; nothing where
    /// they are not.
    fn known(&self, start: u64) -> Option<(Vec<Places>, u64)> {
        let known = matches!(self.encoder.method, Method::None);
        if !known || self.levels.len() > 1 {
            return None;
        }
        let mut at = start;
        let mut all = Vec::new();
        for picture in &self.pictures {
            let mut places = Places::default();
            let across = self.encoder.tile.map_or(1, |(width, _)| picture.width.div_ceil(width));
            let width = self.encoder.tile.map_or(picture.width, |(width, _)| width);
            let mut top = 0;
            while top < picture.height {
                let rows = match self.encoder.tile {
                    Some((_, height)) => height,
                    None => (self.rows as u32).min(picture.height - top),
                };
                let bytes = self.encoder.form.row_bytes(width as usize) as u64 * u64::from(rows);
                for _ in 0..across {
                    places.offsets.push(at);
                    places.counts.push(u32::try_from(bytes).ok()?);
                    at = at.checked_add(bytes)?;
                }
                top += rows;
            }
            all.push(places);
        }
        Some((all, at))
    }
}

/// The largest file with places of 32 bits.
const CLASSIC: u64 = u32::MAX as u64 - 65_536;

impl Saver for TiffSaver {
    type State = State;
    type Piece = Piece;

    fn outputs(&self, _: &Image) -> Result<Vec<Image>> {
        Ok(self.levels.iter().map(|(image, _)| image.clone()).collect())
    }

    fn wants(&self) -> Wants {
        let all = self.levels.first().map_or(1, |(image, _)| image.header().width);
        let width = self.encoder.tile.map_or(all, |(width, _)| width as i32);
        Wants::Tiles { width, height: self.rows }
    }

    fn begin(&self, _: &[Image], target: &Target) -> Result<State> {
        let mut writer = target.begin()?.with_tick(Context::current().tick);
        let empty = self.empty();
        let reserved = self.head(&empty, true)?.len().next_multiple_of(16) as u64;
        let seeks = writer.caps()?.seek;
        if (self.is_plain() || !seeks)
            && let Some((places, end)) = self.known(reserved)
        {
            let mut head = self.head(&places, self.big || end > CLASSIC)?;
            head.resize(reserved as usize, 0);
            writer.write_all(&head)?;
            return Ok(State { writer, places: empty, written: true, reserved });
        }
        if !seeks {
            writer = writer.spooled()?;
        }
        let _position = writer.seek(SeekFrom::Start(reserved))?;
        let places = vec![Places::default(); self.pictures.len()];
        Ok(State { writer, places, written: false, reserved })
    }

    fn encode(&self, part: &Part<'_>, piece: &mut Piece) -> Result<()> {
        let (picture, rows) = self.place(part.output, part.rect.top, part.rect.height);
        piece.picture = picture;
        self.encoder.encode(&part.region, rows, &mut piece.chunk)
    }

    fn commit(&self, state: &mut State, piece: &mut Piece) -> Result<()> {
        let bytes = &piece.chunk.bytes;
        if !state.written {
            let places = &mut state.places[piece.picture];
            places.offsets.push(state.writer.position());
            let count = u32::try_from(bytes.len())
                .map_err(|_| super::malformed("a strip or tile of more than 4 GiB"))?;
            places.counts.push(count);
        }
        Ok(state.writer.write_all(bytes)?)
    }

    fn finish(&self, state: State) -> Result<()> {
        let State { mut writer, places, written, reserved } = state;
        if !written {
            let big = self.big || writer.position() > CLASSIC;
            let head = self.head(&places, big)?;
            debug_assert!(head.len() as u64 <= reserved);
            let _position = writer.seek(SeekFrom::Start(0))?;
            writer.write_all(&head)?;
            // the rest of the place for a larger head
            let rest = reserved.saturating_sub(head.len() as u64);
            writer.write_all(&vec![0; rest as usize])?;
        }
        writer.commit()
    }

    fn verbatim(&self) -> Option<Append<State>> {
        if self.is_plain() { Some(|state, row| Ok(state.writer.write_all(row)?)) } else { None }
    }
}
