//! Operations of the family `conversion`.

mod arrayjoin;
mod attention;
mod autorot;
mod bandbool;
mod bandfold;
mod bandjoin;
mod bandmean;
mod bandrank;
mod bands;
mod byteswap;
mod caches;
mod cast;
mod composite;
mod copy;
mod embed;
mod extract_area;
mod extract_band;
mod falsecolour;
mod flatten;
mod flip;
mod gamma;
mod gravity;
mod grid;
mod ifthenelse;
mod insert;
mod join;
mod msb;
mod premultiply;
mod recomb;
mod replicate;
mod rot;
mod rot45;
mod scale;
mod smartcrop;
mod subsample;
mod switch;
mod tiled;
mod transpose3d;
mod unpremultiply;
mod wrap;
mod zoom;

pub use arrayjoin::Arrayjoin;
pub use autorot::{Autorot, Upright};
pub use bandbool::Bandbool;
pub use bandfold::{Bandfold, Bandunfold};
pub use bandjoin::{Addalpha, Bandjoin, BandjoinConst};
pub use bandmean::Bandmean;
pub use bandrank::Bandrank;
pub use byteswap::Byteswap;
pub use caches::{Access, Cache, Linecache, Sequential, Tilecache};
pub use cast::Cast;
pub use composite::{BlendMode, Composite, Composite2};
pub use copy::Copy;
pub use embed::{Embed, Extend};
pub use extract_area::ExtractArea;
pub use extract_band::ExtractBand;
pub use falsecolour::Falsecolour;
pub use flatten::Flatten;
pub use flip::{Direction, Flip};
pub use gamma::Gamma;
pub use gravity::{CompassDirection, Gravity};
pub use grid::Grid;
pub use ifthenelse::Ifthenelse;
pub use insert::Insert;
pub use join::{Align, Join};
pub use msb::Msb;
pub use premultiply::Premultiply;
pub use recomb::Recomb;
pub use replicate::Replicate;
pub use rot::{Angle, Rot};
pub use rot45::{Angle45, Rot45};
pub use scale::Scale;
pub use smartcrop::{Cropped, Interesting, Smartcrop};
pub use subsample::Subsample;
pub use switch::Switch;
pub use transpose3d::Transpose3d;
pub use unpremultiply::Unpremultiply;
pub use wrap::Wrap;
pub use zoom::Zoom;

use windlass_core::declare::Entry;
use windlass_core::{Error, ErrorKind, Header, Image, Operation, Result};

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] = &[
    Addalpha::ENTRY,
    Arrayjoin::ENTRY,
    Autorot::ENTRY,
    Bandbool::ENTRY,
    Bandfold::ENTRY,
    Bandjoin::ENTRY,
    BandjoinConst::ENTRY,
    Bandmean::ENTRY,
    Bandrank::ENTRY,
    Bandunfold::ENTRY,
    Byteswap::ENTRY,
    Cache::ENTRY,
    Cast::ENTRY,
    Composite::ENTRY,
    Composite2::ENTRY,
    Copy::ENTRY,
    Embed::ENTRY,
    ExtractArea::ENTRY,
    ExtractBand::ENTRY,
    Falsecolour::ENTRY,
    Flatten::ENTRY,
    Flip::ENTRY,
    Gamma::ENTRY,
    Gravity::ENTRY,
    Grid::ENTRY,
    Ifthenelse::ENTRY,
    Insert::ENTRY,
    Join::ENTRY,
    Linecache::ENTRY,
    Msb::ENTRY,
    Premultiply::ENTRY,
    Recomb::ENTRY,
    Replicate::ENTRY,
    Rot::ENTRY,
    Rot45::ENTRY,
    Scale::ENTRY,
    Sequential::ENTRY,
    Smartcrop::ENTRY,
    Subsample::ENTRY,
    Switch::ENTRY,
    Tilecache::ENTRY,
    Transpose3d::ENTRY,
    Unpremultiply::ENTRY,
    Wrap::ENTRY,
    Zoom::ENTRY,
];

/// The header of an image made from `image`, before the operation changes it.
pub(crate) fn derived(image: &Image) -> Header {
    Header { filename: None, ..image.header().clone() }
}

/// The same pixels as a new image.
pub(crate) fn copied(image: &Image) -> Result<Image> {
    image.with_header(derived(image))
}

/// A call that does not fit its arguments.
pub(crate) fn bad(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::BadArgument, text)
}
