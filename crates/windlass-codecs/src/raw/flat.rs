//! Pixels that lie in a source row by row: any of them can be read alone.

use windlass_core::{
    BandFormat, Coding, Error, ErrorKind, Header, Rect, RegionMut, Result, Source, Tick, TileLoader,
};
use windlass_io::alloc;

/// Bytes of a tile, about.
const TILE: usize = 256 << 10;

/// Rows in a source, from a byte on.
pub(crate) struct Flat {
    source: Source,
    header: Header,
    offset: u64,
    swapped: bool,
    /// What is said where the source ends early
    short: String,
}

impl Flat {
    /// The pixels of `header` in `source` from `offset` on; `swapped` if their bytes are not in machine
    /// order; `short` is said where the source ends early.
    pub(crate) fn new(
        source: Source,
        header: Header,
        offset: u64,
        swapped: bool,
        short: String,
    ) -> Self {
        Self { source, header, offset, swapped, short }
    }

    /// Bytes that make up a number.
    fn word(&self) -> usize {
        let format = self.header.format;
        match (self.header.coding, format) {
            (Coding::None, BandFormat::C64 | BandFormat::C128) => format.size() / 2,
            (Coding::None, _) => format.size(),
            _ => 1,
        }
    }
}

impl TileLoader for Flat {
    type Raw = Vec<u8>;

    fn header(&self) -> &Header {
        &self.header
    }

    fn tile(&self) -> (i32, i32) {
        let rows = (TILE / self.header.row_size()).clamp(1, 1 << 16) as i32;
        (self.header.width, rows.min(self.header.height))
    }

    fn needs_caller(&self) -> bool {
        self.source.needs_caller()
    }

    fn read(&self, tile: Rect, raw: &mut Vec<u8>, tick: &Tick) -> Result<()> {
        let row = self.header.row_size();
        let bytes = row * tile.height as usize;
        raw.clear();
        alloc::try_reserve(raw, bytes)?;
        raw.resize(bytes, 0);
        let reader = self.source.open_random()?.with_tick(tick.clone());
        let offset = self.offset + row as u64 * tile.top as u64;
        let count = reader.read_full_at(offset, raw)?;
        if count == bytes {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Truncated, self.short.clone()))
    }

    fn finish(&self, raw: &mut Vec<u8>, out: &mut RegionMut<'_>) -> Result<()> {
        let row = self.header.row_size();
        let word = self.word();
        for ((_, out), raw) in out.rows::<u8>().zip(raw.chunks_exact(row)) {
            out.copy_from_slice(raw);
            if self.swapped && word > 1 {
                out.chunks_exact_mut(word).for_each(<[u8]>::reverse);
            }
        }
        Ok(())
    }
}
