//! Where an image draws attention: edges, skin and saturated colours, blurred and the best taken.
//! The steps and constants are those of `reference/ops/conversion.md` §7.

use super::ExtractBand;
use crate::colour::Colourspace;
use crate::convolution::{Conv, Gaussblur};
use crate::create::Precision;
use crate::resample::Resize;
use windlass_core::{BandFormat, Build, Image, Interpretation, Result, cast};

/// Sides of the image that is searched.
const SIDE: f64 = 32.0;
/// A unit vector in XYZ, the direction of the colours of skin.
const SKIN: [f32; 3] = [0.78, 0.57, 0.44];
/// Pixels whose Y is not above this are too dark to have a colour.
const DARK: f32 = 5.0;

/// The pixel that draws attention, for a crop of `width` by `height`.
pub(super) fn centre(input: &Image, width: i32, height: i32) -> Result<(i32, i32)> {
    let header = input.header();
    let (across, down) = (SIDE / f64::from(header.width), SIDE / f64::from(header.height));
    let size = libm::hypot(f64::from(width) * across, f64::from(height) * down);
    let small = Resize::new(input, across).vscale(down).build()?;
    let scores = scores(&small)?;
    let sigma = (size / 10.0).max(1.0);
    let blurred = samples(&Gaussblur::new(scores, sigma).build()?)?;
    let best =
        (0..blurred.len()).reduce(|best, i| if blurred[i] > blurred[best] { i } else { best });
    let (best, columns) = (best.unwrap_or(0), small.header().width as usize);
    let (x, y) = (best % columns, best / columns);
    Ok(((x as f64 / across) as i32, (y as f64 / down) as i32))
}

/// How much each pixel matters.
fn scores(small: &Image) -> Result<Image> {
    let xyz = Colourspace::new(small, Interpretation::Xyz).build()?;
    let xyz = ExtractBand::new(xyz, 0).n(3).build()?.hold()?;
    let lab = Colourspace::new(&xyz, Interpretation::Lab).build()?;
    let edges = samples(&edges(&ExtractBand::new(&xyz, 1).build()?)?)?;
    let saturation = samples(&ExtractBand::new(lab, 1).build()?)?;
    let colours = samples(&xyz)?;
    let pixels = colours.as_chunks::<3>().0.iter().zip(&edges).zip(&saturation);
    let score = |((colour, edge), saturation): ((&[f32; 3], &f32), &f32)| {
        let coloured = if colour[1] > DARK { skin(*colour) + saturation } else { 0.0 };
        (5.0 * edge).abs() + coloured
    };
    let bytes: Vec<u8> = pixels.map(score).flat_map(f32::to_ne_bytes).collect();
    let header = small.header();
    Image::from_memory(header.width, header.height, 1, BandFormat::F32, bytes)
}

/// The Laplacian.
fn edges(luminance: &Image) -> Result<Image> {
    let mask = [vec![0.0, -1.0, 0.0], vec![-1.0, 4.0, -1.0], vec![0.0, -1.0, 0.0]];
    let mask = Image::from_matrix(&mask)?;
    Conv::new(luminance, mask).precision(Precision::Integer).build()
}

/// 100 for a colour in the direction of skin, less with the distance from it.
fn skin(colour: [f32; 3]) -> f32 {
    let length = |v: [f32; 3]| v.iter().map(|x| x * x).sum::<f32>().sqrt();
    let size = length(colour);
    let unit = if size == 0.0 { [0.0; 3] } else { colour.map(|x| x / size) };
    100.0 - 100.0 * length([unit[0] - SKIN[0], unit[1] - SKIN[1], unit[2] - SKIN[2]])
}

/// All samples, as floats.
fn samples(image: &Image) -> Result<Vec<f32>> {
    Ok(bytemuck::pod_collect_to_vec(&cast(image, BandFormat::F32)?.to_memory()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bright_spot_draws_attention() {
        let mut bytes = vec![10_u8; 100 * 80 * 3];
        for y in 50..60 {
            bytes[(y * 100 + 20) * 3..(y * 100 + 30) * 3].fill(220);
        }
        let image = Image::from_memory(100, 80, 3, BandFormat::U8, bytes).unwrap();
        let (x, y) = centre(&image, 30, 30).unwrap();
        assert!((15..35).contains(&x) && (45..65).contains(&y), "{x}, {y}");
    }
}
