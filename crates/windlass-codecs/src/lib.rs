//! Image formats of windlass: one folder a format.
//!
//! A format is a struct of options for loading, one for saving, and a [`FormatSpec`] for the search
//! by content and by suffix. The options that all formats share stand in `windlass_core::foreign`.

#![forbid(unsafe_code)]

mod convert;
pub mod exif;
pub mod jpeg;
mod metadata;
pub mod png;
pub mod pyramid;
pub mod raw;
pub mod shrink;
pub mod tiff;
pub mod vips;

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// The formats, in the order in which savers are looked for.
pub const FORMATS: &[&FormatSpec] =
    &[&raw::FORMAT, &vips::FORMAT, &png::FORMAT, &jpeg::FORMAT, &tiff::FORMAT];

/// All loaders and savers, by format.
pub const OPERATIONS: &[&[Entry]] =
    &[raw::OPERATIONS, vips::OPERATIONS, png::OPERATIONS, jpeg::OPERATIONS, tiff::OPERATIONS];
