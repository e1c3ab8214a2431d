//! Operations of the family `histogram`.

mod case;
mod hist_cum;
mod hist_entropy;
mod hist_equal;
mod hist_ismonotonic;
mod hist_match;
mod hist_norm;
mod hist_plot;
mod local;
mod maplut;
mod percent;
mod prepare;

pub use case::Case;
pub use hist_cum::HistCum;
pub use hist_entropy::HistEntropy;
pub use hist_equal::HistEqual;
pub use hist_ismonotonic::{HistIsmonotonic, Monotonic};
pub use hist_match::HistMatch;
pub use hist_norm::HistNorm;
pub use hist_plot::HistPlot;
pub use local::{HistLocal, Stdif};
pub use maplut::Maplut;
pub use percent::{Percent, Threshold};

use windlass_core::Operation;
use windlass_core::declare::Entry;

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] = &[
    Case::ENTRY,
    HistCum::ENTRY,
    HistEntropy::ENTRY,
    HistEqual::ENTRY,
    HistIsmonotonic::ENTRY,
    HistLocal::ENTRY,
    HistMatch::ENTRY,
    HistNorm::ENTRY,
    HistPlot::ENTRY,
    Maplut::ENTRY,
    Percent::ENTRY,
    Stdif::ENTRY,
];
