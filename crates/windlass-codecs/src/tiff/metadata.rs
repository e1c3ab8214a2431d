//! What a directory says beside the pixels.

use super::file::{Directory, File};
use super::page::Layout;
use super::tags;
use crate::metadata;
use windlass_core::{Header, Meta, Result};

/// Sets resolution and metadata of `header`.
pub(super) fn set(
    file: &File<'_>,
    directory: &Directory,
    layout: &Layout,
    header: &mut Header,
) -> Result<()> {
    resolution(file, directory, header);
    let items = &mut header.metadata;
    for (tag, names) in BLOBS {
        let Some(entry) = directory.get(tag) else { continue };
        let bytes = bytes::Bytes::from(file.blob(entry)?);
        for name in names.iter().filter(|_| !bytes.is_empty()) {
            items.set(name, Meta::Blob(bytes.clone()));
        }
    }
    if let Some(entry) = directory.get(tags::IMAGE_DESCRIPTION) {
        let bytes = file.blob(entry)?;
        let text = bytes.split(|byte| *byte == 0).next().unwrap_or(&[]);
        items.set("image-description", Meta::String(metadata::text(text).into()));
    }
    items.set("orientation", Meta::Int(layout.orientation.into()));
    let bits = if layout.is_subsampled() { 8 } else { layout.bits };
    items.set("bits-per-sample", Meta::Int(bits as i32));
    if layout.tiled {
        items.set("tile-width", Meta::Int(layout.chunk.0 as i32));
        items.set("tile-height", Meta::Int(layout.chunk.1 as i32));
    }
    if layout.photometric == tags::LOGLUV {
        let stonits = file.real(directory, tags::STONITS).unwrap_or(1.0);
        items.set("stonits", Meta::Double(stonits));
    }
    let children = directory.get(tags::SUB_IFDS).map(|_| file.children(directory).len());
    if let Some(children) = children {
        items.set("n-subifds", Meta::Int(children as i32));
    }
    Ok(())
}

/// Items that are bytes as they lie in the file.
const BLOBS: [(u16, &[&str]); 4] = [
    (tags::ICC_PROFILE, &["icc-profile-data"]),
    (tags::XMP, &["xmp-data"]),
    (tags::IPTC, &["iptc-data", "ipct-data"]),
    (tags::PHOTOSHOP, &["photoshop-data"]),
];

/// Pixels per millimetre.
fn resolution(file: &File<'_>, directory: &Directory, header: &mut Header) {
    let value = |tag| file.real(directory, tag).map(|value| value as f32);
    let (x, y) = (value(tags::X_RESOLUTION), value(tags::Y_RESOLUTION));
    if x.is_none() && y.is_none() {
        return;
    }
    let (scale, unit) = match file.integer(directory, tags::RESOLUTION_UNIT) {
        Some(1) => (1.0, None),
        Some(3) => (10.0, Some("cm")),
        // inches unless the file says otherwise, whatever it says instead
        _ => (25.4, Some("in")),
    };
    // the reference divides floats of 32 bits
    let scaled = |value: Option<f32>| f64::from(value.unwrap_or(0.0) / scale);
    (header.xres, header.yres) = (scaled(x), scaled(y));
    if let Some(unit) = unit {
        header.metadata.set("resolution-unit", Meta::String(unit.into()));
    }
}
