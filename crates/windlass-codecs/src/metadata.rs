//! Metadata that several formats carry.

use windlass_core::{Header, Meta};

/// Attaches an EXIF block, as it lies in the file.
pub(crate) fn set_exif(header: &mut Header, block: &[u8]) {
    header.metadata.set("exif-data", Meta::Blob(block.to_vec().into()));
}

/// Text of a file: UTF-8, or else Latin-1.
pub(crate) fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect::<String>().into(),
    }
}
