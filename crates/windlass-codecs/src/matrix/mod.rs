//! Matrices as text (`reference/formats/text-and-raw.md` §2).

mod header;
mod load;
mod save;

pub use load::MatrixLoad;
pub use save::{MatrixPrint, MatrixSave};

use windlass_core::Operation;
use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// Matrices as the search sees them.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "matrix",
    loader: Some("matrixload"),
    saver: Some("matrixsave"),
    suffixes: &[".mat"],
    priority: 0,
    sniff: header::sniff,
    trusted: true,
};

/// The loaders and savers of matrices.
pub const OPERATIONS: &[Entry] = &[
    MatrixLoad::LOADERS[0],
    MatrixLoad::LOADERS[1],
    MatrixSave::SAVERS[0],
    MatrixSave::SAVERS[1],
    MatrixPrint::ENTRY,
];
