//! Operations of the family `arithmetic`.

mod abs;
mod add;
mod avg;
mod boolean;
mod clamp;
mod complex;
mod counts;
mod deviate;
mod divide;
mod extreme;
mod find_trim;
mod getpoint;
mod hist_find;
mod hist_find_indexed;
mod hist_find_ndim;
mod hough;
mod invert;
mod linear;
mod math;
mod math2;
mod measure;
mod multiply;
mod pairs;
mod pool;
mod prepare;
mod profile;
mod project;
mod relational;
mod remainder;
mod round;
mod samples;
mod sign;
mod stats;
mod subtract;
mod sum;
mod survey;
mod window;

pub use abs::Abs;
pub use add::Add;
pub use avg::Avg;
pub use boolean::{BitOperation, Boolean, BooleanConst};
pub use clamp::Clamp;
pub use complex::{
    Complex, Complex2, ComplexFunction, ComplexFunction2, ComplexPart, Complexform, Complexget,
};
pub use deviate::Deviate;
pub use divide::Divide;
pub use extreme::{Extremes, Max, Min};
pub use find_trim::{FindTrim, Trim};
pub use getpoint::{Getpoint, Point};
pub use hist_find::HistFind;
pub use hist_find_indexed::{Combine, HistFindIndexed};
pub use hist_find_ndim::HistFindNdim;
pub use hough::{HoughCircle, HoughLine};
pub use invert::Invert;
pub use linear::Linear;
pub use math::{Function, Math};
pub use math2::{Function2, Math2, Math2Const};
pub use measure::Measure;
pub use multiply::Multiply;
pub use pairs::{Maxpair, Minpair};
pub use profile::{Profile, Profiles};
pub use project::{Project, Projections};
pub use relational::{Relation, Relational, RelationalConst};
pub use remainder::{Remainder, RemainderConst};
pub use round::{Round, Rounding};
pub use sign::Sign;
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
    Clamp::ENTRY,
    Complex::ENTRY,
    Complex2::ENTRY,
    Complexform::ENTRY,
    Complexget::ENTRY,
    Deviate::ENTRY,
    Divide::ENTRY,
    FindTrim::ENTRY,
    Getpoint::ENTRY,
    HistFind::ENTRY,
    HistFindIndexed::ENTRY,
    HistFindNdim::ENTRY,
    HoughCircle::ENTRY,
    HoughLine::ENTRY,
    Invert::ENTRY,
    Linear::ENTRY,
    Math::ENTRY,
    Math2::ENTRY,
    Math2Const::ENTRY,
    Max::ENTRY,
    Maxpair::ENTRY,
    Measure::ENTRY,
    Min::ENTRY,
    Minpair::ENTRY,
    Multiply::ENTRY,
    Profile::ENTRY,
    Project::ENTRY,
    Relational::ENTRY,
    RelationalConst::ENTRY,
    Remainder::ENTRY,
    RemainderConst::ENTRY,
    Round::ENTRY,
    Sign::ENTRY,
    Stats::ENTRY,
    Subtract::ENTRY,
    Sum::ENTRY,
];
