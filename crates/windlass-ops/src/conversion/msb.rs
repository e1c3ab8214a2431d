use super::bands::gather;
use super::{bad, copied, derived};
use windlass_core::{
    BandFormat, Build, Coding, Header, Image, Interpretation, Kernel, Result, Run, Sees,
};
use windlass_macros::Operation;

/// Pick most-significant byte from an image.
///
/// The upper byte of every integer, moved to the range of `uchar` where the format is signed.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Msb {
    /// Input image
    pub input: Image,
    /// Band to msb; by default all of them
    #[arg(default = -1, min = -1, max = 100_000_000)]
    pub band: i32,
}

impl Build for Msb {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let old = derived(&self.input);
        let packed = old.coding == Coding::Labq;
        if !packed && old.coding != Coding::None {
            return Err(bad("msb: image coding must be 'none' or 'labq'"));
        }
        if !old.format.is_integer() {
            return Err(bad("msb: image must be integer"));
        }
        if self.band >= if packed { 3 } else { old.bands } {
            return Err(bad("msb: bad band"));
        }
        let all = self.band < 0 || (old.bands == 1 && self.band == 0);
        if all && old.format == BandFormat::U8 {
            return copied(&self.input);
        }
        let bands = if self.band < 0 { old.bands } else { 1 };
        let interpretation =
            if bands == 1 { Interpretation::BlackWhite } else { Interpretation::Multiband };
        let (sample, pixel) = (old.format.size(), old.pixel_size());
        let last = if cfg!(target_endian = "little") { sample - 1 } else { 0 };
        let offset = self.band.max(0) as usize * sample + last;
        let stride = if self.band < 0 { sample } else { pixel };
        let signed = !old.format.is_unsigned() || (packed && self.band > 0);
        let flip = if signed { 0x80 } else { 0 };
        let header =
            Header { bands, format: BandFormat::U8, coding: Coding::None, interpretation, ..old };
        Image::point(header, &[&self.input], Upper { offset, stride, flip })
    }
}

/// One byte of every `stride`.
struct Upper {
    offset: usize,
    stride: usize,
    flip: u8,
}

impl Kernel for Upper {
    fn sees(&self) -> Sees {
        Sees::Pixel
    }

    fn run(&self, inputs: &[&[u8]], out: &mut [u8], _: Run) {
        gather(1, &inputs[0][self.offset..], self.stride, out);
        if self.flip != 0 {
            for x in out {
                *x ^= self.flip;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upper_bytes_are_taken() {
        let samples: Vec<u8> =
            [0x1234_u16, 0x5678, 0xff00].iter().flat_map(|x| x.to_ne_bytes()).collect();
        let image = Image::from_memory(1, 1, 3, BandFormat::U16, samples).unwrap();
        let out = Msb::new(&image).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [18, 86, 255]);
        assert_eq!(Msb::new(&image).band(1).build().unwrap().to_memory().unwrap(), [86]);
        assert!(Msb::new(&image).band(3).build().is_err());
    }
}
