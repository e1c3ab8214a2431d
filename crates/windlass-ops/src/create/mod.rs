//! Operations of the family `create`.

mod black;
mod buildlut;
mod eye;
mod gaussmat;
mod gaussnoise;
mod grey;
mod identity;
mod invertlut;
mod logmat;
mod masks;
mod perlin;
mod precision;
mod prepare;
mod random;
mod sdf;
mod sines;
mod tonelut;
mod worley;
mod xyz;
mod zone;

pub use black::Black;
pub use buildlut::Buildlut;
pub use eye::Eye;
pub use gaussmat::Gaussmat;
pub use gaussnoise::Gaussnoise;
pub use grey::Grey;
pub use identity::Identity;
pub use invertlut::Invertlut;
pub use logmat::Logmat;
pub use masks::{
    MaskButterworth, MaskButterworthBand, MaskButterworthRing, MaskFractal, MaskGaussian,
    MaskGaussianBand, MaskGaussianRing, MaskIdeal, MaskIdealBand, MaskIdealRing, MaskOptions,
};
pub use perlin::Perlin;
pub use precision::Precision;
pub use sdf::{Sdf, Shape};
pub use sines::Sines;
pub use tonelut::Tonelut;
pub use worley::Worley;
pub use xyz::Xyz;
pub use zone::Zone;

use windlass_core::Operation;
use windlass_core::declare::Entry;

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] = &[
    Black::ENTRY,
    Buildlut::ENTRY,
    Eye::ENTRY,
    Gaussmat::ENTRY,
    Gaussnoise::ENTRY,
    Grey::ENTRY,
    Identity::ENTRY,
    Invertlut::ENTRY,
    Logmat::ENTRY,
    MaskButterworth::ENTRY,
    MaskButterworthBand::ENTRY,
    MaskButterworthRing::ENTRY,
    MaskFractal::ENTRY,
    MaskGaussian::ENTRY,
    MaskGaussianBand::ENTRY,
    MaskGaussianRing::ENTRY,
    MaskIdeal::ENTRY,
    MaskIdealBand::ENTRY,
    MaskIdealRing::ENTRY,
    Perlin::ENTRY,
    Sdf::ENTRY,
    Sines::ENTRY,
    Tonelut::ENTRY,
    Worley::ENTRY,
    Xyz::ENTRY,
    Zone::ENTRY,
];
