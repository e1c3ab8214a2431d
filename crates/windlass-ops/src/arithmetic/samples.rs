//! Arithmetic on single samples, by the table of results (`reference/ops/arithmetic.md` §0.2, §1).

use windlass_core::{Complex, Float, Integer, Sample};

/// A sample that can be calculated with. Integers wrap in the type of the result.
pub(super) trait Arithmetic: Sample {
    /// What `add` and `multiply` give.
    type Sum: Sample;
    /// What `subtract` gives.
    type Difference: Sample;
    /// What `divide` and `linear` give.
    type Quotient: Sample;
    /// What `sum` gives.
    type Total: Sample;
    /// What `abs` gives.
    type Magnitude: Sample;
    /// In what `linear` calculates where all bands have the same constants.
    type Factor: Float;

    fn plus(self, other: Self) -> Self::Sum;
    fn minus(self, other: Self) -> Self::Difference;
    fn times(self, other: Self) -> Self::Sum;
    /// 0 where `other` is 0.
    fn over(self, other: Self) -> Self::Quotient;
    fn total(self) -> Self::Total;
    fn add_to(self, total: Self::Total) -> Self::Total;
    fn magnitude(self) -> Self::Magnitude;
    /// `a·x + b` in single steps of the type of the result; of complex samples the imaginary part
    /// stays.
    fn line(self, a: Self::Factor, b: Self::Factor) -> Self::Quotient;
    /// The same in doubles, rounded once.
    fn fine_line(self, a: f64, b: f64) -> Self::Quotient;
    /// The same for bytes, before they are clipped: constants are floats.
    fn byte_line(self, a: f32, b: f32) -> f32;
    /// Complex samples are ordered by their distance from 0.
    fn less(self, other: Self) -> bool;
    fn less_equal(self, other: Self) -> bool;
}

macro_rules! integers {
    ($($t:ident $sum:ident $difference:ident $total:ident, $magnitude:expr;)*) => {$(
        impl Arithmetic for $t {
            type Sum = $sum;
            type Difference = $difference;
            type Quotient = f32;
            type Total = $total;
            type Magnitude = $t;
            type Factor = f32;

            fn plus(self, other: Self) -> $sum {
                (self as $sum).wrapping_add(other as $sum)
            }
            fn minus(self, other: Self) -> $difference {
                (self as $difference).wrapping_sub(other as $difference)
            }
            fn times(self, other: Self) -> $sum {
                (self as $sum).wrapping_mul(other as $sum)
            }
            fn over(self, other: Self) -> f32 {
                if other == 0 { 0.0 } else { self as f32 / other as f32 }
            }
            fn total(self) -> $total {
                self as $total
            }
            fn add_to(self, total: $total) -> $total {
                total.wrapping_add(self as $total)
            }
            fn magnitude(self) -> $t {
                let magnitude: fn($t) -> $t = $magnitude;
                magnitude(self)
            }
            fn line(self, a: f32, b: f32) -> f32 {
                a * self as f32 + b
            }
            fn fine_line(self, a: f64, b: f64) -> f32 {
                (a * f64::from(self as f32) + b) as f32
            }
            fn byte_line(self, a: f32, b: f32) -> f32 {
                a * self as f32 + b
            }
            fn less(self, other: Self) -> bool {
                self < other
            }
            fn less_equal(self, other: Self) -> bool {
                self <= other
            }
        }
    )*};
}

integers! {
    u8 u16 i16 u32, |x| x;
    i8 i16 i16 i32, i8::wrapping_abs;
    u16 u32 i32 u32, |x| x;
    i16 i32 i32 i32, i16::wrapping_abs;
    u32 u32 i32 u32, |x| x;
    i32 i32 i32 i32, i32::wrapping_abs;
}

macro_rules! floats {
    ($($t:ident)*) => {$(
        impl Arithmetic for $t {
            type Sum = $t;
            type Difference = $t;
            type Quotient = $t;
            type Total = $t;
            type Magnitude = $t;
            type Factor = $t;

            fn plus(self, other: Self) -> $t {
                self + other
            }
            fn minus(self, other: Self) -> $t {
                self - other
            }
            fn times(self, other: Self) -> $t {
                self * other
            }
            fn over(self, other: Self) -> $t {
                if other == 0.0 { 0.0 } else { self / other }
            }
            fn total(self) -> $t {
                self
            }
            fn add_to(self, total: $t) -> $t {
                total + self
            }
            fn magnitude(self) -> $t {
                self.abs()
            }
            fn line(self, a: $t, b: $t) -> $t {
                a * self + b
            }
            fn fine_line(self, a: f64, b: f64) -> $t {
                (a * self as f64 + b) as $t
            }
            fn byte_line(self, a: f32, b: f32) -> f32 {
                (a as $t * self + b as $t) as f32
            }
            fn less(self, other: Self) -> bool {
                self < other
            }
            fn less_equal(self, other: Self) -> bool {
                self <= other
            }
        }

        impl Arithmetic for Complex<$t> {
            type Sum = Self;
            type Difference = Self;
            type Quotient = Self;
            type Total = Self;
            type Magnitude = $t;
            type Factor = f64;

            fn plus(self, other: Self) -> Self {
                Self::new(self.re() + other.re(), self.im() + other.im())
            }
            fn minus(self, other: Self) -> Self {
                Self::new(self.re() - other.re(), self.im() - other.im())
            }
            fn times(self, other: Self) -> Self {
                let (a, b) = (self.to_complex(), other.to_complex());
                Self::new(
                    (a.re() * b.re() - a.im() * b.im()) as $t,
                    (a.re() * b.im() + a.im() * b.re()) as $t,
                )
            }
            fn over(self, other: Self) -> Self {
                if other.re() == 0.0 && other.im() == 0.0 {
                    return Self::default();
                }
                let (a, b) = (self.re() as f64, self.im() as f64);
                let (c, d) = (other.re() as f64, other.im() as f64);
                // Smith's method: the ratio is formed in the type of the parts
                if other.re().abs() > other.im().abs() {
                    let ratio = (other.im() / other.re()) as f64;
                    let divisor = c + d * ratio;
                    Self::new(((a + b * ratio) / divisor) as $t, ((b - a * ratio) / divisor) as $t)
                } else {
                    let ratio = (other.re() / other.im()) as f64;
                    let divisor = d + c * ratio;
                    Self::new(((a * ratio + b) / divisor) as $t, ((b * ratio - a) / divisor) as $t)
                }
            }
            fn total(self) -> Self {
                self
            }
            fn add_to(self, total: Self) -> Self {
                total.plus(self)
            }
            fn magnitude(self) -> $t {
                libm::hypot(self.re() as f64, self.im() as f64) as $t
            }
            fn line(self, a: f64, b: f64) -> Self {
                Self::new((a * self.re() as f64 + b) as $t, self.im())
            }
            fn fine_line(self, a: f64, b: f64) -> Self {
                self.line(a, b)
            }
            fn byte_line(self, a: f32, b: f32) -> f32 {
                self.re().byte_line(a, b)
            }
            fn less(self, other: Self) -> bool {
                self.square() < other.square()
            }
            fn less_equal(self, other: Self) -> bool {
                self.square() <= other.square()
            }
        }

        impl Square for Complex<$t> {
            type Part = $t;
            fn square(self) -> $t {
                self.re() * self.re() + self.im() * self.im()
            }
        }
    )*};
}

floats!(f32 f64);

/// A complex sample's squared distance from 0.
pub(super) trait Square: Sample {
    /// The type of its parts.
    type Part: Float;
    /// In the type of the parts.
    fn square(self) -> Self::Part;
}

/// A real sample as bits: itself if it is an integer, else truncated to 32 bits.
pub(super) trait Bits: Sample {
    /// The integer whose bits are combined.
    type Word: Word;
    /// The bits.
    fn word(self) -> Self::Word;
}

/// An integer whose bits can be combined.
pub(super) trait Word:
    Integer
    + std::ops::BitAnd<Output = Self>
    + std::ops::BitOr<Output = Self>
    + std::ops::BitXor<Output = Self>
{
    /// Shifted in 32 bits by `count` modulo 32, then wrapped.
    fn left(self, count: i64) -> Self;
    /// The same to the right: signs are kept.
    fn right(self, count: i64) -> Self;
}

macro_rules! words {
    ($($t:ident $wide:ident;)*) => {$(
        impl Word for $t {
            fn left(self, count: i64) -> Self {
                (self as $wide).wrapping_shl(count as u32) as $t
            }
            fn right(self, count: i64) -> Self {
                (self as $wide).wrapping_shr(count as u32) as $t
            }
        }
        impl Bits for $t {
            type Word = $t;
            fn word(self) -> $t {
                self
            }
        }
    )*};
}

words! { u8 i32; i8 i32; u16 i32; i16 i32; u32 u32; i32 i32; }

impl Bits for f32 {
    type Word = i32;
    fn word(self) -> i32 {
        truncated(f64::from(self))
    }
}

impl Bits for f64 {
    type Word = i32;
    fn word(self) -> i32 {
        truncated(self)
    }
}

/// Towards 0, as 32-bit processors convert: what does not fit becomes the least integer.
pub(super) fn truncated(x: f64) -> i32 {
    let whole = x.trunc();
    if whole >= f64::from(i32::MIN) && whole <= f64::from(i32::MAX) {
        whole as i32
    } else {
        i32::MIN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_wrap_in_the_type_of_the_result() {
        assert_eq!(i32::MAX.plus(1), i32::MIN);
        assert_eq!(u16::MAX.times(u16::MAX), 4_294_836_225);
        assert_eq!(5_u32.minus(7), -2);
        assert_eq!(u32::MAX.minus(0), -1);
        assert_eq!(i8::MIN.magnitude(), -128);
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        assert_eq!(0_u8.over(0), 0.0);
        assert_eq!(f64::INFINITY.over(-0.0), 0.0);
        assert_eq!(16_777_217_i32.over(1), 16_777_216.0);
        let quotient = Complex::new(1.0_f32, 2.0).over(Complex::new(3.0, -1.0));
        assert!((quotient.re() - 0.1).abs() < 1e-7);
        assert!((quotient.im() - 0.7).abs() < 1e-7);
    }

    #[test]
    fn shifts_count_modulo_32() {
        assert_eq!(200_u8.left(1), 144);
        assert_eq!((-100_i8).left(1), 56);
        assert_eq!((-100_i8).right(1), -50);
        assert_eq!(1_i32.left(32), 1);
        assert_eq!(1_i32.left(-1), i32::MIN);
    }

    #[test]
    fn what_does_not_fit_becomes_the_least() {
        assert_eq!(truncated(-7.9), -7);
        assert_eq!(truncated(f64::NAN), i32::MIN);
        assert_eq!(truncated(2_147_483_648.0), i32::MIN);
        assert_eq!(truncated(-2_147_483_648.5), i32::MIN);
        assert_eq!(truncated(2_147_483_647.9), i32::MAX);
    }
}
