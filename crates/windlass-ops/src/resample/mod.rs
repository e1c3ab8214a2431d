//! Operations of the family `resample`.

use windlass_core::declare::Entry;

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] = &[];
