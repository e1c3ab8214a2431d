//! Saving TIFF.

use super::directory::{Directory, Value};
use super::encode::{Encoder, Jpeg, Method};
use super::form::{Change, Form, is_log};
use super::pages;
use super::write::{Picture, TiffSaver};
use super::{tags, unsupported};
use crate::convert::{Colours, cast, extract, prepare};
use crate::dzsave::{Depth, properties};
use crate::exif;
use crate::pyramid::levels;
use crate::shrink::{RegionShrink, Rounding};
use windlass_core::declare::image_operation;
use windlass_core::foreign::Save;
use windlass_core::foreign::options::{Keep, SaveOptions};
use windlass_core::{BandFormat, Coding, Header, Image, Meta, Result, Target};
use windlass_jpeg::encode as jpeg;
use windlass_macros::{ArgEnum, ArgGroup, Save};

/// How strips and tiles are compressed.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsForeignTiffCompression")]
#[non_exhaustive]
pub enum TiffCompression {
    /// Not at all
    None = 0,
    /// JPEG
    Jpeg = 1,
    /// Deflate
    Deflate = 2,
    /// `PackBits`
    Packbits = 3,
    /// Facsimile Group 4
    Ccittfax4 = 4,
    /// LZW
    Lzw = 5,
    /// WebP
    Webp = 6,
    /// Zstandard
    Zstd = 7,
    /// JPEG 2000
    Jp2k = 8,
}

/// What is stored instead of samples.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsForeignTiffPredictor")]
#[non_exhaustive]
pub enum TiffPredictor {
    /// Samples
    None = 1,
    /// Differences to the pixel on the left
    Horizontal = 2,
    /// The same for floats, byte by byte
    Float = 3,
}

/// The unit of resolutions.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsForeignTiffResunit")]
#[non_exhaustive]
pub enum TiffResunit {
    /// Pixels of a centimetre
    Cm = 0,
    /// Pixels of an inch
    Inch = 1,
}

/// Save image to tiff file
///
/// Strips or tiles, pyramids and pages, of any size in bounded memory, compressed on all cores. It is
/// a BigTIFF where it has to be.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "tiffsave")]
#[non_exhaustive]
pub struct TiffSave {
    /// Compression for this file
    #[arg(default = TiffCompression::None)]
    pub compression: TiffCompression,
    /// Q factor
    #[arg(name = "Q", default = 75, min = 1, max = 100)]
    pub q: i32,
    /// Compression prediction
    #[arg(default = TiffPredictor::Horizontal)]
    pub predictor: TiffPredictor,
    /// Write a tiled tiff
    #[arg(default = false)]
    pub tile: bool,
    /// Tile width in pixels
    #[arg(default = 128, min = 1, max = 32768)]
    pub tile_width: i32,
    /// Tile height in pixels
    #[arg(default = 128, min = 1, max = 32768)]
    pub tile_height: i32,
    /// Write a pyramidal tiff
    #[arg(default = false)]
    pub pyramid: bool,
    /// Use 0 for white in 1-bit images
    #[arg(default = false)]
    pub miniswhite: bool,
    /// Write as a 1, 2, 4 or 8 bit image
    #[arg(default = 0, min = 0, max = 8)]
    pub bitdepth: i32,
    /// Resolution unit
    #[arg(shown = TiffResunit::Cm)]
    pub resunit: Option<TiffResunit>,
    /// Horizontal resolution in pixels/mm
    #[arg(shown = 1.0, min = 0.001, max = 1_000_000.0)]
    pub xres: Option<f64>,
    /// Vertical resolution in pixels/mm
    #[arg(shown = 1.0, min = 0.001, max = 1_000_000.0)]
    pub yres: Option<f64>,
    /// Write a bigtiff image
    #[arg(default = false)]
    pub bigtiff: bool,
    /// Write a properties document to IMAGEDESCRIPTION
    #[arg(default = false)]
    pub properties: bool,
    /// Method to shrink regions
    #[arg(default = RegionShrink::Mean)]
    pub region_shrink: RegionShrink,
    /// Deflate (1-9, default 6) or ZSTD (1-22, default 9) compression level
    #[arg(default = 0, min = 0, max = 22)]
    pub level: i32,
    /// Enable WEBP lossless mode
    #[arg(default = false)]
    pub lossless: bool,
    /// Pyramid depth
    #[arg(default = Depth::Onetile)]
    pub depth: Depth,
    /// Save pyr layers as sub-IFDs
    #[arg(default = false)]
    pub subifd: bool,
    /// Save with premultiplied alpha
    #[arg(default = false)]
    pub premultiply: bool,
    /// Output RGB JPEG rather than YCbCr
    #[arg(default = false, deprecated)]
    pub rgbjpeg: bool,
    /// Squash images down to 1 bit
    #[arg(default = false, deprecated)]
    pub squash: bool,
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl Save for TiffSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let image = self.prepared(image)?;
        let header = image.header();
        let bitdepth = self.bits(header);
        let tile = self.tile_size()?;
        let rows = tile.map_or(self.tile_height, |(_, height)| height as i32);
        let encoder = self.encoder(header, bitdepth, tile)?;
        let pages = Self::pages(&image)?;
        let levels = self.levels(&pages, rows)?;
        let pictures = self.pictures(header, &levels, &encoder, pages.len())?;
        let first = levels.iter().find_map(|level| level.first());
        let rows = if tile.is_some() {
            rows
        } else {
            rows.min(first.map_or(rows, |page| page.header().height))
        };
        let mut outputs = Vec::new();
        for level in &levels {
            outputs.push(pages::padded(level, rows)?);
        }
        let saver = TiffSaver { encoder, rows, levels: outputs, pictures, big: self.bigtiff };
        image.save(&saver, target)
    }
}

impl TiffSave {
    fn is_jpeg(&self) -> bool {
        self.compression == TiffCompression::Jpeg
    }

    /// The image as it goes into the file.
    fn prepared(&self, image: &Image) -> Result<Image> {
        let mut image = image.clone();
        if image.header().coding == Coding::Rad {
            image = image_operation("rad2float", [("in", image.into())])?;
        }
        if self.premultiply && image.header().has_alpha() {
            let format = image.header().format;
            let straight = image_operation("premultiply", [("in", image.into())])?;
            image = cast(straight, format, false)?;
        }
        if !self.is_jpeg() {
            return prepare(&image, Colours::Any, |format| format, &self.common);
        }
        let image = prepare(&image, Colours::MonoRgbCmyk, |_| BandFormat::U8, &self.common)?;
        match image.header().bands {
            1 | 3 | 4 => Ok(image),
            2 => extract(image, 1),
            _ => extract(image, 3),
        }
    }

    /// Bits of a sample, where they are less than a byte; 0 otherwise.
    fn bits(&self, header: &Header) -> u32 {
        let fits =
            header.format == BandFormat::U8 && header.bands == 1 && header.coding == Coding::None;
        let bits = if self.squash { 1 } else { self.bitdepth };
        if fits && matches!(bits, 1 | 2 | 4) { bits as u32 } else { 0 }
    }

    /// The size of tiles, where there are any.
    fn tile_size(&self) -> Result<Option<(u32, u32)>> {
        if !self.tile && !self.pyramid && !self.subifd {
            return Ok(None);
        }
        if self.tile_width % 16 != 0 || self.tile_height % 16 != 0 {
            return Err(super::save_error("tile size not a multiple of 16"));
        }
        Ok(Some((self.tile_width as u32, self.tile_height as u32)))
    }

    fn encoder(&self, header: &Header, bits: u32, tile: Option<(u32, u32)>) -> Result<Encoder> {
        let mut form = Form::of(header, bits, self.miniswhite);
        let method = self.method(header, bits, &mut form)?;
        let predicted = matches!(method, Method::Lzw | Method::Deflate(_) | Method::Zstd(_));
        let predictor = match self.predictor {
            TiffPredictor::None => 1,
            _ if !predicted || form.bits < 8 || form.format == 6 => 1,
            TiffPredictor::Horizontal => 2,
            TiffPredictor::Float if form.format == 3 => 3,
            TiffPredictor::Float => {
                let text = format!("floating point predictor with {} samples", header.format);
                return Err(super::save_error(text));
            }
        };
        Ok(Encoder { form, method, predictor, tile })
    }

    fn method(&self, header: &Header, bits: u32, form: &mut Form) -> Result<Method> {
        if is_log(header) {
            return Ok(Method::Log);
        }
        Ok(match self.compression {
            TiffCompression::None => Method::None,
            TiffCompression::Jpeg if bits > 0 => Method::None,
            TiffCompression::Jpeg => Method::Jpeg(Box::new(self.jpeg(header, form))),
            TiffCompression::Deflate => {
                Method::Deflate(if self.level == 0 { 6 } else { self.level.min(9) as u32 })
            }
            TiffCompression::Packbits => Method::PackBits,
            TiffCompression::Ccittfax4 if bits == 1 => Method::Group4,
            TiffCompression::Ccittfax4 => {
                let text = "Bits/sample must be 1 for Group 3/4 encoding/decoding";
                return Err(super::save_error(text));
            }
            TiffCompression::Lzw => Method::Lzw,
            TiffCompression::Zstd => Method::Zstd(if self.level == 0 { 9 } else { self.level }),
            TiffCompression::Webp => Method::Webp((!self.lossless).then_some(self.q)),
            TiffCompression::Jp2k => {
                let text = "JPEG 2000 (compression scheme 33004) encoding is not implemented";
                return Err(super::save_error(text));
            }
        })
    }

    fn jpeg(&self, header: &Header, form: &mut Form) -> Jpeg {
        let colour = match header.bands {
            1 => jpeg::Colour::Grey,
            3 if self.q < 90 && !self.rgbjpeg => jpeg::Colour::Rgb,
            3 => jpeg::Colour::PlainRgb,
            _ => jpeg::Colour::Cmyk,
        };
        match colour {
            jpeg::Colour::Rgb => form.photometric = tags::YCBCR,
            // the encoder turns inks round, as other files have them; here they are as they are
            jpeg::Colour::Cmyk => form.change = Change::InvertAll,
            _ => {}
        }
        let mut settings = jpeg::Settings::default();
        settings.quality = self.q.clamp(1, 100) as u8;
        settings.subsample = jpeg::Subsample::Auto;
        settings.tables_apart = true;
        Jpeg { settings, colour }
    }

    /// The pages of an image.
    fn pages(image: &Image) -> Result<Vec<Image>> {
        let header = image.header();
        let page = header.page_height();
        if page >= header.height {
            return Ok(vec![image.clone()]);
        }
        (0..header.height / page).map(|number| pages::page(image, number, page)).collect()
    }

    /// For each level its pages.
    fn levels(&self, pages: &[Image], tile_height: i32) -> Result<Vec<Vec<Image>>> {
        if !self.pyramid && !self.subifd {
            return Ok(vec![pages.to_vec()]);
        }
        let (width, height) = (self.tile_width, tile_height);
        let ends = |header: &Header| {
            let tiny = header.width == 1 || header.height == 1;
            match self.depth {
                Depth::Onetile => tiny || (header.width <= width && header.height <= height),
                Depth::Onepixel => tiny,
                Depth::One => true,
            }
        };
        let mut all: Vec<Vec<Image>> = Vec::new();
        for page in pages {
            let levels = levels(page, self.region_shrink, Rounding::Down, ends)?;
            all.resize_with(levels.len(), Vec::new);
            all.iter_mut().zip(levels).for_each(|(level, page)| level.push(page));
        }
        Ok(all)
    }

    /// The directories: for each page its levels.
    fn pictures(
        &self,
        header: &Header,
        levels: &[Vec<Image>],
        encoder: &Encoder,
        pages: usize,
    ) -> Result<Vec<Picture>> {
        let below = self.subifd || (pages > 1 && levels.len() > 1);
        let count = levels.len();
        let mut pictures = Vec::new();
        for page in 0..pages {
            for (level, images) in levels.iter().enumerate() {
                let size = images.get(page).ok_or_else(|| unsupported("a level without a page"))?;
                let mut directory = self.directory(header, size.header(), encoder)?;
                let number = page * count + level;
                if level > 0 {
                    directory.set(tags::NEW_SUBFILE_TYPE, Value::Longs(vec![1]));
                } else {
                    if pages > 1 {
                        directory.set(tags::NEW_SUBFILE_TYPE, Value::Longs(vec![2]));
                        let numbers = [page, pages].map(|n| n.min(65535) as u16).to_vec();
                        directory.set(tags::PAGE_NUMBER, Value::Shorts(numbers));
                    }
                    if below && count > 1 {
                        let numbers = (number + 1..number + count).collect();
                        directory.set(tags::SUB_IFDS, Value::Directories(numbers));
                    }
                }
                directory.next = match (below, level) {
                    (true, 0) => Some(number + count),
                    (true, _) => None,
                    (false, _) => Some(number + 1),
                };
                let (width, height) = (size.header().width as u32, size.header().height as u32);
                pictures.push(Picture { directory, width, height });
            }
        }
        Ok(pictures)
    }

    /// What a directory says of its picture, beside where its chunks lie.
    fn directory(&self, header: &Header, size: &Header, encoder: &Encoder) -> Result<Directory> {
        let form = &encoder.form;
        let mut directory = Directory::default();
        let samples = form.samples as usize;
        directory.set(tags::IMAGE_WIDTH, Value::Longs(vec![size.width as u32]));
        directory.set(tags::IMAGE_LENGTH, Value::Longs(vec![size.height as u32]));
        directory.set(tags::BITS_PER_SAMPLE, Value::Shorts(vec![form.bits as u16; samples]));
        directory.short(tags::COMPRESSION, encoder.method.tag());
        directory.short(tags::PHOTOMETRIC, form.photometric);
        directory.short(tags::ORIENTATION, header.orientation() as u16);
        directory.short(tags::SAMPLES_PER_PIXEL, samples as u16);
        if let Some((width, height)) = encoder.tile {
            directory.set(tags::TILE_WIDTH, Value::Longs(vec![width]));
            directory.set(tags::TILE_LENGTH, Value::Longs(vec![height]));
        } else {
            let rows = self.tile_height.min(size.height).max(1) as u32;
            directory.set(tags::ROWS_PER_STRIP, Value::Longs(vec![rows]));
        }
        directory.short(tags::PLANAR_CONFIG, 1);
        self.resolution(header, &mut directory);
        if encoder.predictor > 1 {
            directory.short(tags::PREDICTOR, encoder.predictor);
        }
        directory.set(tags::SAMPLE_FORMAT, Value::Shorts(vec![form.format; samples]));
        if form.extra > 0 {
            let mut kinds = vec![2; form.extra as usize];
            if self.premultiply {
                kinds[0] = 1;
            }
            directory.set(tags::EXTRA_SAMPLES, Value::Shorts(kinds));
        }
        if form.photometric == tags::SEPARATED {
            directory.short(tags::INK_SET, 1);
        }
        if let Method::Jpeg(jpeg) = &encoder.method {
            directory.set(tags::JPEG_TABLES, Value::Bytes(tags::UNDEFINED, jpeg.tables()?));
        }
        if form.photometric == tags::YCBCR {
            directory.set(tags::YCBCR_SUBSAMPLING, Value::Shorts(vec![2, 2]));
            let range = vec![0.0, 255.0, 128.0, 255.0, 128.0, 255.0];
            directory.set(tags::REFERENCE_BLACK_WHITE, Value::Rationals(range));
        }
        self.metadata(header, &mut directory)?;
        Ok(directory)
    }

    fn resolution(&self, header: &Header, directory: &mut Directory) {
        // with EXIF, resolutions without a unit are of an inch, since that is what EXIF has
        let inch = match (self.resunit, header.metadata.string("resolution-unit")) {
            (Some(unit), _) => unit == TiffResunit::Inch,
            (None, Some(unit)) => unit.starts_with("in"),
            (None, None) => self.common.kept().contains(Keep::EXIF),
        };
        let scale = if inch { 25.4 } else { 10.0 };
        let value = |given: Option<f64>, own: f64| {
            vec![given.unwrap_or(own).clamp(0.001, 1_000_000.0) * scale]
        };
        directory.set(tags::X_RESOLUTION, Value::Rationals(value(self.xres, header.xres)));
        directory.set(tags::Y_RESOLUTION, Value::Rationals(value(self.yres, header.yres)));
        directory.short(tags::RESOLUTION_UNIT, if inch { 2 } else { 3 });
    }

    fn metadata(&self, header: &Header, directory: &mut Directory) -> Result<()> {
        let items = &header.metadata;
        let text = if self.properties {
            Some(properties(&exif::described(header)?))
        } else {
            items.string("image-description").map(str::to_owned)
        };
        if let Some(text) = text {
            let mut bytes = text.into_bytes();
            bytes.retain(|byte| *byte != 0);
            bytes.push(0);
            directory.set(tags::IMAGE_DESCRIPTION, Value::Bytes(tags::ASCII, bytes));
        }
        let blobs = [
            ("xmp-data", tags::XMP, tags::BYTE),
            ("iptc-data", tags::IPTC, tags::UNDEFINED),
            ("photoshop-data", tags::PHOTOSHOP, tags::BYTE),
            ("icc-profile-data", tags::ICC_PROFILE, tags::UNDEFINED),
        ];
        for (name, tag, kind) in blobs {
            if let Some(blob) = items.blob(name).filter(|blob| !blob.is_empty()) {
                directory.set(tag, Value::Bytes(kind, blob.to_vec()));
            }
        }
        if is_log(header) {
            let stonits = match items.get("stonits") {
                Some(Meta::Double(value)) => *value,
                Some(Meta::Int(value)) => f64::from(*value),
                _ => 1.0,
            };
            directory.set(tags::STONITS, Value::Doubles(vec![stonits]));
        }
        Ok(())
    }
}
