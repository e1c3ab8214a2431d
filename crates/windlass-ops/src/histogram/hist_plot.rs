use super::prepare::{bad, check_histogram, check_real};
use crate::arithmetic::{Linear, Max, Min};
use windlass_core::point::{self, PlaceKernel};
use windlass_core::{
    BandFormat, Build, Coding, Header, Image, Interpretation, Result, Sample, dispatch,
};
use windlass_macros::Operation;

/// Plot histogram.
///
/// Bars of 255 on 0: a histogram that lies grows upwards, one that stands to the right. Signed
/// values are counted from the least; floats are scaled to the length of the histogram.
#[derive(Operation)]
#[operation(family = "histogram", name = "hist_plot")]
pub struct HistPlot {
    /// Input image
    pub input: Image,
}

impl Build for HistPlot {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let header = self.input.header();
        if header.coding != Coding::None {
            return Err(bad("hist_plot: image must be uncoded"));
        }
        check_real("hist_plot", &self.input)?;
        check_histogram("hist_plot", &self.input)?;
        let plotted = self.plotted()?;
        let tall = if plotted.header().format == BandFormat::U8 {
            256
        } else {
            (Max::new(&plotted).build()?.out.ceil() as i32).max(1)
        };
        let stands = header.width == 1;
        let (width, height) = if stands { (tall, header.height) } else { (header.width, tall) };
        let fresh = Header {
            interpretation: Interpretation::Histogram,
            ..Header::new(width, height, header.bands, BandFormat::U8)
        };
        let values = values(&plotted)?;
        point::generate(fresh, Bars { values, bands: header.bands as usize, stands, tall })
    }
}

impl HistPlot {
    /// The values to be plotted, none negative.
    fn plotted(&self) -> Result<Image> {
        let header = self.input.header();
        if header.format.is_unsigned() {
            return Ok(self.input.clone());
        }
        let min = Min::new(&self.input).build()?.out;
        if header.format.is_integer() {
            return Linear::new(&self.input, vec![1.0], vec![-min]).build();
        }
        let count = f64::from(header.width) * f64::from(header.height);
        let range = Max::new(&self.input).build()?.out - min;
        if range.abs() > 0.01 {
            let (a, b) = (count / range, -min * count / range);
            return Linear::new(&self.input, vec![a], vec![b]).build();
        }
        let zeros = vec![0; (count * f64::from(header.bands)) as usize];
        Image::from_memory(header.width, header.height, header.bands, BandFormat::U8, zeros)
    }
}

fn values(image: &Image) -> Result<Vec<f64>> {
    dispatch!(image.header().format, T => {
        let samples = super::prepare::samples::<T>(image)?;
        Ok(samples.into_iter().map(Sample::to_f64).collect())
    })
}

struct Bars {
    values: Vec<f64>,
    bands: usize,
    stands: bool,
    tall: i32,
}

impl PlaceKernel for Bars {
    type Out = u8;

    fn row(&self, left: i32, y: i32, output: &mut [u8]) {
        for (pixel, x) in output.chunks_exact_mut(self.bands).zip(left..) {
            let (place, level) = if self.stands { (y, x) } else { (x, self.tall - y) };
            let values = &self.values[place as usize * self.bands..];
            for (out, value) in pixel.iter_mut().zip(values) {
                *out = if *value < f64::from(level) { 0 } else { 255 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_grow_upwards_or_to_the_right() {
        let plot = |width: i32, height: i32| {
            let bytes: Vec<u8> = [3_u16, 1, 0, 2].iter().flat_map(|x| x.to_ne_bytes()).collect();
            let image = Image::from_memory(width, height, 1, BandFormat::U16, bytes).unwrap();
            HistPlot::new(image).build().unwrap().to_memory().unwrap()
        };
        assert_eq!(plot(4, 1), [255, 0, 0, 0, 255, 0, 0, 255, 255, 255, 0, 255]);
        assert_eq!(plot(1, 4), [255, 255, 255, 255, 255, 0, 255, 0, 0, 255, 255, 255]);
    }
}
