//! Operations of the family `convolution`.

mod bytes;
mod conv;
mod convf;
mod convi;
mod convsep;
mod gaussblur;
pub(crate) mod mask;
mod sums;

pub use conv::Conv;
pub use convf::Convf;
pub use convi::Convi;
pub use convsep::Convsep;
pub use gaussblur::Gaussblur;
use windlass_core::Operation;
use windlass_core::declare::Entry;

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] =
    &[Conv::ENTRY, Convf::ENTRY, Convi::ENTRY, Convsep::ENTRY, Gaussblur::ENTRY];
