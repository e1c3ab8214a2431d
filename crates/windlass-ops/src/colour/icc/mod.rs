//! Colour management by ICC profiles: import, export, transform.
//!
//! The engine is our own: it reads the profiles, connects them by the rules of Little CMS (black
//! points, absolute intent and all), and computes or bakes a table. Crates that were tried lack black
//! point compensation and the absolute intent, so their parts would have had to be split at the
//! connection space and baked anyway.

mod bytes;
mod convert;
mod curve;
mod lattice;
mod link;
mod operations;
mod profile;
mod select;
mod stage;
mod white;

pub use operations::{IccExport, IccImport, IccTransform};

use windlass_macros::ArgEnum;

/// The rendering intent.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsIntent")]
#[non_exhaustive]
pub enum Intent {
    /// Perceptual rendering intent
    Perceptual = 0,
    /// Relative colorimetric rendering intent
    Relative = 1,
    /// Saturation rendering intent
    Saturation = 2,
    /// Absolute colorimetric rendering intent
    Absolute = 3,
    /// The intent that the profile suggests
    Auto = 32,
}

impl Intent {
    /// The intent of that number in a profile's header.
    fn of_number(number: u32) -> Option<Self> {
        [Self::Perceptual, Self::Relative, Self::Saturation, Self::Absolute]
            .get(usize::try_from(number).ok()?)
            .copied()
    }
}

/// The profile connection space.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsPCS")]
#[non_exhaustive]
pub enum Pcs {
    /// CIELAB
    Lab = 0,
    /// CIEXYZ
    Xyz = 1,
}
