//! Loading GIF.

use super::malformed;
use super::render::{Canvas, Pixel, background};
use super::scan::{Fault, File};
use std::ops::Range;
use windlass_core::foreign::Load;
use windlass_core::foreign::options::{FailOn, LoadOptions};
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Interpretation, Limits, Loader, Meta,
    Order, RegionMut, Result, Rows, Source, Tick,
};
use windlass_macros::{ArgGroup, Load};

/// Load gif
///
/// Frames as they appear, one below the other, RGB or with an alpha where the file has transparent
/// parts. A frame at a time is in memory.
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
        Image::loader(GifLoader { source: source.clone(), file, header, first: pages.start })
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
    first: usize,
}

impl Loader for GifLoader {
    type Session = Option<(Vec<u8>, Canvas)>;
    type Raw = Vec<Pixel>;

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
        pages: &mut Vec<Pixel>,
        tick: &Tick,
    ) -> Result<()> {
        let (bytes, canvas) = match session {
            Some(open) => open,
            none => {
                let mut reader = self.source.open()?.with_tick(tick.clone());
                let bytes = reader.read_to_vec(Limits::current().bytes)?;
                none.insert((bytes, Canvas::new(&self.file)?))
            }
        };
        pages.clear();
        let height = self.file.height as usize;
        let (top, bottom) = (rows.top as usize, (rows.top + rows.height) as usize);
        for page in top / height..bottom.div_ceil(height) {
            let canvas = canvas.page(bytes, &self.file, self.first + page, tick)?;
            pages.extend_from_slice(canvas);
        }
        Ok(())
    }

    fn finish(&self, pages: &mut Vec<Pixel>, out: &mut RegionMut<'_>) -> Result<()> {
        let bands = self.header.bands as usize;
        let rows = pages.chunks_exact(self.file.width as usize);
        for ((_, row), pixels) in out.rows::<u8>().zip(rows) {
            if bands == 4 {
                row.copy_from_slice(pixels.as_flattened());
                continue;
            }
            for (out, pixel) in row.chunks_exact_mut(3).zip(pixels) {
                out.copy_from_slice(&pixel[..3]);
            }
        }
        Ok(())
    }
}
