//! Operations of the family `colour`.

mod cmyk;
mod colourspace;
mod difference;
mod formula;
mod hsv;
mod icc;
mod lab;
mod labq;
mod lch;
mod oklab;
mod profile_load;
mod rad;
mod srgb;
mod step;
mod transfer;
mod uhdr;
mod wide;
mod yxy;

pub use cmyk::{CmykToXyz, XyzToCmyk};
pub use colourspace::Colourspace;
pub use difference::{De00, De76, DeCmc};
pub use hsv::{HsvToSrgb, SrgbToHsv};
pub use icc::{IccExport, IccImport, IccTransform, Intent, Pcs};
pub use lab::{LabToLabs, LabToXyz, LabsToLab, XyzToLab};
pub use labq::{LabToLabq, LabqToLab, LabqToLabs, LabqToSrgb, LabsToLabq};
pub use lch::{CmcToLch, LabToLch, LchToCmc, LchToLab};
pub use oklab::{OklabToOklch, OklabToXyz, OklchToOklab, XyzToOklab};
pub use profile_load::{LoadedProfile, ProfileLoad, loaded};
pub use rad::{FloatToRad, RadToFloat};
pub use srgb::{ScrgbToGrey, ScrgbToSrgb, ScrgbToXyz, SrgbToScrgb, XyzToScrgb};
pub use uhdr::UhdrToScrgb;
pub use yxy::{XyzToYxy, YxyToXyz};

use windlass_core::Operation;
use windlass_core::declare::Entry;

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] = &[
    CmcToLch::ENTRY,
    CmykToXyz::ENTRY,
    Colourspace::ENTRY,
    De00::ENTRY,
    De76::ENTRY,
    DeCmc::ENTRY,
    FloatToRad::ENTRY,
    HsvToSrgb::ENTRY,
    IccExport::ENTRY,
    IccImport::ENTRY,
    IccTransform::ENTRY,
    LabToLabq::ENTRY,
    LabToLabs::ENTRY,
    LabToLch::ENTRY,
    LabToXyz::ENTRY,
    LabqToLab::ENTRY,
    LabqToLabs::ENTRY,
    LabqToSrgb::ENTRY,
    LabsToLab::ENTRY,
    LabsToLabq::ENTRY,
    LchToCmc::ENTRY,
    LchToLab::ENTRY,
    OklabToOklch::ENTRY,
    OklabToXyz::ENTRY,
    OklchToOklab::ENTRY,
    ProfileLoad::ENTRY,
    RadToFloat::ENTRY,
    ScrgbToGrey::ENTRY,
    ScrgbToSrgb::ENTRY,
    ScrgbToXyz::ENTRY,
    SrgbToHsv::ENTRY,
    SrgbToScrgb::ENTRY,
    UhdrToScrgb::ENTRY,
    XyzToCmyk::ENTRY,
    XyzToLab::ENTRY,
    XyzToOklab::ENTRY,
    XyzToScrgb::ENTRY,
    XyzToYxy::ENTRY,
    YxyToXyz::ENTRY,
];
