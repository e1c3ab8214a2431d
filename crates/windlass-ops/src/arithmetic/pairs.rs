use super::prepare::Pair;
use windlass_core::{Build, ComplexSample, Float, Image, Result, dispatch};
use windlass_macros::Operation;

/// Maximum of a pair of images.
///
/// What is not a number loses. Of complex images each part for itself.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Maxpair {
    /// Left-hand image argument
    pub left: Image,
    /// Right-hand image argument
    pub right: Image,
}

impl Build for Maxpair {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let pair = Pair::new("maxpair", &self.left, &self.right)?;
        dispatch!(pair.format(),
            integer T => pair.map(|a: T, b: T| a.max(b)),
            float T => pair.map(|a: T, b: T| greater(a, b)),
            complex C => pair.map(|a: C, b: C| parts(a, b, greater)))
    }
}

/// Minimum of a pair of images.
///
/// What is not a number loses. Of complex images each part for itself.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Minpair {
    /// Left-hand image argument
    pub left: Image,
    /// Right-hand image argument
    pub right: Image,
}

impl Build for Minpair {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let pair = Pair::new("minpair", &self.left, &self.right)?;
        dispatch!(pair.format(),
            integer T => pair.map(|a: T, b: T| a.min(b)),
            float T => pair.map(|a: T, b: T| less(a, b)),
            complex C => pair.map(|a: C, b: C| parts(a, b, less)))
    }
}

#[expect(clippy::eq_op, reason = "a float that differs from itself is not a number")]
fn greater<F: Float>(a: F, b: F) -> F {
    if a > b || b != b { a } else { b }
}

#[expect(clippy::eq_op, reason = "a float that differs from itself is not a number")]
fn less<F: Float>(a: F, b: F) -> F {
    if a < b || b != b { a } else { b }
}

fn parts<C: ComplexSample>(a: C, b: C, choose: fn(C::Part, C::Part) -> C::Part) -> C {
    let ([a_re, a_im], [b_re, b_im]) = (a.parts(), b.parts());
    C::from_parts([choose(a_re, b_re), choose(a_im, b_im)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_loses() {
        assert_eq!(greater(f32::NAN, 1.0), 1.0);
        assert_eq!(less(1.0, f64::NAN), 1.0);
        assert!(less(f32::NAN, f32::NAN).is_nan());
    }
}
