//! Operations of the family `resample`.

mod affine;
mod axis;
mod interpolation;
mod kernel;
mod mapim;
mod reduce;
mod reduce_axis;
mod resize;
mod shrink;
mod shrink_axis;
mod similarity;
mod thumbnail;
mod upscale;
mod warp;
mod weigh;

pub use affine::{Affine, Displacement};
pub use kernel::Kernel;
pub use mapim::Mapim;
pub use reduce::{Reduce, ReduceH, ReduceV};
pub use resize::Resize;
pub use shrink::{Shrink, ShrinkH, ShrinkV};
pub use similarity::{Rotate, Similarity};
pub use thumbnail::{
    Options as ThumbnailOptions, Size, Thumbnail, ThumbnailBuffer, ThumbnailImage, ThumbnailSource,
};
use windlass_core::Operation;
use windlass_core::declare::Entry;

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] = &[
    Affine::ENTRY,
    Mapim::ENTRY,
    Reduce::ENTRY,
    ReduceH::ENTRY,
    ReduceV::ENTRY,
    Resize::ENTRY,
    Rotate::ENTRY,
    Shrink::ENTRY,
    ShrinkH::ENTRY,
    ShrinkV::ENTRY,
    Similarity::ENTRY,
    Thumbnail::ENTRY,
    ThumbnailBuffer::ENTRY,
    ThumbnailImage::ENTRY,
    ThumbnailSource::ENTRY,
];

/// `value` rounded to an integer, halves away from zero.
fn round_away(value: f64) -> f64 {
    if value > 0.0 { (value + 0.5).trunc() } else { (value - 0.5).trunc() }
}
