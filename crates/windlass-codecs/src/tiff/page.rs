//! What a directory says of its picture: how pixels are stored, and where.

use super::file::{Directory, Entry, File};
use super::{malformed, tags, unsupported};
use bytes::Bytes;
use windlass_core::{Error, ErrorKind, Limits, Result};

/// Largest side, as in the reference.
const MAX_SIDE: u64 = 99_999_999;
/// Most samples of a pixel.
const MAX_SAMPLES: u64 = 10_000;
/// Most bytes of JPEG tables, of which there can't be more than a few thousand.
const MAX_TABLES: u64 = 64 << 10;
/// Most bytes of a tile.
const MAX_TILE: u64 = 100_000_000;

/// What the bits of a sample are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SampleFormat {
    Unsigned,
    Signed,
    Float,
    Complex,
}

/// How the pixels of a page are stored.
///
/// The pages of an image must agree in all of this.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Layout {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bits of a sample
    pub(super) bits: u32,
    pub(super) format: SampleFormat,
    /// Samples of a pixel
    pub(super) samples: u32,
    pub(super) photometric: u16,
    pub(super) compression: u16,
    pub(super) predictor: u16,
    /// A chunk holds one sample of each pixel
    pub(super) planar: bool,
    /// Bits of a byte start with the lowest
    pub(super) reversed: bool,
    pub(super) tiled: bool,
    /// Width and height of a tile or strip
    pub(super) chunk: (u32, u32),
    /// The alpha that colours were multiplied with: its band
    pub(super) premultiplied: Option<u32>,
    /// Separated colours are cyan, magenta, yellow and black
    pub(super) cmyk: bool,
    /// Pixels that share their chroma, across and down
    pub(super) subsampling: (u32, u32),
    pub(super) orientation: u16,
}

impl Layout {
    /// Samples of a pixel in a chunk.
    pub(super) fn chunk_samples(&self) -> u32 {
        if self.planar { 1 } else { self.samples }
    }

    /// Chunks side by side, and above each other.
    pub(super) fn grid(&self) -> (u32, u32) {
        (self.width.div_ceil(self.chunk.0), self.height.div_ceil(self.chunk.1))
    }

    /// Chunks of all planes.
    pub(super) fn chunks(&self) -> u64 {
        let (across, down) = self.grid();
        let planes = if self.planar { self.samples } else { 1 };
        u64::from(across) * u64::from(down) * u64::from(planes)
    }

    /// Whether chroma is stored once for several pixels, in units of those.
    pub(super) fn is_subsampled(&self) -> bool {
        self.photometric == tags::YCBCR
            && self.compression != tags::JPEG
            && self.subsampling != (1, 1)
    }

    /// Bytes of a row of a chunk `width` pixels wide, as it is once it is decompressed. Where chroma
    /// is subsampled: of a row of units.
    pub(super) fn row_bytes(&self, width: u32) -> u64 {
        if self.is_subsampled() {
            let (across, down) = self.subsampling;
            return u64::from(width.div_ceil(across)) * u64::from(across * down + 2);
        }
        let bits = match self.photometric {
            tags::LOGLUV if is_log(self.compression) => return 4 * u64::from(width),
            _ => u64::from(self.bits),
        };
        (u64::from(width) * u64::from(self.chunk_samples()) * bits).div_ceil(8)
    }

    /// Bytes of `height` rows of a chunk, decompressed.
    pub(super) fn bytes(&self, width: u32, height: u32) -> u64 {
        let rows = if self.is_subsampled() { height.div_ceil(self.subsampling.1) } else { height };
        self.row_bytes(width) * u64::from(rows)
    }

    /// Rows that a chunk at row `top` has: strips end with the picture, tiles do not.
    pub(super) fn rows_at(&self, top: u32) -> u32 {
        if self.tiled { self.chunk.1 } else { self.chunk.1.min(self.height.saturating_sub(top)) }
    }
}

/// Whether a compression is one of logarithmic colours.
pub(super) fn is_log(compression: u16) -> bool {
    matches!(compression, tags::SGILOG | tags::SGILOG24)
}

/// A page: its layout, what its codec needs, where its chunks lie.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) layout: Layout,
    pub(super) offsets: Entry,
    pub(super) counts: Option<Entry>,
    /// The length of the file, as far as it is known
    pub(super) length: Option<u64>,
    pub(super) jpeg_tables: Bytes,
    /// Red, green and blue of each index, if they were asked for
    pub(super) palette: Vec<u16>,
    pub(super) t4_options: u64,
    /// Shares of red, green and blue in luma
    pub(super) luma: [f64; 3],
    /// Black and white of luma and of both chromas
    pub(super) reference: [f64; 6],
    /// What is odd, but does not keep it from being read
    pub(super) warnings: Vec<String>,
}

impl Page {
    /// Reads what `directory` says, without the colours of indices where nobody needs them: thousands of
    /// small pages may have the same large table of them.
    pub(super) fn read(file: &File<'_>, directory: &Directory, colours: bool) -> Result<Self> {
        check_values(directory)?;
        let mut warnings = Vec::new();
        if let Some(tag) =
            directory.entries.iter().map(|entry| (entry.tag, file.holds(entry))).find_map(lost)
        {
            warnings.push(format!("the value of tag {tag} lies behind the end of the file"));
        }
        let layout = layout(file, directory, &mut warnings)?;
        let entry = |tags: [u16; 2]| tags.iter().find_map(|tag| directory.get(*tag)).copied();
        let missing = || malformed("required field 273 missing");
        let offsets = entry([tags::TILE_OFFSETS, tags::STRIP_OFFSETS]).ok_or_else(missing)?;
        let counts = entry([tags::TILE_BYTE_COUNTS, tags::STRIP_BYTE_COUNTS]);
        check_chunks(&layout, &offsets, counts.as_ref(), &mut warnings)?;
        let tables = directory.get(tags::JPEG_TABLES).map(|entry| jpeg_tables(file, entry));
        let mut reference = [0.0, 255.0, 128.0, 255.0, 128.0, 255.0];
        let given = file.reals(directory, tags::REFERENCE_BLACK_WHITE, 6);
        if given.len() == 6 {
            reference.copy_from_slice(&given);
        }
        let mut luma = [0.299, 0.587, 0.114];
        let given = file.reals(directory, tags::YCBCR_COEFFICIENTS, 3);
        if given.len() == 3 && given.iter().all(|share| *share > 0.0) {
            luma.copy_from_slice(&given);
        }
        Ok(Self {
            palette: palette(file, directory, &layout, colours)?,
            layout,
            offsets,
            counts,
            length: file.length(),
            jpeg_tables: tables.transpose()?.unwrap_or_default(),
            t4_options: file.integer(directory, tags::T4_OPTIONS).unwrap_or(0),
            luma,
            reference,
            warnings,
        })
    }
}

/// What has one value must have one, or nothing else in the directory can be trusted either; samples are
/// described by numbers.
fn check_values(directory: &Directory) -> Result<()> {
    const SINGLE: [u16; 7] = [
        tags::IMAGE_WIDTH,
        tags::IMAGE_LENGTH,
        tags::SAMPLES_PER_PIXEL,
        tags::ROWS_PER_STRIP,
        tags::PLANAR_CONFIG,
        tags::TILE_WIDTH,
        tags::TILE_LENGTH,
    ];
    for entry in SINGLE.iter().filter_map(|tag| directory.get(*tag)) {
        if entry.count != 1 {
            return Err(malformed(format!("{} values for tag {}", entry.count, entry.tag)));
        }
    }
    for tag in [tags::BITS_PER_SAMPLE, tags::SAMPLE_FORMAT] {
        if directory.get(tag).is_some_and(|entry| entry.kind == tags::ASCII) {
            return Err(malformed(format!("a text for tag {tag}")));
        }
    }
    Ok(())
}

/// The tag of an entry that is known, and whose values are not all there.
fn lost((tag, there): (u16, bool)) -> Option<u16> {
    (!there && tags::KNOWN.contains(&tag)).then_some(tag)
}

/// There must be as many chunks as the size asks for; a file may have lost some of the last.
fn check_chunks(
    layout: &Layout,
    offsets: &Entry,
    counts: Option<&Entry>,
    warnings: &mut Vec<String>,
) -> Result<()> {
    let wanted = layout.chunks();
    Limits::current().check_elements(wanted)?;
    if offsets.count == 0 {
        return Err(malformed("no strips or tiles"));
    }
    let counted = counts.map_or(0, |counts| counts.count);
    if offsets.count < wanted || counted < wanted {
        warnings.push(format!(
            "{} offsets and {counted} byte counts for {wanted} strips or tiles",
            offsets.count
        ));
    }
    Ok(())
}

fn layout(file: &File<'_>, directory: &Directory, warnings: &mut Vec<String>) -> Result<Layout> {
    let number = |tag| file.integer(directory, tag);
    let short = |tag, default| number(tag).map_or(default, |value| value as u16);
    let (width, height) =
        (side(file, directory, tags::IMAGE_WIDTH)?, { side(file, directory, tags::IMAGE_LENGTH)? });
    let single = |entry: &&Entry| entry.count == 1;
    let photometric = directory.get(tags::PHOTOMETRIC).filter(single);
    let photometric = photometric.and_then(|_| number(tags::PHOTOMETRIC));
    let photometric = photometric
        .ok_or_else(|| malformed(format!("required field {} missing", tags::PHOTOMETRIC)))?
        as u16;
    let compression = short(tags::COMPRESSION, tags::NONE);
    let samples = number(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
    if samples == 0 || samples > MAX_SAMPLES {
        return Err(malformed("samples out of range"));
    }
    let bits = equal(file, directory, tags::BITS_PER_SAMPLE, samples)?.unwrap_or(1);
    if bits == 0 || bits > 128 {
        return Err(malformed("samples out of range"));
    }
    let photometric = match photometric {
        // indices without their colours are taken as what they look like
        tags::PALETTE if (8..=16).contains(&bits) && !has_palette(file, directory, bits) => {
            if samples == 3 {
                tags::RGB
            } else {
                tags::MIN_IS_BLACK
            }
        }
        other => other,
    };
    let tiled = directory.get(tags::TILE_WIDTH).is_some();
    let chunk = if tiled {
        tile(file, directory, (width, height))?
    } else {
        let rows = number(tags::ROWS_PER_STRIP).unwrap_or(u64::MAX);
        if rows == 0 {
            return Err(malformed("strips of no rows"));
        }
        (width, rows.min(u64::from(height)) as u32)
    };
    let extra = file.integers(directory, tags::EXTRA_SAMPLES, MAX_SAMPLES);
    let layout = Layout {
        width,
        height,
        bits: bits as u32,
        format: sample_format(file, directory, samples)?,
        samples: samples as u32,
        photometric,
        compression,
        predictor: short(tags::PREDICTOR, 1),
        planar: samples > 1 && short(tags::PLANAR_CONFIG, 1) == 2,
        reversed: short(tags::FILL_ORDER, 1) == 2,
        tiled,
        chunk,
        premultiplied: premultiplied(&extra, samples),
        cmyk: short(tags::INK_SET, 1) == 1,
        subsampling: subsampling(file, directory)?,
        orientation: Some(short(tags::ORIENTATION, 1)).filter(|n| (1..=8).contains(n)).unwrap_or(1),
    };
    warn(&layout, extra.len() as u64, warnings);
    if tiled && layout.bytes(chunk.0, chunk.1) > MAX_TILE {
        return Err(malformed("tile size out of range"));
    }
    Ok(layout)
}

fn side(file: &File<'_>, directory: &Directory, tag: u16) -> Result<u32> {
    let side = file
        .integer(directory, tag)
        .ok_or_else(|| malformed(format!("required field {tag} missing")))?;
    if side == 0 || side > MAX_SIDE {
        return Err(malformed("width/height out of range"));
    }
    Ok(side as u32)
}

/// A value that is given for each sample, and must be the same for all.
fn equal(file: &File<'_>, directory: &Directory, tag: u16, samples: u64) -> Result<Option<u64>> {
    let values = file.integers(directory, tag, samples);
    if values.iter().any(|value| Some(value) != values.first()) {
        return Err(unsupported(format!("different values per sample for tag {tag}")));
    }
    Ok(values.first().copied())
}

fn sample_format(file: &File<'_>, directory: &Directory, samples: u64) -> Result<SampleFormat> {
    Ok(match equal(file, directory, tags::SAMPLE_FORMAT, samples)?.unwrap_or(1) {
        1 | 4 => SampleFormat::Unsigned,
        2 => SampleFormat::Signed,
        3 => SampleFormat::Float,
        6 => SampleFormat::Complex,
        _ => return Err(unsupported("unsupported tiff image type")),
    })
}

/// Width and height of a tile.
fn tile(file: &File<'_>, directory: &Directory, size: (u32, u32)) -> Result<(u32, u32)> {
    let side = |tag| file.integer(directory, tag).unwrap_or(0);
    let (width, height) = (side(tags::TILE_WIDTH), side(tags::TILE_LENGTH));
    let most = (2 * u64::from(size.0.max(size.1))).next_multiple_of(256).min(8192);
    let fits = |side: u64| side > 0 && side.is_multiple_of(16) && side <= most;
    if !fits(width) || !fits(height) {
        return Err(malformed("tile size out of range"));
    }
    Ok((width as u32, height as u32))
}

fn subsampling(file: &File<'_>, directory: &Directory) -> Result<(u32, u32)> {
    let values = file.integers(directory, tags::YCBCR_SUBSAMPLING, 2);
    let given = |at: usize| values.get(at).copied().unwrap_or(2);
    match (given(0), given(1)) {
        (across @ (1 | 2 | 4), down @ (1 | 2 | 4)) => Ok((across as u32, down as u32)),
        (across, down) => Err(malformed(format!("chroma subsampled by {across} and {down}"))),
    }
}

/// The band of the one alpha that colours were multiplied with.
fn premultiplied(extra: &[u64], samples: u64) -> Option<u32> {
    let associated = extra.iter().filter(|kind| **kind == 1).count();
    let place = extra.iter().position(|kind| *kind == 1)? as u64;
    let band = (samples + place).checked_sub(extra.len() as u64)?;
    (associated == 1 && band > 0 && band < samples).then_some(band as u32)
}

/// Notes samples that nothing explains.
fn warn(layout: &Layout, extra: u64, warnings: &mut Vec<String>) {
    let colours = match layout.photometric {
        tags::MIN_IS_WHITE | tags::MIN_IS_BLACK | tags::PALETTE => 1,
        tags::RGB | tags::YCBCR | tags::CIELAB => 3,
        _ => return,
    };
    if u64::from(layout.samples) > colours + extra {
        warnings.push(format!(
            "{} samples of a pixel are more than its {colours} colours and {extra} extra samples",
            layout.samples
        ));
    }
}

/// Whether the colours of all indices of `bits` are there.
fn has_palette(file: &File<'_>, directory: &Directory, bits: u64) -> bool {
    let map = directory.get(tags::COLOR_MAP);
    map.is_some_and(|map| map.count >= 3 << bits && file.holds(map))
}

/// Tables of JPEG streams. Thousands of small pages may have the same ones.
fn jpeg_tables(file: &File<'_>, entry: &Entry) -> Result<Bytes> {
    if entry.count > MAX_TABLES {
        let text = format!("tiff2vips: {} bytes of JPEG tables", entry.count);
        return Err(Error::new(ErrorKind::Limit, text));
    }
    Ok(file.blob(entry)?.into())
}

/// The colours of indices, in three runs: red, green, blue; none where they are there, but not asked for.
fn palette(
    file: &File<'_>,
    directory: &Directory,
    layout: &Layout,
    colours: bool,
) -> Result<Vec<u16>> {
    if layout.photometric != tags::PALETTE || layout.bits > 16 {
        return Ok(Vec::new());
    }
    if !colours && has_palette(file, directory, layout.bits.into()) {
        return Ok(Vec::new());
    }
    let wanted = 3_u64 << layout.bits;
    let map = file.integers(directory, tags::COLOR_MAP, wanted);
    if (map.len() as u64) < wanted {
        return Err(Error::new(ErrorKind::Malformed, "tiff2vips: required field 320 missing"));
    }
    Ok(map.iter().map(|&value| value as u16).collect())
}
