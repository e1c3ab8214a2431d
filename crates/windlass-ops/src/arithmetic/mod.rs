//! Operations of the family `arithmetic`.

mod abs;
mod add;
mod boolean;
pub(crate) mod decode;
mod divide;
mod invert;
mod linear;
mod multiply;
mod prepare;
mod relational;
mod samples;
mod subtract;
mod sum;

pub use abs::Abs;
pub use add::Add;
pub use boolean::{BitOperation, Boolean, BooleanConst};
pub use divide::Divide;
pub use invert::Invert;
pub use linear::Linear;
pub use multiply::Multiply;
pub use relational::{Relation, Relational, RelationalConst};
pub use subtract::Subtract;
pub use sum::Sum;

use windlass_core::Operation;
use windlass_core::declare::Entry;

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] = &[
    Abs::ENTRY,
    Add::ENTRY,
    Boolean::ENTRY,
    BooleanConst::ENTRY,
    Divide::ENTRY,
    Invert::ENTRY,
    Linear::ENTRY,
    Multiply::ENTRY,
    Relational::ENTRY,
    RelationalConst::ENTRY,
    Subtract::ENTRY,
    Sum::ENTRY,
];
