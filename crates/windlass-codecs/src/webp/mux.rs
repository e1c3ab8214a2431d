//! Blocks of metadata put into a file (RFC 9649 §2.7).

use super::container::{ALPHA, EXIF, File, ICC, XMP};

/// What is to be put in.
#[derive(Debug)]
pub(super) struct Blocks<'a> {
    pub(super) icc: Option<&'a [u8]>,
    pub(super) exif: Option<&'a [u8]>,
    pub(super) xmp: Option<&'a [u8]>,
}

/// The file with its blocks: the profile before the pictures, the others behind them. None where it
/// is no file, or becomes longer than one may be.
pub(super) fn with_blocks(file: Vec<u8>, blocks: &Blocks<'_>) -> Option<Vec<u8>> {
    let flags = [(blocks.icc, ICC), (blocks.exif, EXIF), (blocks.xmp, XMP)];
    let flags: u8 = flags.iter().filter_map(|(block, flag)| block.map(|_| *flag)).sum();
    if flags == 0 {
        return Some(file);
    }
    let parsed = File::parse(&file).ok()?;
    let (header, pictures) = match file.get(12..16)? {
        b"VP8X" => (file[20], file.get(30..)?),
        _ => (if parsed.alpha { ALPHA } else { 0 }, file.get(12..)?),
    };
    let mut out = Vec::new();
    out.try_reserve(file.len() + 64).ok()?;
    out.extend_from_slice(b"RIFF\0\0\0\0WEBP");
    let [w0, w1, w2, _] = (parsed.width - 1).to_le_bytes();
    let [h0, h1, h2, _] = (parsed.height - 1).to_le_bytes();
    chunk(&mut out, *b"VP8X", &[header | flags, 0, 0, 0, w0, w1, w2, h0, h1, h2])?;
    blocks.icc.map_or(Some(()), |icc| chunk(&mut out, *b"ICCP", icc))?;
    out.extend_from_slice(pictures);
    blocks.exif.map_or(Some(()), |exif| chunk(&mut out, *b"EXIF", exif))?;
    blocks.xmp.map_or(Some(()), |xmp| chunk(&mut out, *b"XMP ", xmp))?;
    let size = u32::try_from(out.len() - 8).ok()?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Some(out)
}

fn chunk(out: &mut Vec<u8>, name: [u8; 4], payload: &[u8]) -> Option<()> {
    out.try_reserve(payload.len() + 9).ok()?;
    out.extend_from_slice(&name);
    out.extend_from_slice(&u32::try_from(payload.len()).ok()?.to_le_bytes());
    out.extend_from_slice(payload);
    if payload.len() % 2 == 1 {
        out.push(0);
    }
    Some(())
}
