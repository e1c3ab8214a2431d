//! Loading GIF.

use super::malformed;
use super::render::{Canvas, Piece, Pixel, background};
use super::scan::{Fault, File};
use bytes::Bytes;
use std::ops::Range;
use windlass_core::foreign::Load;
use windlass_core::foreign::options::{FailOn, LoadOptions};
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Interpretation, Lead, Limits, Loader,
    Meta, Order, RegionMut, Result, Rows, Source, Tick,
};
use windlass_macros::{ArgGroup, Load};

/// Load gif
///
/// Frames as they appear, one below the other, RGB or with an alpha where the file has transparent
/// parts. A few frames are in memory at a time.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "gifload")]
#[non_exhaustive]
pub struct GifLoad {
    /// Number of pages to load, -1 for all
    #[arg(default = 1, min = -1, max = 100_000)]
    pub n: i32,
    /// First page to load
    #[arg(default = 0, min = 0, max = 100_000)]
    pub page: i32,
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

impl Load for GifLoad {
    fn load(&self, source: &Source) -> Result<Image> {
        let mut reader = source.open()?.with_tick(Context::current().tick);
        let bytes = reader.read_to_vec(Limits::current().bytes)?;
        let file = self.scan(&bytes)?;
        Limits::current().check_frames(file.frames.len() as u64)?;
        let pages = self.pages(&file)?;
        let header = self.header(&bytes, &file, &pages)?;
        let size = (header.width as u64, header.height as u64, header.bands as u64);
        Limits::current().image(size.0, size.1, size.2, 1)?;
        // the canvas is held
        let _bytes = Limits::current().whole_image(file.width.into(), file.height.into(), 4, 1)?;
        Image::loader(GifLoader { source: source.clone(), file, header, pages })
    }
}

impl GifLoad {
    /// What the file holds, unless its faults are more than is put up with.
    fn scan(&self, bytes: &[u8]) -> Result<File> {
        const EARLY: &str = "gifload: Unexpected end of GIF source data";
        let level = self.common.level();
        let file = match File::scan(bytes) {
            Ok(file) => file,
            Err(Fault::Truncated) if level >= FailOn::Truncated => {
                return Err(Error::new(ErrorKind::Truncated, EARLY));
            }
            Err(_) => return Err(malformed("no frames in GIF")),
        };
        match file.fault {
            Some(Fault::Truncated) if level >= FailOn::Truncated => {
                Err(Error::new(ErrorKind::Truncated, EARLY))
            }
            Some(Fault::Frame | Fault::Header) if level >= FailOn::Warning => {
                Err(malformed("Invalid frame data"))
            }
            _ if file.frames.is_empty() => Err(malformed("no frames in GIF")),
            _ => Ok(file),
        }
    }

    /// Which frames are asked for.
    fn pages(&self, file: &File) -> Result<Range<usize>> {
        let frames = file.frames.len();
        let first = usize::try_from(self.page).ok().filter(|&first| first < frames);
        let last = match (first, self.n) {
            (Some(_), -1) => Some(frames),
            (Some(first), 1..) => Some(first + self.n as usize).filter(|&last| last <= frames),
            _ => None,
        };
        match (first, last) {
            (Some(first), Some(last)) => Ok(first..last),
            _ => Err(Error::new(ErrorKind::BadArgument, "gifload: bad page number")),
        }
    }

    fn header(&self, bytes: &[u8], file: &File, pages: &Range<usize>) -> Result<Header> {
        let too_large = || malformed("bad image dimensions");
        let height = i32::try_from(u64::from(file.height) * pages.len() as u64);
        let height = height.map_err(|_| too_large())?;
        let width = i32::try_from(file.width).map_err(|_| too_large())?;
        let bands = if file.frames.iter().any(|frame| frame.translucent) { 4 } else { 3 };
        let mut header = Header::new(width, height, bands, BandFormat::U8);
        header.interpretation = Interpretation::Srgb;
        items(bytes, file, pages, &mut header);
        self.common.note_access(&mut header.metadata);
        Ok(header)
    }
}

/// What is told of the file.
fn items(bytes: &[u8], file: &File, pages: &Range<usize>, header: &mut Header) {
    let metadata = &mut header.metadata;
    metadata.set("n-pages", Meta::Int(file.frames.len() as i32));
    if pages.len() > 1 {
        metadata.set("page-height", Meta::Int(file.height as i32));
    }
    metadata.set("loop", Meta::Int(file.loops));
    let delays: Vec<i32> = file.frames.iter().map(|frame| frame.delay * 10).collect();
    metadata.set("delay", Meta::Ints(delays.into()));
    let [r, g, b, _] = background(bytes, file).map(f64::from);
    metadata.set("background", Meta::Doubles([r, g, b].into()));
    let local = file.frames.iter().any(|frame| frame.local.is_some());
    let global = file.global.as_ref().filter(|_| !local).and_then(|table| bytes.get(table.clone()));
    if let Some(table) = global {
        let entry = |entry: &[u8]| i32::from_le_bytes([entry[0], entry[1], entry[2], 255]);
        let entries: Vec<i32> = table.chunks_exact(3).map(entry).collect();
        metadata.set("gif-palette", Meta::Ints(entries.into()));
    }
    let bits = file.colours.next_power_of_two().trailing_zeros() as i32;
    metadata.set("bits-per-sample", Meta::Int(bits));
    metadata.set("palette-bit-depth", Meta::Int(bits));
    metadata.set("palette", Meta::Int(1));
    if file.frames.iter().any(|frame| frame.interlaced) {
        metadata.set("interlaced", Meta::Int(1));
    }
    metadata.set("gif-delay", Meta::Int(file.frames.first().map_or(0, |frame| frame.delay)));
    metadata.set("gif-loop", Meta::Int((file.loops - 1).max(0)));
}

struct GifLoader {
    source: Source,
    file: File,
    header: Header,
    pages: Range<usize>,
}

/// One pass over the frames.
struct Pass {
    bytes: Bytes,
    canvas: Canvas,
}

/// Canvases as they were when their frames were drawn; or a frame to decode, with the file.
#[derive(Default)]
struct Raw {
    pixels: Vec<Pixel>,
    piece: Option<(Bytes, Piece)>,
}

/// Canvases from which on it is worth the while to hand frames to other threads.
const SPLIT_PIXELS: u64 = 1 << 14;

impl GifLoader {
    fn started<'a>(&self, session: &'a mut Option<Pass>, tick: &Tick) -> Result<&'a mut Pass> {
        Ok(match session {
            Some(pass) => pass,
            none => {
                let mut reader = self.source.open()?.with_tick(tick.clone());
                let bytes = reader.read_to_vec(Limits::current().bytes)?.into();
                none.insert(Pass { bytes, canvas: Canvas::new(&self.file)? })
            }
        })
    }

    /// The frames that are shown in `rows`.
    fn frames(&self, rows: Rows) -> Range<usize> {
        let height = self.file.height as usize;
        let (top, bottom) = (rows.top as usize, (rows.top + rows.height) as usize);
        self.pages.start + top / height..self.pages.start + bottom.div_ceil(height)
    }
}

impl Loader for GifLoader {
    type Session = Option<Pass>;
    type Raw = Raw;

    fn header(&self) -> &Header {
        &self.header
    }

    fn order(&self) -> Order {
        Order::Rows { step: self.file.height as i32 }
    }

    fn needs_caller(&self) -> bool {
        self.source.needs_caller()
    }

    fn open(&self) -> Result<Self::Session> {
        Ok(None)
    }

    fn read(
        &self,
        session: &mut Self::Session,
        rows: Rows,
        raw: &mut Raw,
        tick: &Tick,
    ) -> Result<()> {
        let Pass { bytes, canvas } = self.started(session, tick)?;
        raw.pixels.clear();
        for number in self.frames(rows) {
            raw.pixels.extend_from_slice(canvas.page(bytes, &self.file, number, tick)?);
        }
        Ok(())
    }

    fn splits(&self) -> bool {
        let pixels = u64::from(self.file.width) * u64::from(self.file.height);
        self.pages.end > 1 && pixels >= SPLIT_PIXELS
    }

    fn split(
        &self,
        session: &mut Self::Session,
        raw: &mut Raw,
        most: usize,
        tick: &Tick,
    ) -> Result<bool> {
        let Pass { bytes, canvas } = self.started(session, tick)?;
        raw.piece = canvas.split(self.pages.end, most).map(|piece| (bytes.clone(), piece));
        Ok(raw.piece.is_some())
    }

    fn work(&self, raw: &mut Raw) -> Result<()> {
        if let Some((bytes, piece)) = &mut raw.piece
            && let Some(frame) = self.file.frames.get(piece.number)
        {
            piece.indices.decode(bytes, frame);
        }
        Ok(())
    }

    fn join(&self, session: &mut Self::Session, raw: &mut Raw) -> Result<()> {
        if let (Some(pass), Some((_, piece))) = (session, raw.piece.take()) {
            pass.canvas.join(piece);
        }
        Ok(())
    }

    fn lead(&self, session: &mut Self::Session, rows: Rows, most: usize) -> Result<Lead> {
        let last = self.frames(rows).end - 1;
        Ok(match session {
            Some(pass) => pass.canvas.lead(last, self.pages.end, most),
            None => Lead { ready: false, splits: true },
        })
    }

    fn finish(&self, raw: &mut Raw, out: &mut RegionMut<'_>) -> Result<()> {
        let bands = self.header.bands as usize;
        let rows = raw.pixels.chunks_exact(self.file.width as usize);
        for ((_, row), pixels) in out.rows::<u8>().zip(rows) {
            if bands == 4 {
                row.copy_from_slice(pixels.as_flattened());
                continue;
            }
            for (out, pixel) in row.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
                *out = [pixel[0], pixel[1], pixel[2]];
            }
        }
        Ok(())
    }
}
