//! Operations of the family `arithmetic`.

mod abs;
mod add;
mod avg;
mod boolean;
mod deviate;
mod divide;
mod extreme;
mod getpoint;
mod hist_find;
mod invert;
mod linear;
mod measure;
mod multiply;
mod prepare;
mod profile;
mod project;
mod relational;
mod samples;
mod stats;
mod subtract;
mod sum;
mod survey;
mod window;

pub use abs::Abs;
pub use add::Add;
pub use avg::Avg;
pub use boolean::{BitOperation, Boolean, BooleanConst};
pub use deviate::Deviate;
pub use divide::Divide;
pub use extreme::{Extremes, Max, Min};
pub use getpoint::{Getpoint, Point};
pub use hist_find::HistFind;
pub use invert::Invert;
pub use linear::Linear;
pub use measure::Measure;
pub use multiply::Multiply;
pub use profile::{Profile, Profiles};
pub use project::{Project, Projections};
pub use relational::{Relation, Relational, RelationalConst};
pub use stats::Stats;
pub use subtract::Subtract;
pub use sum::Sum;

use windlass_core::Operation;
use windlass_core::declare::Entry;

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] = &[
    Abs::ENTRY,
    Add::ENTRY,
    Avg::ENTRY,
    Boolean::ENTRY,
    BooleanConst::ENTRY,
    Deviate::ENTRY,
    Divide::ENTRY,
    Getpoint::ENTRY,
    HistFind::ENTRY,
    Invert::ENTRY,
    Linear::ENTRY,
    Max::ENTRY,
    Measure::ENTRY,
    Min::ENTRY,
    Multiply::ENTRY,
    Profile::ENTRY,
    Project::ENTRY,
    Relational::ENTRY,
    RelationalConst::ENTRY,
    Stats::ENTRY,
    Subtract::ENTRY,
    Sum::ENTRY,
];
