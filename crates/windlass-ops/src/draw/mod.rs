//! Operations of the family `draw`.
//!
//! They have value semantics: what is drawn on is a copy, whose rows are shared with the input as
//! far as they stay the same. Drawing happens when the operation is called.

mod circle;
mod flood;
mod image;
mod line;
mod mask;
mod rect;
mod smudge;
mod spans;

pub use circle::DrawCircle;
pub use flood::{DrawFlood, Flooded};
pub use image::{CombineMode, DrawImage};
pub use line::DrawLine;
pub use mask::DrawMask;
pub use rect::DrawRect;
pub use smudge::DrawSmudge;

use windlass_core::Operation;
use windlass_core::declare::Entry;

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] = &[
    DrawCircle::ENTRY,
    DrawFlood::ENTRY,
    DrawImage::ENTRY,
    DrawLine::ENTRY,
    DrawMask::ENTRY,
    DrawRect::ENTRY,
    DrawSmudge::ENTRY,
];
