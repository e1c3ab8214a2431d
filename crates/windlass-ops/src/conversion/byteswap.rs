use super::{copied, derived};
use windlass_core::{BandFormat, Build, Coding, Image, Kernel, Result, Run, Sees};
use windlass_macros::Operation;

/// Byteswap an image.
///
/// Reverses the bytes of each component: between little and big endian.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Byteswap {
    /// Input image
    pub input: Image,
}

impl Build for Byteswap {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let header = derived(&self.input);
        if header.coding != Coding::None || header.format.is_8bit() {
            return copied(&self.input);
        }
        let reverse = match header.format {
            BandFormat::U16 | BandFormat::I16 => reversed::<2>,
            BandFormat::F64 => reversed::<8>,
            // as the reference does: both parts of a double complex number at once
            BandFormat::C128 => reversed::<16>,
            _ => reversed::<4>,
        };
        Image::point(header, &[&self.input], Swap { reverse })
    }
}

fn reversed<const N: usize>(input: &[u8], output: &mut [u8]) {
    for (out, x) in output.as_chunks_mut::<N>().0.iter_mut().zip(input.as_chunks::<N>().0) {
        *out = *x;
        out.reverse();
    }
}

/// Bytes in reverse order.
struct Swap {
    reverse: fn(&[u8], &mut [u8]),
}

impl Kernel for Swap {
    fn sees(&self) -> Sees {
        Sees::Sample
    }

    fn run(&self, inputs: &[&[u8]], out: &mut [u8], _: Run) {
        (self.reverse)(inputs[0], out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_change_places() {
        let image = Image::from_memory(2, 1, 1, BandFormat::U16, vec![1, 2, 3, 4]).unwrap();
        assert_eq!(Byteswap::new(image).build().unwrap().to_memory().unwrap(), [2, 1, 4, 3]);
    }
}
