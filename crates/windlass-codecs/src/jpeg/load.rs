//! Loading JPEG.

use super::error;
use crate::metadata;
use windlass_core::declare::image_operation;
use windlass_core::foreign::Load;
use windlass_core::foreign::options::{FailOn, LoadOptions};
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Interpretation, Lead, Limits, Loader,
    Meta, Order, RegionMut, Result, Rows, Source, Tick,
};
use windlass_io::{Failure, SourceReader};
use windlass_jpeg::decode::{
    Colour, Component, Decoder, DensityUnit, FailOn as Fail, Header as File, Options, Part, Raw,
    RowsMut, Scale,
};
use windlass_macros::{ArgGroup, Load};

/// Load jpeg
///
/// Baseline and progressive files of 8 bits, streamed. `shrink` decodes at a half, a quarter or an
/// eighth of the size, which costs less than decoding all and shrinking then.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "jpegload")]
#[non_exhaustive]
pub struct JpegLoad {
    /// Shrink factor on load
    #[arg(default = 1, min = 1, max = 8)]
    pub shrink: i32,
    /// Rotate image using exif orientation
    #[arg(default = false)]
    pub autorotate: bool,
    /// Remove all denial of service limits
    #[arg(default = false)]
    pub unlimited: bool,
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

/// Pixels of a file from which on its entropy coding is shared by all cores.
const SPLIT_PIXELS: u64 = 1 << 20;

impl Load for JpegLoad {
    fn load(&self, source: &Source) -> Result<Image> {
        let scale = Scale::of(self.shrink.unsigned_abs()).map_err(|_| {
            let text = format!("VipsFormatLoadJpeg: bad shrink factor {}", self.shrink);
            Error::new(ErrorKind::BadArgument, text)
        })?;
        let settings = Settings { scale, fail_on: self.common.level(), unlimited: self.unlimited };
        let decoder = settings.decoder(source, &Context::current().tick)?.0;
        if !self.unlimited {
            check_length(decoder.header(), source.len()?)?;
        }
        let header = header(decoder.header(), scale, &self.common)?;
        let bands = decoder.header().bands();
        let step = decoder.rows_per_step() as i32;
        let raw_row = decoder.bytes_per_step() / decoder.rows_per_step().max(1);
        let pixels =
            u64::from(decoder.header().file_width) * u64::from(decoder.header().file_height);
        let splits = decoder.can_split(1) && pixels >= SPLIT_PIXELS;
        drop(decoder);
        let source = source.clone();
        let loader = JpegLoader { source, settings, header, bands, step, raw_row, splits };
        let image = Image::loader(loader)?;
        if self.autorotate {
            return image_operation("autorot", [("in", image.into())]);
        }
        Ok(image)
    }
}

/// Refuses a large picture for which the file is far too short.
///
/// Huffman coding spends a bit or more on each block, for the difference of its first coefficient.
/// So a file with fewer bits than blocks is cut for certain. A small picture is filled up all the
/// same; filling up a large one costs time, and memory where it is progressive, for nothing.
fn check_length(file: &File, len: Option<u64>) -> Result<()> {
    let Some(bits) = len.and_then(|len| len.checked_mul(8)) else { return Ok(()) };
    let blocks = blocks(file);
    if file.arithmetic || blocks <= FILLED_BLOCKS || blocks <= bits {
        return Ok(());
    }
    let (width, height) = (file.file_width, file.file_height);
    let text = format!("{} bytes cannot hold {width} x {height} pixels", bits / 8);
    Err(Error::new(ErrorKind::Limit, text))
}

/// Blocks of 8 by 8 samples, of all components.
fn blocks(file: &File) -> u64 {
    let largest = |side: fn(&Component) -> u8| file.components.iter().map(side).max().unwrap_or(1);
    let (across, down) = (largest(|it| it.horizontal), largest(|it| it.vertical));
    let along = |side: u32, own: u8, largest: u8| {
        (u64::from(side) * u64::from(own)).div_ceil(8 * u64::from(largest.max(1)))
    };
    let of = |component: &Component| {
        let wide = along(file.file_width, component.horizontal, across);
        wide * along(file.file_height, component.vertical, down)
    };
    file.components.iter().map(of).sum()
}

/// Blocks of a picture that is filled up however short the file is: 64 million samples.
const FILLED_BLOCKS: u64 = 1_000_000;

/// What a pass over the file needs to know.
#[derive(Clone, Copy)]
struct Settings {
    scale: Scale,
    fail_on: FailOn,
    unlimited: bool,
}

impl Settings {
    /// A decoder that has read the headers.
    fn decoder(self, source: &Source, tick: &Tick) -> Result<(Decoder<SourceReader>, Failure)> {
        let reader = source.open()?.with_tick(tick.clone());
        let failure = reader.failure();
        let decoder = told(&failure, Decoder::new(reader, self.options(tick)))?;
        Ok((decoder, failure))
    }

    fn options(self, tick: &Tick) -> Options {
        let limits = if self.unlimited { Limits::NONE } else { Limits::current() };
        let mut options = Options::default();
        options.scale = self.scale;
        options.fail_on = match self.fail_on {
            FailOn::None => Fail::None,
            FailOn::Truncated => Fail::Truncated,
            FailOn::Error => Fail::Error,
            FailOn::Warning => Fail::Warning,
        };
        options.max_pixels = limits.pixels;
        options.max_scans = usize::try_from(limits.scans).unwrap_or(usize::MAX);
        options.max_coefficient_bytes = limits.bytes;
        options.invert_cmyk = true;
        if self.unlimited {
            options.max_warnings = usize::MAX;
            options.max_expansion = u64::MAX;
        }
        if !tick.is_never() {
            let tick = tick.clone();
            options.tick =
                Some(Box::new(move || Ok(tick.check().map_err(std::io::Error::from)?)));
        }
        options
    }
}

/// What the decoder came to, unless the connection failed: what that said comes before what the codec
/// made of it.
fn told<T>(failure: &Failure, result: windlass_jpeg::Result<T>) -> Result<T> {
    failure.check()?;
    result.map_err(error)
}

/// The image that a file holds.
fn header(file: &File, scale: Scale, options: &LoadOptions) -> Result<Header> {
    let side = |side: u32| (side / scale.divisor()).max(1) as i32;
    let (width, height) = (side(file.file_width), side(file.file_height));
    let mut header = Header::new(width, height, file.bands() as i32, BandFormat::U8);
    header.interpretation = match file.colour {
        Colour::Grey => Interpretation::BlackWhite,
        Colour::Cmyk => Interpretation::Cmyk,
        _ => Interpretation::Srgb,
    };
    resolution(file, &mut header);
    let metadata = &mut header.metadata;
    metadata.set("jpeg-multiscan", Meta::Int(i32::from(file.multiscan)));
    if file.multiscan {
        metadata.set("interlaced", Meta::Int(1));
    }
    let chroma = match (file.bands(), file.subsampled()) {
        (4.., true) => "4:2:0:4",
        (4.., false) => "4:4:4:4",
        (_, true) => "4:2:0",
        (_, false) => "4:4:4",
    };
    metadata.set("jpeg-chroma-subsample", Meta::String(chroma.into()));
    if let Some(block) = file.exif() {
        metadata::set_exif(&mut header, block)?;
    }
    let mut blob = |name: &str, data: Option<&[u8]>| {
        if let Some(data) = data {
            header.metadata.set(name, Meta::Blob(data.to_vec().into()));
        }
    };
    blob("xmp-data", file.xmp());
    blob("iptc-data", file.iptc());
    blob("ipct-data", file.iptc());
    let icc = file.icc();
    blob("icc-profile-data", (!icc.is_empty()).then_some(&icc[..]));
    options.note_access(&mut header.metadata);
    Ok(header)
}

/// Pixels per millimetre, from the density of the JFIF segment.
fn resolution(file: &File, header: &mut Header) {
    (header.xres, header.yres) = (72.0 / 25.4, 72.0 / 25.4);
    let Some(density) = file.density.filter(|density| density.x != 1 && density.y != 1) else {
        return;
    };
    let (x, y) = (f64::from(density.x), f64::from(density.y));
    match density.unit {
        DensityUnit::Inch => {
            (header.xres, header.yres) = (x / 25.4, y / 25.4);
            header.metadata.set("resolution-unit", Meta::String("in".into()));
        }
        DensityUnit::Centimetre => {
            (header.xres, header.yres) = (x / 10.0, y / 10.0);
            header.metadata.set("resolution-unit", Meta::String("cm".into()));
        }
        // only the shape of a pixel
        _ if y > 0.0 && x > 0.0 => header.yres = header.xres * x / y,
        _ => {}
    }
}

struct JpegLoader {
    source: Source,
    settings: Settings,
    header: Header,
    bands: usize,
    step: i32,
    /// Bytes of the coefficients of a row
    raw_row: usize,
    /// Whether parts of the file are decoded before their turn.
    splits: bool,
}

/// One pass: the decoder is made at the first read, whose tick it follows.
#[derive(Default)]
struct Session(Option<(Decoder<SourceReader>, Failure)>);

impl JpegLoader {
    /// The decoder, and what the connection says.
    fn decoder<'a>(
        &self,
        session: &'a mut Session,
        tick: &Tick,
    ) -> Result<&'a mut (Decoder<SourceReader>, Failure)> {
        Ok(match &mut session.0 {
            Some(open) => open,
            none => none.insert(self.settings.decoder(&self.source, tick)?),
        })
    }

    /// Rows of units for `rows`.
    fn steps(&self, rows: Rows) -> usize {
        (rows.height as usize).div_ceil(self.step as usize)
    }
}

/// Coefficients, and place for rows that are cut off below; or a part of the file.
#[derive(Default)]
struct Decoded {
    raw: Raw,
    part: Part,
    below: Vec<u8>,
}

impl Loader for JpegLoader {
    type Session = Session;
    type Raw = Decoded;

    fn header(&self) -> &Header {
        &self.header
    }

    fn order(&self) -> Order {
        Order::Rows { step: self.step }
    }

    fn needs_caller(&self) -> bool {
        self.source.needs_caller()
    }

    fn open(&self) -> Result<Session> {
        Ok(Session::default())
    }

    fn read(
        &self,
        session: &mut Session,
        rows: Rows,
        decoded: &mut Decoded,
        tick: &Tick,
    ) -> Result<()> {
        let (decoder, failure) = self.decoder(session, tick)?;
        told(failure, decoder.read(self.steps(rows), &mut decoded.raw))
    }

    fn splits(&self) -> bool {
        self.splits
    }

    fn split(
        &self,
        session: &mut Session,
        decoded: &mut Decoded,
        most: usize,
        tick: &Tick,
    ) -> Result<bool> {
        let (decoder, failure) = self.decoder(session, tick)?;
        told(failure, decoder.split(&mut decoded.part, most))
    }

    fn work(&self, decoded: &mut Decoded) -> Result<()> {
        decoded.part.work();
        Ok(())
    }

    fn join(&self, session: &mut Session, decoded: &mut Decoded) -> Result<()> {
        if let Some((decoder, _)) = &mut session.0 {
            decoder.join(&mut decoded.part);
        }
        Ok(())
    }

    fn lead(&self, session: &mut Session, rows: Rows, most: usize) -> Result<Lead> {
        let Some((decoder, failure)) = &mut session.0 else {
            return Ok(Lead { ready: false, splits: self.splits });
        };
        let steps = self.steps(rows);
        told(failure, decoder.advance(steps))?;
        Ok(Lead { ready: decoder.is_ready(steps), splits: decoder.can_split(most) })
    }

    fn finish(&self, decoded: &mut Decoded, out: &mut RegionMut<'_>) -> Result<()> {
        let Decoded { raw, below, .. } = decoded;
        let rect = out.rect();
        let columns = rect.left as usize..rect.right() as usize;
        let length = columns.len() * self.bands;
        let mut rows: Vec<&mut [u8]> = out.rows::<u8>().map(|(_, row)| row).collect();
        below.resize(raw.rows().saturating_sub(rows.len()) * length, 0);
        rows.extend(below.chunks_exact_mut(length));
        raw.finish_columns(columns, RowsMut::from_rows(rows)).map_err(error)?;
        raw.clear();
        Ok(())
    }

    fn raw_row_size(&self) -> usize {
        self.raw_row
    }

    fn narrows(&self) -> bool {
        true
    }
}
