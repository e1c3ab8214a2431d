use super::prepare::bad;
use crate::coding::{all_decoded, decoded};
use windlass_core::{
    Ask, BandFormat, Build, Header, Image, Operator, Rect, Region, RegionMut, Result, Traits,
    align, cast,
};
use windlass_macros::Operation;

/// Use pixel values to pick cases from an array of images.
///
/// Index 0 picks from the first image, and so on; an index beyond the last picks the last.
#[derive(Operation)]
#[operation(family = "histogram", sequential)]
pub struct Case {
    /// Index image
    pub index: Image,
    /// Array of case images
    pub cases: Vec<Image>,
}

impl Build for Case {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.cases.is_empty() || self.cases.len() > 256 {
            return Err(bad("case: bad number of cases"));
        }
        if self.index.header().bands != 1 {
            return Err(bad("case: index image not 1-band"));
        }
        let cases = align::formats(&all_decoded(&self.cases)?)?;
        let mut images = align::bands("case", &cases, 1)?;
        images.insert(0, cast(&decoded(&self.index)?, BandFormat::U8)?);
        let images = align::sizes(&images)?;
        let cases = &images[1..];
        let Some(header) = Header::inherit(cases) else {
            return Err(bad("case: bad number of cases"));
        };
        let inputs: Vec<&Image> = images.iter().collect();
        let pick = Pick { bounds: header.rect(), count: cases.len() };
        Image::area(header, &inputs, pick)
    }
}

/// The index is input 0, the cases follow. Only those that an index asks for are read.
struct Pick {
    bounds: Rect,
    count: usize,
}

impl Pick {
    /// The case that an index picks.
    fn case(&self, index: u8) -> usize {
        usize::from(index).min(self.count - 1)
    }

    /// Which cases are picked anywhere.
    fn picked(&self, index: &Region<'_>) -> Vec<usize> {
        let mut seen = vec![false; self.count];
        for y in index.rect().top..index.rect().bottom() {
            for x in index.row::<u8>(y) {
                seen[self.case(*x)] = true;
            }
        }
        (0..self.count).filter(|case| seen[*case]).collect()
    }
}

impl Operator for Pick {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { rounds: 2, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let out = out.intersect(&self.bounds);
        ask.read(0, out);
        for case in 0..self.count {
            ask.maybe(case + 1, out);
        }
    }

    fn refine(&self, out: Rect, seen: &[Region<'_>], ask: &mut Ask) {
        for case in self.picked(&seen[0]) {
            ask.read(case + 1, out);
        }
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let index = &inputs[0];
        let picked = self.picked(index);
        let (rect, pixel) = (out.rect(), out.pixel_size());
        if picked.len() == 1 {
            out.copy_from(&inputs[1]);
            return Ok(());
        }
        let mut place = vec![0; self.count];
        for (i, case) in picked.iter().enumerate() {
            place[*case] = i + 1;
        }
        for y in rect.top..rect.bottom() {
            let rows: Vec<&[u8]> = inputs.iter().map(|input| input.bytes(y)).collect();
            let pixels = out.bytes(y).chunks_exact_mut(pixel).zip(index.row::<u8>(y));
            for (x, (out, value)) in pixels.enumerate() {
                let row = rows[place[self.case(*value)]];
                out.copy_from_slice(&row[x * pixel..][..pixel]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_beyond_the_last_picks_the_last() {
        let image =
            |bytes: &[u8]| Image::from_memory(3, 1, 1, BandFormat::U8, bytes.to_vec()).unwrap();
        let cases = vec![image(&[1, 2, 3]), image(&[4, 5, 6])];
        let out = Case::new(image(&[0, 1, 200]), cases).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 5, 6]);
        assert!(Case::new(image(&[0; 3]), vec![]).build().is_err());
    }
}
