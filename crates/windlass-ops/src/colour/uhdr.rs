//! Gain maps: an SDR image and how much brighter each part of it is meant to be (ISO 21496-1).

use super::transfer::decode_8;
use crate::conversion::{bad, derived};
use crate::resample::{Kernel, Resize};
use windlass_core::point::{self, RowKernel2};
use windlass_core::{
    BandFormat, Build, Header, Image, Interpretation, Meta, Metadata, Result, Sees, cast,
};
use windlass_macros::Operation;

/// Transform uhdr to scRGB.
///
/// The gain map is metadata item `gainmap`, how to apply it the items `gainmap-max-content-boost`,
/// `gainmap-min-content-boost`, `gainmap-gamma`, `gainmap-offset-sdr` and `gainmap-offset-hdr`.
#[derive(Operation)]
#[operation(family = "colour", name = "uhdr2scRGB", sequential)]
pub struct UhdrToScrgb {
    /// Input image
    pub input: Image,
}

impl Build for UhdrToScrgb {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let header = self.input.header();
        if header.bands != 3 {
            return Err(bad("uhdr2scRGB: image must have 3 bands"));
        }
        if header.format != BandFormat::U8 {
            return Err(bad("uhdr2scRGB: image must be uchar"));
        }
        let gain = Gain::of(&header.metadata)?;
        let Some(Meta::Image(map)) = header.metadata.get("gainmap") else {
            return Err(bad("uhdr2scRGB: no gain map"));
        };
        let bands = map.header().bands;
        if bands != 1 && bands != 3 {
            return Err(bad("uhdr2scRGB: image must have one or three bands"));
        }
        let map = fitted(&cast(map, BandFormat::U8)?, header)?;
        let out = Header {
            format: BandFormat::F32,
            interpretation: Interpretation::Scrgb,
            ..derived(&self.input)
        };
        point::rows2::<u8, u8, _>(out, &self.input, &map, gain.kernel(bands as usize))
    }
}

/// The map as large as the image.
fn fitted(map: &Image, image: &Header) -> Result<Image> {
    let across = f64::from(image.width) / f64::from(map.header().width);
    let down = f64::from(image.height) / f64::from(map.header().height);
    let map = Resize::new(map, across).vscale(down).kernel(Kernel::Linear).build()?;
    if (map.header().width, map.header().height) == (image.width, image.height) {
        return Ok(map);
    }
    Err(bad("uhdr2scRGB: the gain map can't be made as large as the image"))
}

/// How a gain map is applied, by band.
struct Gain {
    most: [f64; 3],
    least: [f64; 3],
    gamma: [f64; 3],
    offset_sdr: [f64; 3],
    offset_hdr: [f64; 3],
}

impl Gain {
    fn of(metadata: &Metadata) -> Result<Self> {
        let three = |name: &str| match metadata.get(name) {
            Some(Meta::Doubles(values)) => <[f64; 3]>::try_from(&values[..])
                .map_err(|_| bad("image_get_array_float: bad size")),
            _ => Err(bad(format!("vips_image_get: field \"{name}\" not found"))),
        };
        Ok(Self {
            most: three("gainmap-max-content-boost")?,
            least: three("gainmap-min-content-boost")?,
            gamma: three("gainmap-gamma")?,
            offset_sdr: three("gainmap-offset-sdr")?,
            offset_hdr: three("gainmap-offset-hdr")?,
        })
    }

    /// The kernel for a map of one band, whose constants are those of green, or of three.
    fn kernel(&self, bands: usize) -> Brighten {
        let of = |band: usize| if bands == 1 { 1 } else { band };
        let light = decode_8();
        let boost = |band: usize, level: usize| {
            let band = of(band);
            let gain = if bands == 1 { level as f64 / 255.0 } else { f64::from(light[level]) };
            let gain = match self.gamma[band] {
                1.0 => gain,
                gamma => libm::pow(gain, 1.0 / gamma),
            };
            let (least, most) = (libm::log2(self.least[band]), libm::log2(self.most[band]));
            libm::exp2(least * (1.0 - gain) + most * gain) as f32
        };
        let boosts = std::array::from_fn(|band| (0..256).map(|level| boost(band, level)).collect());
        Brighten {
            bands,
            boosts,
            offset_sdr: std::array::from_fn(|band| self.offset_sdr[of(band)] as f32),
            offset_hdr: std::array::from_fn(|band| self.offset_hdr[of(band)] as f32),
        }
    }
}

/// Light of sRGB bytes times what the map says.
struct Brighten {
    /// Bands of the map
    bands: usize,
    /// By band, what each level of the map multiplies by
    boosts: [Vec<f32>; 3],
    offset_sdr: [f32; 3],
    offset_hdr: [f32; 3],
}

impl RowKernel2<u8, u8> for Brighten {
    type Out = f32;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, image: &[u8], map: &[u8], output: &mut [f32]) {
        let light = decode_8();
        let pixels = image.as_chunks::<3>().0.iter().zip(map.chunks_exact(self.bands));
        for (out, (pixel, gain)) in output.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
            for (band, out) in out.iter_mut().enumerate() {
                let level = gain[if self.bands == 1 { 0 } else { band }];
                let boost = self.boosts[band][usize::from(level)];
                let linear = light[usize::from(pixel[band])] + self.offset_sdr[band];
                *out = linear * boost - self.offset_hdr[band];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_makes_brighter() {
        let image = Image::from_memory(1, 1, 3, BandFormat::U8, vec![255; 3]).unwrap();
        let map = Image::from_memory(1, 1, 1, BandFormat::U8, vec![255]).unwrap();
        let mut header = image.header().clone();
        for (name, value) in [
            ("gainmap-max-content-boost", 4.0),
            ("gainmap-min-content-boost", 1.0),
            ("gainmap-gamma", 1.0),
            ("gainmap-offset-sdr", 0.0),
            ("gainmap-offset-hdr", 0.5),
        ] {
            header.metadata.set(name, Meta::Doubles(vec![value; 3].into()));
        }
        let plain = image.with_header(header.clone()).unwrap();
        assert!(UhdrToScrgb::new(plain).build().is_err());
        header.metadata.set("gainmap", Meta::Image(map));
        let out = UhdrToScrgb::new(image.with_header(header).unwrap()).build().unwrap();
        assert_eq!(out.pixels().unwrap().samples::<f32>(0), [3.5; 3]);
    }
}
