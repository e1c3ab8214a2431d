//! Image formats of windlass.

#![forbid(unsafe_code)]

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// The formats, as the search by content and by suffix sees them.
pub const FORMATS: &[&FormatSpec] = &[];

/// All loaders and savers, by format.
pub const OPERATIONS: &[&[Entry]] = &[];
