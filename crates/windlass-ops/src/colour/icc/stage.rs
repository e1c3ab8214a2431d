//! What a profile does to a colour, as a list of stages.

use super::curve::{Curve, Inverse};
use super::lattice::{Lattice, MOST};
use super::white;

/// A colour of up to 15 values on its way.
pub(super) type Colour = [f32; MOST];

/// The spaces that profiles are connected in, both under D50.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pcs {
    /// CIE Lab
    Lab,
    /// XYZ, Y of white being 1
    Xyz,
}

/// One stage.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// A matrix, then an offset
    Affine([[f32; 3]; 3], [f32; 3]),
    /// A curve for each value
    Curves(Vec<Curve>),
    /// The inverse of a curve for each value
    Inverses(Vec<Inverse>),
    /// CIE Lab to XYZ
    LabToXyz,
    /// A table
    Lattice(Lattice),
    /// One of three values, times a factor
    Pick(usize, f32),
    /// One value, times three factors
    Spread([f32; 3]),
    /// XYZ to CIE Lab
    XyzToLab,
}

/// XYZ of 1 as 16 bits of 0 to 1 say it.
const XYZ_RANGE: f64 = 1.0 + 32767.0 / 32768.0;

impl Stage {
    /// A matrix.
    pub(super) fn matrix(rows: [[f64; 3]; 3]) -> Self {
        Self::affine(rows, [0.0; 3])
    }

    /// A matrix, then an offset.
    pub(super) fn affine(rows: [[f64; 3]; 3], offset: [f64; 3]) -> Self {
        Self::Affine(rows.map(|row| row.map(|x| x as f32)), offset.map(|x| x as f32))
    }

    fn scaled(scale: [f64; 3], offset: [f64; 3]) -> Self {
        let row = |i: usize| std::array::from_fn(|j| if i == j { scale[i] } else { 0.0 });
        Self::affine([row(0), row(1), row(2)], offset)
    }

    /// 0 to 1 as a table says it, to the connection space; `legacy` is the encoding of `lut16Type`.
    pub(super) fn decode(pcs: Pcs, legacy: bool) -> Self {
        let unit = if legacy { 65535.0 / 65280.0 } else { 1.0 };
        match pcs {
            Pcs::Lab => {
                Self::scaled([100.0 * unit, 255.0 * unit, 255.0 * unit], [0.0, -128.0, -128.0])
            }
            Pcs::Xyz => Self::scaled([XYZ_RANGE; 3], [0.0; 3]),
        }
    }

    /// The connection space to 0 to 1 as a table says it.
    pub(super) fn encode(pcs: Pcs, legacy: bool) -> Self {
        let unit = if legacy { 65280.0 / 65535.0 } else { 1.0 };
        let middle = 128.0 / 255.0 * unit;
        match pcs {
            Pcs::Lab => {
                Self::scaled([unit / 100.0, unit / 255.0, unit / 255.0], [0.0, middle, middle])
            }
            Pcs::Xyz => Self::scaled([1.0 / XYZ_RANGE; 3], [0.0; 3]),
        }
    }

    fn run(&self, colour: &mut Colour) {
        let [x, y, z, ..] = *colour;
        match self {
            Self::Affine(rows, offset) => {
                for ((out, row), offset) in colour.iter_mut().zip(rows).zip(offset) {
                    *out = row[0] * x + row[1] * y + row[2] * z + offset;
                }
            }
            Self::Curves(curves) => {
                colour.iter_mut().zip(curves).for_each(|(x, curve)| *x = curve.at(*x));
            }
            Self::Inverses(curves) => {
                colour.iter_mut().zip(curves).for_each(|(x, curve)| *x = curve.at(*x));
            }
            Self::LabToXyz => {
                let xyz = white::xyz_of([x, y, z].map(f64::from));
                colour[..3].copy_from_slice(&xyz.map(|x| x as f32));
            }
            Self::Lattice(lattice) => {
                let point = *colour;
                lattice.at(&point, colour);
            }
            Self::Pick(which, factor) => colour[0] = [x, y, z][*which % 3] * factor,
            Self::Spread(factors) => {
                colour.iter_mut().zip(factors).for_each(|(out, factor)| *out = x * factor);
            }
            Self::XyzToLab => {
                let lab = white::lab_of([x, y, z].map(f64::from));
                colour[..3].copy_from_slice(&lab.map(|x| x as f32));
            }
        }
    }
}

/// Stages, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Pipeline {
    /// Values that it reads
    pub(super) inputs: usize,
    stages: Vec<Stage>,
}

impl Pipeline {
    /// A pipeline of `inputs` values.
    pub(super) fn new(inputs: usize, stages: Vec<Stage>) -> Self {
        Self { inputs, stages }
    }

    /// Adds a stage.
    pub(super) fn push(&mut self, stage: Stage) {
        self.stages.push(stage);
    }

    /// Adds all stages of another.
    pub(super) fn extend(&mut self, other: Self) {
        self.stages.extend(other.stages);
    }

    /// Makes tables of three inputs interpolate by eight points.
    pub(super) fn set_trilinear(&mut self) {
        for stage in &mut self.stages {
            if let Stage::Lattice(lattice) = stage {
                lattice.trilinear = true;
            }
        }
    }

    /// What becomes of a colour.
    pub(super) fn run(&self, colour: &Colour) -> Colour {
        let mut colour = *colour;
        self.stages.iter().for_each(|stage| stage.run(&mut colour));
        colour
    }
}

/// The colour of the first values.
pub(super) fn colour(values: &[f32]) -> Colour {
    let mut colour = [0.0; MOST];
    colour.iter_mut().zip(values).for_each(|(out, value)| *out = *value);
    colour
}
