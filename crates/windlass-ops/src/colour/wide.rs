//! The kernel of conversions by formula: pixels are taken apart into planes of floats, go through
//! steps, and are put together again. A route of several conversions is one kernel of many steps.

use super::transfer::{decode_8, decode_16, encode_8, encode_16};
use crate::coding::{lab_of, labq_of, rad_of, scrgb_of};
use windlass_core::{BandFormat, Kernel, Run, Sees};
use windlass_simd::colour::{self, CHUNK, Matrix, Planes, bits_of};

/// How pixels become planes of floats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Read {
    /// Three floats
    Floats,
    /// `short` Lab, to Lab
    Labs,
    /// Packed Lab, to Lab
    Labq,
    /// Radiance, to linear light
    Rad,
    /// sRGB of 8 bits, to linear light
    Srgb8,
    /// sRGB of 16 bits, to linear light
    Srgb16,
}

/// How planes of floats become pixels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Write {
    /// Three floats
    Floats,
    /// Linear light, to grey of 8 bits
    Grey8,
    /// Linear light, to grey of 16 bits
    Grey16,
    /// Lab, to packed Lab
    Labq,
    /// Lab, to `short` Lab
    Labs,
    /// Linear light, to Radiance
    Rad,
    /// Linear light, to sRGB of 8 bits
    Srgb8,
    /// Linear light, to sRGB of 16 bits
    Srgb16,
}

/// A step from floats to floats.
#[derive(Clone, Copy, Debug)]
pub(super) enum Planar {
    /// A function of each colour
    Each(fn([f32; 3]) -> [f32; 3]),
    /// CIE Lab to XYZ, relative to a white
    LabToXyz([f32; 3]),
    /// A matrix
    Matrix(Matrix),
    /// XYZ to CIE Lab, relative to a white
    XyzToLab([f32; 3]),
}

impl Read {
    /// Bytes of a pixel.
    const fn pixel_size(self) -> usize {
        match self {
            Self::Floats => 12,
            Self::Labs | Self::Srgb16 => 6,
            Self::Labq | Self::Rad => 4,
            Self::Srgb8 => 3,
        }
    }

    /// The format of a sample.
    pub(super) const fn format(self) -> BandFormat {
        match self {
            Self::Floats => BandFormat::F32,
            Self::Labs => BandFormat::I16,
            Self::Srgb16 => BandFormat::U16,
            Self::Labq | Self::Rad | Self::Srgb8 => BandFormat::U8,
        }
    }

    fn run(self, pixels: &[u8], planes: &mut Planes) {
        match self {
            Self::Floats => colour::read_floats(bytemuck::cast_slice(pixels), planes),
            Self::Labs => {
                planes.read(bytemuck::cast_slice::<_, i16>(pixels), f32::from);
                planes.each(|[l, a, b]| [l / 327.67, a / 256.0, b / 256.0]);
            }
            Self::Labq => unpack(pixels, planes, lab_of),
            Self::Rad => unpack(pixels, planes, scrgb_of),
            Self::Srgb8 => {
                let table = decode_8();
                planes.read(pixels, |x| table[usize::from(x)]);
            }
            Self::Srgb16 => {
                let table = decode_16();
                planes.read(bytemuck::cast_slice::<_, u16>(pixels), |x| table[usize::from(x)]);
            }
        }
    }
}

fn unpack(pixels: &[u8], planes: &mut Planes, colour: fn([u8; 4]) -> [f32; 3]) {
    let [a, b, c] = &mut planes.bands;
    for (((a, b), c), pixel) in a.iter_mut().zip(b).zip(c).zip(pixels.as_chunks().0) {
        [*a, *b, *c] = colour(*pixel);
    }
}

impl Write {
    /// Bytes of a pixel.
    const fn pixel_size(self) -> usize {
        match self {
            Self::Floats => 12,
            Self::Labs | Self::Srgb16 => 6,
            Self::Labq | Self::Rad => 4,
            Self::Srgb8 => 3,
            Self::Grey16 => 2,
            Self::Grey8 => 1,
        }
    }

    /// The format of a sample.
    pub(super) const fn format(self) -> BandFormat {
        match self {
            Self::Floats => BandFormat::F32,
            Self::Labs => BandFormat::I16,
            Self::Srgb16 | Self::Grey16 => BandFormat::U16,
            Self::Labq | Self::Rad | Self::Srgb8 | Self::Grey8 => BandFormat::U8,
        }
    }

    fn run(self, planes: &mut Planes, pixels: &mut [u8]) {
        match self {
            Self::Floats => colour::write_floats(planes, bytemuck::cast_slice_mut(pixels)),
            Self::Grey8 => {
                grey(planes);
                colour::encode(planes, encode_8());
                let levels = pixels.iter_mut().zip(&planes.bands[0]);
                levels.for_each(|(out, x)| *out = bits_of(*x) as u8);
            }
            Self::Grey16 => {
                grey(planes);
                colour::encode(planes, encode_16());
                let pixels = bytemuck::cast_slice_mut::<_, u16>(pixels).iter_mut();
                pixels.zip(&planes.bands[0]).for_each(|(out, x)| *out = bits_of(*x) as u16);
            }
            Self::Labq => pack(planes, pixels, labq_of),
            Self::Labs => {
                planes.each(|[l, a, b]| {
                    [clip(l * 327.67, 0.0), clip(a * 256.0, -32768.0), clip(b * 256.0, -32768.0)]
                });
                planes.write(bytemuck::cast_slice_mut(pixels), |x| x as i16);
            }
            Self::Rad => pack(planes, pixels, rad_of),
            Self::Srgb8 => {
                colour::encode(planes, encode_8());
                colour::write_bytes(planes, pixels);
            }
            Self::Srgb16 => {
                colour::encode(planes, encode_16());
                colour::write_words(planes, bytemuck::cast_slice_mut(pixels));
            }
        }
    }
}

/// The luminance of linear light (ITU-R BT.709) in the first plane; nothing in the others.
fn grey(planes: &mut Planes) {
    planes.each(|[r, g, b]| [0.2126 * r + 0.7152 * g + 0.0722 * b, 0.0, 0.0]);
}

/// Within what a `short` holds; what is not a number stays so, and becomes 0 when it is cast.
fn clip(x: f32, least: f32) -> f32 {
    let x = if x < least { least } else { x };
    if x > 32767.0 { 32767.0 } else { x }
}

fn pack(planes: &Planes, pixels: &mut [u8], packed: fn([f32; 3]) -> [u8; 4]) {
    let [a, b, c] = &planes.bands;
    for (((a, b), c), pixel) in a.iter().zip(b).zip(c).zip(pixels.as_chunks_mut().0) {
        *pixel = packed([*a, *b, *c]);
    }
}

impl Planar {
    /// Does the step.
    pub(super) fn run(self, planes: &mut Planes) {
        match self {
            Self::Each(function) => planes.each(function),
            Self::LabToXyz(white) => colour::lab_to_xyz(planes, white),
            Self::Matrix(matrix) => colour::multiply(planes, &matrix),
            Self::XyzToLab(white) => colour::xyz_to_lab(planes, white),
        }
    }
}

/// Several steps, one after the other, on pixels taken apart once.
#[derive(Debug)]
pub(super) struct Wide {
    pub(super) read: Read,
    pub(super) steps: Vec<Planar>,
    pub(super) write: Write,
}

impl Kernel for Wide {
    fn sees(&self) -> Sees {
        Sees::Pixel
    }

    fn run(&self, inputs: &[&[u8]], out: &mut [u8], _: Run) {
        let mut planes = Planes::default();
        let input = inputs[0].chunks(CHUNK * self.read.pixel_size());
        for (pixels, out) in input.zip(out.chunks_mut(CHUNK * self.write.pixel_size())) {
            self.read.run(pixels, &mut planes);
            self.steps.iter().for_each(|step| step.run(&mut planes));
            self.write.run(&mut planes, out);
        }
    }
}
