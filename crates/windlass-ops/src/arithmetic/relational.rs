use super::prepare::{Pair, WithConstants};
use super::samples::{Arithmetic, Square};
use windlass_core::{BandFormat, Build, Image, Integer, Result, Sample, dispatch};
use windlass_macros::{ArgEnum, Operation};

/// How to compare.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsOperationRelational")]
#[non_exhaustive]
pub enum Relation {
    /// Equal
    Equal,
    /// Not equal
    Noteq,
    /// Less than
    Less,
    /// Less than or equal
    Lesseq,
    /// More than
    More,
    /// More than or equal
    Moreeq,
}

/// Compare two images.
///
/// The result is `uchar`: 255 where the relation holds, else 0. Complex images are ordered by
/// their modulus.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Relational {
    /// Left-hand image argument
    pub left: Image,
    /// Right-hand image argument
    pub right: Image,
    /// Relational to perform
    pub relational: Relation,
}

impl Build for Relational {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let pair = Pair::new("relational", &self.left, &self.right)?;
        dispatch!(pair.format(), T => match self.relational {
            Relation::Equal => pair.map(|a: T, b: T| truth(a == b)),
            Relation::Noteq => pair.map(|a: T, b: T| truth(a != b)),
            Relation::Less => pair.map(|a: T, b: T| truth(a.less(b))),
            Relation::Lesseq => pair.map(|a: T, b: T| truth(a.less_equal(b))),
            Relation::More => pair.map(|a: T, b: T| truth(b.less(a))),
            Relation::Moreeq => pair.map(|a: T, b: T| truth(b.less_equal(a))),
        })
    }
}

/// Compare an image with constants.
///
/// `c` has one value for all bands, or one for each. The result is `uchar`: 255 where the relation
/// holds, else 0. Complex images are ordered by their modulus.
#[derive(Operation)]
#[operation(family = "arithmetic", name = "relational_const", sequential)]
pub struct RelationalConst {
    /// Input image
    pub input: Image,
    /// Relational to perform
    pub relational: Relation,
    /// Array of constants
    pub c: Vec<f64>,
}

impl Build for RelationalConst {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let with = WithConstants::new("relational_const", &self.input, &self.c)?;
        let exact = with.are_integral();
        let relation = self.relational;
        dispatch!(with.format(),
            integer T => match with.format() {
                BandFormat::U32 if exact => unsigned(&with, relation),
                _ if exact => compared(&with, relation, &with.integers(), |x: T| x.to_i64() as i32),
                _ => compared(&with, relation, &with.doubles(), |x: T| x.to_f64()),
            },
            float T => compared(&with, relation, &with.doubles(), |x: T| x.to_f64()),
            complex T => complex::<T>(&with, relation))
    }
}

/// Unsigned 32-bit samples: so are the constants, whatever their sign.
fn unsigned(with: &WithConstants<'_>, relation: Relation) -> Result<Image> {
    let constants: Vec<u32> = with.integers().into_iter().map(|c| c as u32).collect();
    compared(with, relation, &constants, |x: u32| x)
}

fn complex<T: Sample + Square>(with: &WithConstants<'_>, relation: Relation) -> Result<Image> {
    match relation {
        Relation::Equal | Relation::Noteq => {
            let flip = truth(relation == Relation::Noteq);
            with.map(&with.doubles(), move |x: T, c| {
                let x = x.to_complex();
                truth(x.re() == c && x.im() == 0.0) ^ flip
            })
        }
        _ => {
            let squares: Vec<f64> = with.doubles().iter().map(|c| c * c).collect();
            compared(with, relation, &squares, |x: T| x.square().to_f64())
        }
    }
}

/// Compares what `key` makes of samples with constants.
fn compared<T: Sample, C: PartialOrd + Copy + Send + Sync + 'static>(
    with: &WithConstants<'_>,
    relation: Relation,
    constants: &[C],
    key: impl Fn(T) -> C + Send + Sync + 'static,
) -> Result<Image> {
    match relation {
        Relation::Equal => with.map(constants, move |x: T, c| truth(key(x) == c)),
        Relation::Noteq => with.map(constants, move |x: T, c| truth(key(x) != c)),
        Relation::Less => with.map(constants, move |x: T, c| truth(key(x) < c)),
        Relation::Lesseq => with.map(constants, move |x: T, c| truth(key(x) <= c)),
        Relation::More => with.map(constants, move |x: T, c| truth(key(x) > c)),
        Relation::Moreeq => with.map(constants, move |x: T, c| truth(key(x) >= c)),
    }
}

fn truth(holds: bool) -> u8 {
    if holds { 255 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(format: BandFormat, bytes: &[u8], relation: Relation, c: f64) -> Vec<u8> {
        let width = bytes.len() / format.size();
        let image = Image::from_memory(width as i32, 1, 1, format, bytes.to_vec()).unwrap();
        RelationalConst::new(image, relation, vec![c]).build().unwrap().to_memory().unwrap()
    }

    #[test]
    fn constants_may_be_fractions_or_out_of_range() {
        assert_eq!(compare(BandFormat::U8, &[1, 2, 3], Relation::More, 1.5), [0, 255, 255]);
        assert_eq!(compare(BandFormat::U8, &[1, 255], Relation::Less, 300.0), [255, 255]);
        assert_eq!(compare(BandFormat::U8, &[0, 255], Relation::Equal, -1.0), [0, 0]);
    }

    #[test]
    fn constants_of_unsigned_images_are_unsigned() {
        let bytes: Vec<u8> = [5_u32, u32::MAX].iter().flat_map(|x| x.to_ne_bytes()).collect();
        assert_eq!(compare(BandFormat::U32, &bytes, Relation::Equal, -1.0), [0, 255]);
        assert_eq!(compare(BandFormat::U32, &bytes, Relation::More, -1.0), [0, 0]);
        assert_eq!(compare(BandFormat::U32, &bytes, Relation::More, -1.5), [255, 255]);
    }

    #[test]
    fn one_constant_a_band() {
        let image = Image::from_memory(2, 1, 2, BandFormat::U8, vec![1, 1, 2, 2]).unwrap();
        let out = RelationalConst::new(image, Relation::Moreeq, vec![1.0, 2.0]).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [255, 0, 255, 255]);
    }
}
