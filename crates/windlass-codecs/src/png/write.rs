//! The chunks around the pixels.

use super::SIGNATURE;
use super::header::{Colour, Ihdr};
use super::palette::Palette;
use crate::convert::fits;
use flate2::{Compress, Compression, FlushCompress};
use windlass_core::{Error, ErrorKind, Header, Meta, Result};

/// What stands before the pixels.
#[derive(Clone, Debug)]
pub(super) struct Prelude {
    pub(super) ihdr: Ihdr,
    pub(super) palette: Palette,
    /// Level of compression
    pub(super) level: u32,
}

impl Prelude {
    /// Everything up to the first chunk of pixels.
    pub(super) fn bytes(&self, header: &Header) -> Result<Vec<u8>> {
        let mut out = SIGNATURE.to_vec();
        self.ihdr(&mut out)?;
        let profile = header.metadata.blob("icc-profile-data");
        if let Some(profile) = profile.filter(|profile| fits(profile, header)) {
            let packed = deflate(self.level, profile)?;
            chunk(&mut out, *b"iCCP", &[b"icc\0\0", &packed])?;
        }
        if !self.palette.colours.is_empty() {
            chunk(&mut out, *b"PLTE", &[&self.palette.colours])?;
        }
        if !self.palette.alphas.is_empty() {
            chunk(&mut out, *b"tRNS", &[&self.palette.alphas])?;
        }
        if let Some(exif) = header.metadata.blob("exif-data") {
            chunk(&mut out, *b"eXIf", &[exif.strip_prefix(b"Exif\0\0").unwrap_or(exif)])?;
        }
        let per_metre =
            |resolution: f64| (resolution * 1000.0).round().clamp(0.0, f64::from(i32::MAX)) as u32;
        let (x, y) = (per_metre(header.xres), per_metre(header.yres));
        chunk(&mut out, *b"pHYs", &[&x.to_be_bytes(), &y.to_be_bytes(), &[1]])?;
        self.texts(header, &mut out)?;
        Ok(out)
    }

    fn ihdr(&self, out: &mut Vec<u8>) -> Result<()> {
        let Ihdr { width, height, depth, colour, interlaced } = self.ihdr;
        let colour = match colour {
            Colour::Grey => 0,
            Colour::Rgb => 2,
            Colour::Palette => 3,
            Colour::GreyAlpha => 4,
            Colour::Rgba => 6,
        };
        let rest = [depth, colour, 0, 0, u8::from(interlaced)];
        chunk(out, *b"IHDR", &[&width.to_be_bytes(), &height.to_be_bytes(), &rest])
    }

    fn texts(&self, header: &Header, out: &mut Vec<u8>) -> Result<()> {
        if let Some(xmp) = header.metadata.blob("xmp-data") {
            self.text(b"XML:com.adobe.xmp", xmp, out)?;
        }
        for (name, value) in header.metadata.iter() {
            if let (Some(keyword), Meta::String(text)) = (comment_keyword(name), value) {
                self.text(keyword.as_bytes(), text.as_bytes(), out)?;
            }
        }
        Ok(())
    }

    fn text(&self, keyword: &[u8], text: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let packed = deflate(self.level, text)?;
        chunk(out, *b"zTXt", &[keyword, &[0, 0], &packed])
    }
}

/// The keyword in `png-comment-<number>-<keyword>`: up to the first blank, at most 79 characters.
fn comment_keyword(name: &str) -> Option<&str> {
    let (number, rest) = name.strip_prefix("png-comment-")?.split_once('-')?;
    let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let keyword = rest.split_ascii_whitespace().next().filter(|_| numbered)?;
    let end = keyword.char_indices().map(|(at, _)| at).find(|&at| at >= 79);
    keyword.get(..end.unwrap_or(keyword.len())).filter(|keyword| !keyword.is_empty())
}

/// Appends a chunk made of `parts`.
pub(super) fn chunk(out: &mut Vec<u8>, kind: [u8; 4], parts: &[&[u8]]) -> Result<()> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let Some(length) = u32::try_from(length).ok().filter(|&length| i32::try_from(length).is_ok())
    else {
        let text = format!("vips2png: {} of {length} bytes is too long", kind.escape_ascii());
        return Err(Error::new(ErrorKind::Limit, text));
    };
    out.extend(length.to_be_bytes());
    let start = out.len();
    out.extend(kind);
    for part in parts {
        out.extend_from_slice(part);
    }
    let checksum = crc32fast::hash(&out[start..]);
    out.extend(checksum.to_be_bytes());
    Ok(())
}

/// `bytes` as a zlib stream.
fn deflate(level: u32, bytes: &[u8]) -> Result<Vec<u8>> {
    let mut compress = Compress::new(Compression::new(level), true);
    let mut out = Vec::new();
    pack(&mut compress, bytes, &mut out, FlushCompress::Finish)?;
    Ok(out)
}

/// Compresses all of `bytes` onto the end of `out`.
pub(super) fn pack(
    compress: &mut Compress,
    bytes: &[u8],
    out: &mut Vec<u8>,
    flush: FlushCompress,
) -> Result<()> {
    let start = compress.total_in();
    loop {
        let done = (compress.total_in() - start) as usize;
        out.reserve((bytes.len() - done) / 2 + 1024);
        let status = compress.compress_vec(&bytes[done..], out, flush).map_err(|error| {
            Error::new(ErrorKind::Internal, format!("vips2png: {error}")).with_source(error)
        })?;
        let all = (compress.total_in() - start) as usize == bytes.len();
        // room that is left over says that nothing is held back
        let complete = match flush {
            FlushCompress::Finish => status == flate2::Status::StreamEnd,
            _ => all && out.len() < out.capacity(),
        };
        if complete {
            return Ok(());
        }
    }
}
