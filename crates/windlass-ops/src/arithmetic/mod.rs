//! Operations of the family `arithmetic`.

mod invert;

pub use invert::Invert;

use windlass_core::Operation;
use windlass_core::declare::Entry;

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] = &[Invert::ENTRY];
