//! What plain formats share: rows that lie in the file one after the other, or come out of a decoder
//! one after the other.

use windlass_core::{
    Error, ErrorKind, Header, Image, Limits, Loader, Order, Rect, RegionMut, Result, Rows, Source,
    Tick, TileLoader,
};
use windlass_io::{Failure, SourceReader, alloc};

/// Bytes of rows that are read together, about.
const STEP: usize = 256 << 10;

/// Turns a row of the file into a row of the image.
pub(crate) type Unpack = Box<dyn Fn(&[u8], &mut [u8]) + Send + Sync>;

/// Rows of the same number of bytes each.
pub(crate) struct Fixed {
    pub(crate) source: Source,
    pub(crate) header: Header,
    /// Where the first row of the file begins
    pub(crate) offset: u64,
    /// Bytes from one row to the next
    pub(crate) stride: usize,
    /// Whether the first row of the file is the last one of the image
    pub(crate) bottom_up: bool,
    pub(crate) unpack: Unpack,
    /// What is said where the file ends early; nothing where rows that it lacks are to be zeros
    pub(crate) short: Option<String>,
}

impl Fixed {
    /// The image, read at random, or forward where the source can do no better.
    pub(crate) fn image(self) -> Result<Image> {
        let header = &self.header;
        check_size(header)?;
        let rows = self.stride as u64 * header.height as u64;
        let known = self.source.len()?;
        let end = self.offset.checked_add(rows);
        if let (Some(length), Some(short)) = (known, &self.short)
            && end.is_none_or(|end| end > length)
        {
            return Err(Error::new(ErrorKind::Truncated, short.clone()));
        }
        if self.source.is_pipe()? && !self.bottom_up {
            return Image::loader(Forward(self));
        }
        Image::tile_loader(AtRandom(self))
    }

    /// Rows that are read together.
    fn step(&self) -> i32 {
        let rows = STEP / self.stride.max(self.header.row_size()).max(1);
        (rows.clamp(1, 1 << 16) as i32).min(self.header.height)
    }

    /// Zeros for rows that the file lacks, or an error; `count` bytes are there.
    fn lacking(&self, raw: &mut [u8], count: usize) -> Result<()> {
        if count == raw.len() {
            return Ok(());
        }
        if let Some(short) = &self.short {
            return Err(Error::new(ErrorKind::Truncated, short.clone()));
        }
        raw[count..].fill(0);
        Ok(())
    }

    fn unpack(&self, raw: &[u8], out: &mut RegionMut<'_>) {
        if self.bottom_up {
            let raw = raw.chunks_exact(self.stride).rev();
            out.rows::<u8>().zip(raw).for_each(|((_, out), raw)| (self.unpack)(raw, out));
        } else {
            let raw = raw.chunks_exact(self.stride);
            out.rows::<u8>().zip(raw).for_each(|((_, out), raw)| (self.unpack)(raw, out));
        }
    }
}

/// Fixed rows of a source that can be read at any place.
struct AtRandom(Fixed);

impl TileLoader for AtRandom {
    type Raw = Vec<u8>;

    fn header(&self) -> &Header {
        &self.0.header
    }

    fn tile(&self) -> (i32, i32) {
        (self.0.header.width, self.0.step())
    }

    fn needs_caller(&self) -> bool {
        self.0.source.needs_caller()
    }

    fn read(&self, tile: Rect, raw: &mut Vec<u8>, tick: &Tick) -> Result<()> {
        let Fixed { source, header, offset, stride, bottom_up, .. } = &self.0;
        let first = if *bottom_up { header.height - tile.bottom() } else { tile.top };
        resize(raw, stride * tile.height as usize)?;
        let reader = source.open_random()?.with_tick(tick.clone());
        let count = reader.read_full_at(offset + *stride as u64 * first as u64, raw)?;
        self.0.lacking(raw, count)
    }

    fn finish(&self, raw: &mut Vec<u8>, out: &mut RegionMut<'_>) -> Result<()> {
        self.0.unpack(raw, out);
        Ok(())
    }
}

/// Fixed rows of a source that only goes forward.
struct Forward(Fixed);

impl Loader for Forward {
    type Session = SourceReader;
    type Raw = Vec<u8>;

    fn header(&self) -> &Header {
        &self.0.header
    }

    fn order(&self) -> Order {
        Order::Rows { step: self.0.step() }
    }

    fn needs_caller(&self) -> bool {
        self.0.source.needs_caller()
    }

    fn open(&self) -> Result<SourceReader> {
        let mut reader = self.0.source.open()?;
        let _position = std::io::Seek::seek(&mut reader, std::io::SeekFrom::Start(self.0.offset))?;
        Ok(reader)
    }

    fn read(
        &self,
        reader: &mut SourceReader,
        rows: Rows,
        raw: &mut Vec<u8>,
        tick: &Tick,
    ) -> Result<()> {
        tick.check()?;
        resize(raw, self.0.stride * rows.height as usize)?;
        let count = read_full(reader, raw)?;
        self.0.lacking(raw, count)
    }

    fn finish(&self, raw: &mut Vec<u8>, out: &mut RegionMut<'_>) -> Result<()> {
        self.0.unpack(raw, out);
        Ok(())
    }
}

/// Makes rows one after the other.
pub(crate) trait RowDecoder: Send + 'static {
    /// The next row, complete.
    fn row(&mut self, out: &mut [u8]) -> Result<()>;
}

/// Starts a pass over the rows of a file.
pub(crate) type Start = Box<dyn Fn(SourceReader) -> Result<Box<dyn RowDecoder>> + Send + Sync>;

/// Rows that a decoder makes in order.
pub(crate) struct InOrder {
    pub(crate) source: Source,
    pub(crate) header: Header,
    /// Whether the first row that comes is the last one of the image
    pub(crate) bottom_up: bool,
    pub(crate) start: Start,
    /// Whether rows behind damage are to be zeros
    pub(crate) lenient: bool,
}

impl InOrder {
    /// The image; from the bottom up it is decoded as a whole.
    pub(crate) fn image(self) -> Result<Image> {
        check_size(&self.header)?;
        if self.bottom_up {
            Limits::current().allocation(self.header.image_size())?;
        }
        Image::loader(self)
    }
}

/// One pass: the decoder is made at the first read, whose tick it follows, and gone after an error
/// that is forgiven.
#[derive(Default)]
pub(crate) struct Pass {
    decoder: Option<Box<dyn RowDecoder>>,
    started: bool,
    failure: Failure,
}

impl Loader for InOrder {
    type Session = Pass;
    type Raw = Vec<u8>;

    fn header(&self) -> &Header {
        &self.header
    }

    fn order(&self) -> Order {
        if self.bottom_up { Order::Whole } else { Order::Rows { step: 1 } }
    }

    fn needs_caller(&self) -> bool {
        self.source.needs_caller()
    }

    fn open(&self) -> Result<Pass> {
        Ok(Pass::default())
    }

    fn read(&self, pass: &mut Pass, rows: Rows, raw: &mut Vec<u8>, tick: &Tick) -> Result<()> {
        let size = self.header.row_size();
        resize(raw, size * rows.height as usize)?;
        let mut out = raw.chunks_exact_mut(size);
        let error = match self.decode(pass, &mut out, tick) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        // what the connection said comes before what became of it
        pass.failure.check()?;
        let damage = matches!(error.kind(), ErrorKind::Truncated | ErrorKind::Malformed);
        if !(self.lenient && damage) {
            return Err(error);
        }
        pass.decoder = None;
        Ok(())
    }

    fn finish(&self, raw: &mut Vec<u8>, out: &mut RegionMut<'_>) -> Result<()> {
        let raw = raw.chunks_exact(self.header.row_size());
        if self.bottom_up {
            out.rows::<u8>().zip(raw.rev()).for_each(|((_, out), raw)| out.copy_from_slice(raw));
        } else {
            out.rows::<u8>().zip(raw).for_each(|((_, out), raw)| out.copy_from_slice(raw));
        }
        Ok(())
    }
}

impl InOrder {
    fn decode<'a>(
        &self,
        pass: &mut Pass,
        out: &mut impl Iterator<Item = &'a mut [u8]>,
        tick: &Tick,
    ) -> Result<()> {
        if !pass.started {
            pass.started = true;
            let reader = self.source.open()?.with_tick(tick.clone());
            pass.failure = reader.failure();
            pass.decoder = Some((self.start)(reader)?);
        }
        let Some(decoder) = &mut pass.decoder else { return Ok(()) };
        for row in out {
            tick.check()?;
            decoder.row(row)?;
        }
        Ok(())
    }
}

/// Fails where no image may have this size, before memory is asked for.
pub(crate) fn check_size(header: &Header) -> Result<()> {
    let sides = [header.width, header.height, header.bands].map(|side| side.max(0) as u64);
    let [width, height, bands] = sides;
    let _bytes = Limits::current().image(width, height, bands, header.format.size() as u64)?;
    header.check()
}

/// Makes `raw` that many zeros, within the limits.
fn resize(raw: &mut Vec<u8>, bytes: usize) -> Result<()> {
    raw.clear();
    alloc::try_reserve(raw, bytes)?;
    raw.resize(bytes, 0);
    Ok(())
}

/// Reads until `buffer` is full or the source ends; the bytes read.
pub(crate) fn read_full(reader: &mut impl std::io::Read, buffer: &mut [u8]) -> Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match reader.read(&mut buffer[done..]) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done)
}

/// Reads a line of at most `longest` bytes into `line`, without its end; whether there was one.
pub(crate) fn read_line(
    reader: &mut impl std::io::BufRead,
    line: &mut Vec<u8>,
    longest: usize,
) -> Result<bool> {
    line.clear();
    loop {
        let piece = reader.fill_buf()?;
        if piece.is_empty() {
            return Ok(!line.is_empty());
        }
        let end = piece.iter().position(|byte| *byte == b'\n');
        let length = end.unwrap_or(piece.len());
        if line.len() + length > longest {
            let text = format!("a line is longer than {longest} bytes");
            return Err(Error::new(ErrorKind::Malformed, text));
        }
        line.extend_from_slice(&piece[..length]);
        reader.consume(length + usize::from(end.is_some()));
        if end.is_some() {
            return Ok(true);
        }
    }
}
