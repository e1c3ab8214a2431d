//! Places where pictures were taken, removed.

use windlass_core::{Build, Image, Meta, Result};
use windlass_macros::Operation;

/// Remove the place where an image was taken
///
/// Of the metadata, what EXIF and XMP say of a position goes: all of the directory GPS, and the
/// properties `exif:GPS…`. The rest stays, and so do the pixels.
#[derive(Operation, Clone, Debug)]
#[operation(family = "foreign", name = "remove_gps")]
#[non_exhaustive]
pub struct RemoveGps {
    /// Input image
    pub input: Image,
}

impl Build for RemoveGps {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let mut header = self.input.header().clone();
        let metadata = &mut header.metadata;
        let names = metadata.iter().map(|(name, _)| name);
        let places: Vec<String> =
            names.filter(|name| name.starts_with("exif-ifd3-")).map(str::to_owned).collect();
        for name in places {
            let _was_there = metadata.remove(&name);
        }
        if header.metadata.blob("exif-data").is_some() {
            // the stored block without the entries whose items are gone
            let block = super::encode(&header)?;
            header.metadata.set("exif-data", Meta::Blob(block.into()));
        }
        if let Some(packet) = header.metadata.blob("xmp-data") {
            let packet = without_properties(packet);
            header.metadata.set("xmp-data", Meta::Blob(packet.into()));
        }
        self.input.with_header(header)
    }
}

/// A packet without properties of a position, be they attributes or elements.
fn without_properties(packet: &[u8]) -> Vec<u8> {
    const PROPERTY: &[u8] = b"exif:GPS";
    let mut out = Vec::with_capacity(packet.len());
    let mut rest = packet;
    while let Some(at) = find(rest, PROPERTY) {
        let (before, found) = rest.split_at(at);
        let end = match before.last() {
            Some(b'<') => element(found),
            _ => attribute(found),
        };
        let Some(end) = end else {
            // not a property but a mention of one
            let (mention, behind) = found.split_at(PROPERTY.len());
            out.extend_from_slice(before);
            out.extend_from_slice(mention);
            rest = behind;
            continue;
        };
        out.extend_from_slice(before.strip_suffix(b"<").unwrap_or(before));
        rest = &found[end..];
    }
    out.extend_from_slice(rest);
    out
}

/// Where an attribute ends.
fn attribute(from: &[u8]) -> Option<usize> {
    let start = from.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    let named = from[..start].trim_ascii_end().strip_suffix(b"=")?;
    let name = named.trim_ascii_end();
    if !name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b':') {
        return None;
    }
    let quote = from[start];
    let length = from[start + 1..].iter().position(|&byte| byte == quote)?;
    Some(start + length + 2)
}

/// Where an element ends, begun behind its `<`.
fn element(from: &[u8]) -> Option<usize> {
    let name = from.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b':'))?;
    let opened = from.iter().position(|&byte| byte == b'>')?;
    if from[..opened].ends_with(b"/") {
        return Some(opened + 1);
    }
    let closing = [b"</", &from[..name], b">"].concat();
    Some(opened + find(&from[opened..], &closing)? + closing.len())
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn properties_go_and_others_stay() {
        let packet = b"<a exif:GPSLatitude=\"51,30N\" b='1'><exif:GPSAltitude>3</exif:GPSAltitude>\
            <exif:GPSTag/><c>exif:GPS</c></a>";
        assert_eq!(without_properties(packet), b"<a  b='1'><c>exif:GPS</c></a>");
        assert_eq!(without_properties(b"exif:GPS"), b"exif:GPS");
        assert_eq!(without_properties(b"<exif:GPSTag>"), b"<exif:GPSTag>");
    }

    #[test]
    fn the_directory_goes() -> Result<()> {
        let image = Image::from_memory(1, 1, 1, BandFormat::U8, vec![0])?;
        let mut header = image.header().clone();
        for (name, value) in
            [("exif-ifd3-GPSLatitude", "51/1 30/1 0/1"), ("exif-ifd0-Artist", "me")]
        {
            header.metadata.set(name, Meta::String(value.into()));
        }
        let block = super::super::encode(&header)?;
        header.metadata.set("exif-data", Meta::Blob(block.into()));
        let out = RemoveGps { input: image.with_header(header)? }.build()?;
        let metadata = &out.header().metadata;
        assert!(metadata.string("exif-ifd3-GPSLatitude").is_none());
        let mut read = image.header().clone();
        super::super::decode(metadata.blob("exif-data").expect("it is kept"), &mut read)?;
        assert!(read.metadata.iter().all(|(name, _)| !name.starts_with("exif-ifd3-")));
        assert!(
            read.metadata.string("exif-ifd0-Artist").is_some_and(|text| text.starts_with("me"))
        );
        Ok(())
    }
}
