//! From the bytes of a strip or tile to its samples.

mod ccitt;
mod inflate;
mod jpeg;
mod log;
mod lzw;
mod packbits;
mod predictor;
mod thunder;

pub(super) use ccitt::{Ccitt, Row};
pub(super) use jpeg::{Jpeg, error as jpeg_error, joined};
pub(super) use log::{short_xyz, xyz};
#[cfg(test)]
pub(super) use {lzw::decode as lzw, packbits::decode as packbits};

use super::file::Order;
use super::page::{Layout, Page, SampleFormat};
use super::{malformed, tags, unsupported};
use std::sync::LazyLock;
use windlass_core::foreign::options::FailOn;
use windlass_core::{Error, Result};

/// Decompresses chunks of a page.
pub(super) struct Codec {
    page: Page,
    order: Order,
    jpeg: Option<Jpeg>,
    /// What the reference warns of is damage
    strict: bool,
}

/// Memory that chunk after chunk is decoded with.
#[derive(Default)]
pub(super) struct Scratch {
    inflate: Option<inflate::Inflate>,
}

/// What is wrong with a chunk; the samples before the damage are right.
pub(super) struct Damage {
    pub(super) error: Error,
    /// No level of tolerance lets it pass
    pub(super) fatal: bool,
}

impl From<Error> for Damage {
    fn from(error: Error) -> Self {
        Self { error, fatal: false }
    }
}

impl Codec {
    /// The codec of a page; an error names a compression that there is no decoder for.
    pub(super) fn new(page: &Page, order: Order, fail_on: FailOn) -> Result<Self> {
        let layout = &page.layout;
        let known = match layout.compression {
            tags::NONE
            | tags::CCITT_RLE
            | tags::CCITT_G3
            | tags::CCITT_G4
            | tags::LZW
            | tags::JPEG
            | tags::DEFLATE
            | tags::OLD_DEFLATE
            | tags::PACKBITS
            | tags::ZSTD => true,
            tags::WEBP => layout.bits == 8 && matches!(layout.chunk_samples(), 3 | 4),
            tags::THUNDER => (layout.bits, layout.chunk_samples()) == (4, 1),
            tags::SGILOG => matches!(layout.photometric, tags::LOGLUV | LOG_L),
            tags::SGILOG24 => layout.photometric == tags::LOGLUV,
            _ => false,
        };
        if !known {
            let name = tags::compression_name(layout.compression);
            return Err(unsupported(format!("{name} compression support is not configured")));
        }
        if has_predictor(layout.compression) {
            check_predictor(layout)?;
        }
        let facsimile = matches!(layout.compression, tags::CCITT_RLE..=tags::CCITT_G4);
        if facsimile && (layout.bits, layout.chunk_samples()) != (1, 1) {
            return Err(malformed("Bits/sample must be 1 for Group 3/4 encoding/decoding"));
        }
        let strict = fail_on >= FailOn::Warning;
        let jpeg = (layout.compression == tags::JPEG).then(|| Jpeg::new(page, strict));
        Ok(Self { page: page.clone(), order, jpeg, strict })
    }

    fn layout(&self) -> &Layout {
        &self.page.layout
    }

    /// The JPEG decoder, where that is the compression.
    pub(super) fn jpeg(&self) -> Option<&Jpeg> {
        self.jpeg.as_ref()
    }

    /// Decodes a chunk of `size` pixels into `out`, which has [`Layout::bytes`] of them: samples in the
    /// order of this machine. What `input` does not give is 0.
    pub(super) fn chunk(
        &self,
        input: &mut [u8],
        size: (u32, u32),
        out: &mut [u8],
        scratch: &mut Scratch,
    ) -> std::result::Result<(), Damage> {
        let result = self.decompress(input, size, out, scratch);
        self.finish(out, self.layout().row_bytes(size.0) as usize);
        result
    }

    /// Decompresses a chunk; order of bytes and differences stay as they are.
    pub(super) fn decompress(
        &self,
        input: &mut [u8],
        (width, height): (u32, u32),
        out: &mut [u8],
        scratch: &mut Scratch,
    ) -> std::result::Result<(), Damage> {
        let layout = self.layout();
        if layout.reversed && layout.compression != tags::JPEG {
            input.iter_mut().for_each(|byte| *byte = byte.reverse_bits());
        }
        if self.strict {
            self.check_customs(input)?;
        }
        let result = match (layout.compression, &self.jpeg) {
            (tags::JPEG, Some(jpeg)) => return jpeg.chunk(input, (width, height), out),
            (tags::CCITT_RLE..=tags::CCITT_G4, _) => {
                Ok(facsimile(layout, self.page.t4_options, width, input, out))
            }
            (tags::SGILOG, _) => Ok(log::decode(layout, width, input, out)),
            (tags::SGILOG24, _) => Ok(log::decode_short(input, out)),
            (tags::LZW, _) => Ok(lzw::decode(input, out)),
            (tags::THUNDER, _) => {
                let row = layout.row_bytes(width) as usize;
                Ok(thunder::decode(width, row, input, out))
            }
            (tags::WEBP, _) => {
                let size = (width as usize, height as usize);
                let bands = layout.chunk_samples() as usize;
                let decoded = crate::webp::decode_tile(input, size, bands, out);
                decoded.map(|()| (out.len(), true)).map_err(|error| (0, error))
            }
            (tags::PACKBITS, _) => Ok(packbits::decode(input, out)),
            (tags::DEFLATE | tags::OLD_DEFLATE, _) => inflate(input, out, scratch),
            (tags::ZSTD, _) => unzstd(input, out),
            _ => {
                let count = input.len().min(out.len());
                out[..count].copy_from_slice(&input[..count]);
                Ok((count, count == out.len()))
            }
        };
        let (filled, result) = match result {
            Ok((filled, true)) => (filled, Ok(())),
            Ok((filled, false)) => {
                let text = format!("read error: {filled} of {} bytes", out.len());
                (filled, Err(malformed(text)))
            }
            Err((filled, error)) => (filled, Err(error)),
        };
        out[filled..].fill(0);
        Ok(result?)
    }

    /// Fails where a chunk can be read, but is not what writers are to make.
    fn check_customs(&self, input: &[u8]) -> Result<()> {
        match (self.layout().compression, input) {
            (tags::LZW, input) if lzw::is_old(input) => Err(malformed("old-style LZW codes")),
            (tags::CCITT_G3, [first, second, ..]) if (*first, second & 0xE0) != (0, 0) => {
                Err(malformed("Group 3 data without a mark at the end of rows"))
            }
            _ => Ok(()),
        }
    }

    /// Undoes the order of bytes and differences, in whole rows of `row` bytes.
    pub(super) fn finish(&self, rows: &mut [u8], row: usize) {
        let layout = self.layout();
        let own = matches!(layout.compression, tags::SGILOG | tags::SGILOG24 | tags::JPEG);
        if own || layout.bits < 8 || layout.is_subsampled() {
            return;
        }
        let predictor = if has_predictor(layout.compression) { layout.predictor } else { 1 };
        predictor::undo(layout, self.order, predictor, rows, row);
    }
}

/// Photometric interpretation of logarithmic luma.
const LOG_L: u16 = 32844;

/// Whether samples may be stored as differences before they are compressed.
fn has_predictor(compression: u16) -> bool {
    matches!(compression, tags::LZW | tags::DEFLATE | tags::OLD_DEFLATE | tags::ZSTD)
}

fn check_predictor(layout: &Layout) -> Result<()> {
    let fits = match layout.predictor {
        0 | 1 => true,
        2 => matches!(layout.bits, 8 | 16 | 32 | 64) && layout.format != SampleFormat::Complex,
        3 => matches!(layout.bits, 16 | 32 | 64) && layout.format == SampleFormat::Float,
        other => return Err(malformed(format!("\"Predictor\" value {other} not supported"))),
    };
    if fits {
        return Ok(());
    }
    let (predictor, bits) = (layout.predictor, layout.bits);
    Err(unsupported(format!("predictor {predictor} not supported with {bits}-bit samples")))
}

/// How many bytes of the output are filled, and whether it ended well; or why it did not.
type Outcome = std::result::Result<(usize, bool), (usize, Error)>;

fn facsimile(
    layout: &Layout,
    t4_options: u64,
    width: u32,
    input: &[u8],
    out: &mut [u8],
) -> (usize, bool) {
    let mut ccitt = Ccitt::new(layout.compression, t4_options, width);
    let row = layout.row_bytes(width) as usize;
    let (mut filled, mut right) = (0, true);
    for row in out.chunks_exact_mut(row) {
        match ccitt.row(input, row) {
            Row::Right => {}
            Row::Damaged => right = false,
            Row::End => return (filled, false),
        }
        filled += row.len();
    }
    (filled, right)
}

fn inflate(input: &[u8], out: &mut [u8], scratch: &mut Scratch) -> Outcome {
    let (filled, done) = scratch.inflate.get_or_insert_default().zlib(input, out);
    match done {
        Err(inflate::Fault::Malformed(what)) => {
            Err((filled, malformed(format!("decoding error: {what}"))))
        }
        Ok(()) | Err(inflate::Fault::Short) => Ok((filled, filled == out.len())),
    }
}

fn unzstd(input: &[u8], out: &mut [u8]) -> Outcome {
    use std::io::Read;
    let failed = |error: &dyn std::fmt::Display| malformed(format!("error in ZSTD data: {error}"));
    let mut stream =
        ruzstd::decoding::StreamingDecoder::new(input).map_err(|error| (0, failed(&error)))?;
    let mut filled = 0;
    while filled < out.len() {
        match stream.read(&mut out[filled..]) {
            Ok(0) => return Ok((filled, false)),
            Ok(count) => filled += count,
            Err(error) => return Err((filled, failed(&error))),
        }
    }
    Ok((filled, true))
}

/// The samples of eight pixels of one bit, of four of two, or of two of four, for each byte.
pub(super) static SPREAD: LazyLock<[Vec<[u8; 8]>; 3]> = LazyLock::new(|| {
    [1_u32, 2, 4].map(|bits| {
        let most = (1 << bits) - 1;
        let value = |byte: u32, index: u32| (byte >> (8 - bits * (index + 1))) & most;
        let places = |byte: u32| {
            let mut out = [0; 8];
            for (out, index) in out.iter_mut().zip(0..8 / bits) {
                *out = value(byte, index) as u8;
            }
            out
        };
        (0..256).map(places).collect()
    })
});
