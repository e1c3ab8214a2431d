//! Metadata that several formats carry.

use crate::exif;
use windlass_core::{Header, Meta, Result};

/// Attaches an EXIF block, as it lies in the file, and what it says.
pub(crate) fn set_exif(header: &mut Header, block: &[u8]) -> Result<()> {
    header.metadata.set("exif-data", Meta::Blob(block.to_vec().into()));
    exif::decode(block, header)
}

/// Text of a file: UTF-8, or else Latin-1.
pub(crate) fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect::<String>().into(),
    }
}

/// An item that is a number.
pub(crate) fn double(header: &Header, name: &str) -> Option<f64> {
    match header.metadata.get(name)? {
        Meta::Double(value) => Some(*value),
        Meta::Int(value) => Some(f64::from(*value)),
        _ => None,
    }
}
