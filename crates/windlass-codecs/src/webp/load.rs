//! Loading WebP.

use super::animation::{Animation, scaled};
use super::container::{File, Frame};
use super::lossy::{Lossy, Piece, SIDE};
use super::picture::{self, Picture, unreadable};
use super::planes::{self, Scratch, put_alpha};
use super::rescale::Size;
use super::{MAX_SIDE, malformed};
use crate::metadata;
use bytes::Bytes;
use std::ops::Range;
use std::sync::Arc;
use windlass_core::foreign::options::LoadOptions;
use windlass_core::foreign::{ForeignFlags, Load};
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Interpretation, Lead, Limits, Loader,
    Meta, Order, RegionMut, Result, Rows, Source, Tick,
};
use windlass_macros::{ArgGroup, Load};
use windlass_vp8::Lines;

/// Load webp
///
/// Lossy and lossless pictures with or without alpha, and animations, whose frames are put together
/// and lie one below the other. `scale` decodes to another size.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "webpload")]
#[non_exhaustive]
pub struct WebpLoad {
    /// First page to load
    #[arg(default = 0, min = 0, max = 100_000)]
    pub page: i32,
    /// Number of pages to load, -1 for all
    #[arg(default = 1, min = -1, max = 100_000)]
    pub n: i32,
    /// Factor to scale by
    #[arg(default = 1.0, min = 0.0, max = 1024.0)]
    pub scale: f64,
    /// Shrink factor on load
    #[arg(default = 1, min = 1, max = 1024, deprecated)]
    pub shrink: i32,
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

impl Load for WebpLoad {
    fn load(&self, source: &Source) -> Result<Image> {
        let bytes = read(source)?;
        let file = File::parse(&bytes)?;
        let pages = self.pages(&file)?;
        let scale = self.scale_of(&file);
        let size = (scaled(file.width, scale), scaled(file.height, scale));
        let header = self.header(&bytes, &file, &pages, size)?;
        let area = (header.width as u64, header.height as u64, header.bands as u64);
        Limits::current().image(area.0, area.1, area.2, 1)?;
        let source = source.clone();
        Image::loader(WebpLoader { source, file, header, size, scale, first: pages.start })
    }

    fn flags(&self, _: &Image) -> ForeignFlags {
        ForeignFlags::NONE
    }
}

/// All bytes of a file.
fn read(source: &Source) -> Result<Vec<u8>> {
    let mut reader = source.open()?.with_tick(Context::current().tick);
    reader.read_to_vec(Limits::current().bytes)
}

impl WebpLoad {
    /// Which frames are asked for.
    fn pages(&self, file: &File) -> Result<Range<usize>> {
        let frames = file.frames.len();
        if !file.animated {
            return Ok(0..1);
        }
        let first = usize::try_from(self.page).ok().filter(|&first| first < frames);
        let last = match (first, self.n) {
            (Some(_), -1) => Some(frames),
            (Some(first), 1..) => Some(first + self.n as usize).filter(|&last| last <= frames),
            _ => None,
        };
        match (first, last) {
            (Some(first), Some(last)) => Ok(first..last),
            _ => Err(Error::new(ErrorKind::BadArgument, "webp: bad page number")),
        }
    }

    /// The factor; animations whose frames cover parts of the canvas stay as they are.
    fn scale_of(&self, file: &File) -> f64 {
        if file.animated && file.has_small_frames() {
            1.0
        } else if self.shrink > 1 {
            1.0 / f64::from(self.shrink)
        } else {
            self.scale
        }
    }

    fn header(
        &self,
        bytes: &[u8],
        file: &File,
        pages: &Range<usize>,
        (width, height): Size,
    ) -> Result<Header> {
        let most = MAX_SIDE as usize;
        if width == 0 || height == 0 || width > most || height > most {
            return Err(malformed("webp: bad image dimensions"));
        }
        let translucent = file.frames.iter().any(|frame| frame.has_alpha);
        let alpha = if file.animated { translucent || file.has_small_frames() } else { file.alpha };
        let bands = if alpha { 4 } else { 3 };
        let total = i32::try_from(height * pages.len())
            .map_err(|_| malformed("webp: bad image dimensions"))?;
        let mut header = Header::new(width as i32, total, bands, BandFormat::U8);
        header.interpretation = Interpretation::Srgb;
        if file.animated {
            animation_items(file, pages, height, &mut header);
        }
        let part = |range: &Option<Range<usize>>| bytes.get(range.clone()?);
        if let Some(icc) = part(&file.icc) {
            header.metadata.set("icc-profile-data", Meta::Blob(icc.to_vec().into()));
        }
        if let Some(block) = part(&file.exif) {
            metadata::set_exif(&mut header, block)?;
        }
        if let Some(xmp) = part(&file.xmp) {
            header.metadata.set("xmp-data", Meta::Blob(xmp.to_vec().into()));
        }
        self.common.note_access(&mut header.metadata);
        Ok(header)
    }
}

fn animation_items(file: &File, pages: &Range<usize>, height: usize, header: &mut Header) {
    let delays: Vec<i32> = file.frames.iter().map(|frame| frame.duration).collect();
    let hundredths = delays.first().map_or(0.0, |&delay| f64::from(delay) / 10.0);
    let metadata = &mut header.metadata;
    metadata.set("n-pages", Meta::Int(file.frames.len() as i32));
    metadata.set("loop", Meta::Int(file.loops));
    if pages.len() > 1 {
        metadata.set("page-height", Meta::Int(height as i32));
    }
    metadata.set("delay", Meta::Ints(delays.into()));
    metadata.set("gif-delay", Meta::Int(hundredths.round_ties_even() as i32));
    metadata.set("gif-loop", Meta::Int((file.loops - 1).max(0)));
}

struct WebpLoader {
    source: Source,
    file: File,
    header: Header,
    /// Of a page
    size: Size,
    scale: f64,
    first: usize,
}

/// One pass over the pictures.
#[derive(Default)]
enum Session {
    /// Nothing is read yet
    #[default]
    New,
    Lossy(Box<Lossy>),
    Still(Arc<Picture>),
    Animation(Vec<u8>, Animation),
}

/// Rows to be made of a picture or of its lines, or pages of an animation; or rows to be parsed.
#[derive(Default)]
struct Raw {
    picture: Option<Arc<Picture>>,
    /// Those of the macroblocks from the first row on
    lines: Vec<Lines>,
    count: usize,
    alpha: Option<Arc<Vec<u8>>>,
    pages: Vec<u8>,
    scratch: Scratch,
    piece: Piece,
}

/// Pixels of a lossy picture from which on two workers share it.
const SPLIT_PIXELS: usize = 1 << 18;

impl WebpLoader {
    /// The session, with the file read.
    fn started<'a>(&self, session: &'a mut Session, tick: &Tick) -> Result<&'a mut Session> {
        if matches!(session, Session::New) {
            *session = self.start(tick)?;
        }
        Ok(session)
    }

    fn start(&self, tick: &Tick) -> Result<Session> {
        let mut reader = self.source.open()?.with_tick(tick.clone());
        let bytes = reader.read_to_vec(Limits::current().bytes)?;
        if self.file.animated {
            return Ok(Session::Animation(bytes, Animation::new(self.size)?));
        }
        let frame = self.file.frames.first().ok_or_else(unreadable)?;
        if !self.streams() {
            return Ok(Session::Still(Arc::new(Picture::decode(&bytes, frame, self.size)?)));
        }
        if frame.image.end > bytes.len() {
            return Err(unreadable());
        }
        let alpha = picture::alpha(&bytes, frame)?;
        let image = Bytes::from(bytes).slice(frame.image.clone());
        Ok(Session::Lossy(Box::new(Lossy::open(image, self.size, alpha)?)))
    }

    /// Whether it is a lossy picture in its own size.
    fn streams(&self) -> bool {
        let own = |frame: &Frame| (frame.width as usize, frame.height as usize) == self.size;
        let frame = self.file.frames.first().filter(|_| !self.file.animated);
        frame.is_some_and(|frame| !frame.lossless && own(frame))
    }

    /// One row of pixels, from the lines of its macroblocks.
    fn row(&self, raw: &mut Raw, top: usize, y: usize, row: &mut [u8]) {
        let Some(lines) = raw.lines.get((y - top) / SIDE) else { return };
        let (bands, line) = (self.header.bands as usize, (y - top) % SIDE);
        let chroma = [lines.chroma(0, line), lines.chroma(1, line)];
        planes::pixels(lines.luma(line), chroma, bands, &mut raw.scratch, row);
        if bands == 4 {
            let width = self.size.0;
            put_alpha(raw.alpha.as_deref().map(|alpha| &alpha[y * width..][..width]), row);
        }
    }
}

impl Loader for WebpLoader {
    type Session = Session;
    type Raw = Raw;

    fn header(&self) -> &Header {
        &self.header
    }

    fn order(&self) -> Order {
        let step = match self.file.animated {
            true => self.size.1,
            false if self.streams() => SIDE,
            false => 1,
        };
        Order::Rows { step: step as i32 }
    }

    fn needs_caller(&self) -> bool {
        self.source.needs_caller()
    }

    fn open(&self) -> Result<Session> {
        Ok(Session::New)
    }

    fn read(&self, session: &mut Session, rows: Rows, raw: &mut Raw, tick: &Tick) -> Result<()> {
        let (top, bottom) = (rows.top as usize, (rows.top + rows.height) as usize);
        raw.count = 0;
        match self.started(session, tick)? {
            Session::Animation(bytes, animation) => {
                raw.pages.clear();
                let height = self.size.1;
                for page in top / height..bottom.div_ceil(height) {
                    let number = self.first + page;
                    let canvas = animation.page(bytes, &self.file, self.scale, number, tick)?;
                    raw.pages.extend_from_slice(canvas);
                }
            }
            Session::Lossy(lossy) => {
                for number in top / SIDE..bottom.div_ceil(SIDE) {
                    tick.check()?;
                    if raw.count == raw.lines.len() {
                        raw.lines.push(Lines::default());
                    }
                    lossy.lines(number, &mut raw.lines[raw.count])?;
                    raw.count += 1;
                }
                raw.alpha = lossy.alpha();
            }
            Session::Still(picture) => raw.picture = Some(Arc::clone(picture)),
            Session::New => {}
        }
        Ok(())
    }

    fn splits(&self) -> bool {
        self.streams() && self.size.0 * self.size.1 >= SPLIT_PIXELS
    }

    fn split(
        &self,
        session: &mut Session,
        raw: &mut Raw,
        _most: usize,
        tick: &Tick,
    ) -> Result<bool> {
        Ok(match self.started(session, tick)? {
            Session::Lossy(lossy) => lossy.split(&mut raw.piece),
            _ => false,
        })
    }

    fn work(&self, raw: &mut Raw) -> Result<()> {
        raw.piece.work()
    }

    fn join(&self, session: &mut Session, raw: &mut Raw) -> Result<()> {
        if let Session::Lossy(lossy) = session {
            lossy.join(&mut raw.piece);
        }
        Ok(())
    }

    fn lead(&self, session: &mut Session, rows: Rows, _most: usize) -> Result<Lead> {
        Ok(match session {
            Session::Lossy(lossy) => lossy.lead((rows.top + rows.height - 1) as usize / SIDE),
            _ => Lead { ready: false, splits: self.splits() },
        })
    }

    fn finish(&self, raw: &mut Raw, out: &mut RegionMut<'_>) -> Result<()> {
        let bands = self.header.bands as usize;
        let picture = raw.picture.take();
        let top = out.rect().top as usize;
        if raw.count > 0 {
            out.rows::<u8>().for_each(|(y, row)| self.row(raw, top, y as usize, row));
            raw.alpha = None;
            return Ok(());
        }
        let mut pages = raw.pages.chunks_exact(self.size.0 * 4);
        for (y, row) in out.rows::<u8>() {
            if let Some(picture) = &picture {
                picture.row(y as usize, bands, &mut raw.scratch, row);
                continue;
            }
            let page = pages.next().unwrap_or_default();
            let pixels = row.chunks_exact_mut(bands).zip(page.chunks_exact(4));
            pixels.for_each(|(out, pixel)| out.copy_from_slice(&pixel[..bands]));
        }
        Ok(())
    }
}
