//! Operations of the family `morphology`.

mod extremes;
mod morph;
mod rank;

pub use morph::{Morph, OperationMorphology};
pub use rank::Rank;
use windlass_core::Operation;
use windlass_core::declare::Entry;

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] = &[Morph::ENTRY, Rank::ENTRY];
