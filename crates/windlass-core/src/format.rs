//! Band formats and sample types, and the one dispatch between them.

use bytemuck::Pod;
use std::fmt;
use windlass_macros::ArgEnum;

/// How one band of one pixel is stored. The order is the reference's numbering.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[arg_enum(name = "VipsBandFormat")]
#[expect(clippy::exhaustive_enums, reason = "the ten formats are a closed set")]
#[repr(u8)]
pub enum BandFormat {
    /// Unsigned 8-bit integer
    #[arg(nick = "uchar")]
    U8,
    /// Signed 8-bit integer
    #[arg(nick = "char")]
    I8,
    /// Unsigned 16-bit integer
    #[arg(nick = "ushort")]
    U16,
    /// Signed 16-bit integer
    #[arg(nick = "short")]
    I16,
    /// Unsigned 32-bit integer
    #[arg(nick = "uint")]
    U32,
    /// Signed 32-bit integer
    #[arg(nick = "int")]
    I32,
    /// 32-bit float
    #[arg(nick = "float")]
    F32,
    /// Complex number of two 32-bit floats
    #[arg(nick = "complex")]
    C64,
    /// 64-bit float
    #[arg(nick = "double")]
    F64,
    /// Complex number of two 64-bit floats
    #[arg(nick = "dpcomplex")]
    C128,
}

impl BandFormat {
    /// All formats, in numeric order.
    pub const ALL: [Self; 10] = [
        Self::U8,
        Self::I8,
        Self::U16,
        Self::I16,
        Self::U32,
        Self::I32,
        Self::F32,
        Self::C64,
        Self::F64,
        Self::C128,
    ];

    /// Bytes of one sample.
    pub const fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::C64 | Self::F64 => 8,
            Self::C128 => 16,
        }
    }

    /// The name users know: `uchar`, `ushort`, …
    pub const fn nick(self) -> &'static str {
        match self {
            Self::U8 => "uchar",
            Self::I8 => "char",
            Self::U16 => "ushort",
            Self::I16 => "short",
            Self::U32 => "uint",
            Self::I32 => "int",
            Self::F32 => "float",
            Self::C64 => "complex",
            Self::F64 => "double",
            Self::C128 => "dpcomplex",
        }
    }

    /// Whether samples are integers.
    pub const fn is_integer(self) -> bool {
        (self as u8) < Self::F32 as u8
    }

    /// Whether samples are one byte.
    pub const fn is_8bit(self) -> bool {
        self.size() == 1
    }

    /// Whether samples are unsigned integers.
    pub const fn is_unsigned(self) -> bool {
        matches!(self, Self::U8 | Self::U16 | Self::U32)
    }

    /// Whether samples are real floats.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// Whether samples are pairs.
    pub const fn is_complex(self) -> bool {
        matches!(self, Self::C64 | Self::C128)
    }

    /// The format that holds both, by the reference's table (`double` with `complex` gives `complex`).
    pub fn common(self, other: Self) -> Self {
        use BandFormat::{C64, C128, F32, F64, I8, I16, I32, U8, U16, U32};
        let either = |f| self == f || other == f;
        if self.is_complex() || other.is_complex() {
            return if either(C128) { C128 } else { C64 };
        }
        if self.is_float() || other.is_float() {
            return if either(F64) { F64 } else { F32 };
        }
        if self == other {
            return self;
        }
        match (self.min(other), self.max(other)) {
            (U8, U16) => U16,
            (U8, I8 | I16) | (I8, I16) => I16,
            (U8 | U16, U32) => U32,
            _ => I32,
        }
    }
}

impl fmt::Display for BandFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.nick())
    }
}

/// A complex sample, real part first.
#[derive(Clone, Copy, PartialEq, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(transparent)]
pub struct Complex<T>(pub [T; 2]);

impl<T: Copy> Complex<T> {
    /// The number `re + i·im`.
    pub const fn new(re: T, im: T) -> Self {
        Self([re, im])
    }

    /// Real part
    pub const fn re(self) -> T {
        self.0[0]
    }

    /// Imaginary part
    pub const fn im(self) -> T {
        self.0[1]
    }
}

mod sealed {
    #[expect(unnameable_types, reason = "sealed")]
    pub trait Sealed {}
}

/// A sample of one of the ten formats. Sealed: there is no eleventh.
pub trait Sample:
    sealed::Sealed + Pod + Copy + PartialEq + Default + fmt::Debug + Send + Sync + 'static
{
    /// The format whose samples these are.
    const FORMAT: BandFormat;

    /// The value as a double; of a complex one the real part.
    fn to_f64(self) -> f64;

    /// The value of this type nearest in the sense of the reference's `cast`: clipped to the
    /// range, then truncated; NaN becomes 0 (for `int` its minimum); the imaginary part is 0.
    fn from_f64(value: f64) -> Self;

    /// The value as a pair of doubles; the imaginary part of a real one is 0.
    fn to_complex(self) -> Complex<f64> {
        Complex::new(self.to_f64(), 0.0)
    }

    /// From a pair of doubles; a real type takes the real part, as [`Sample::from_f64`] does.
    fn from_complex(value: Complex<f64>) -> Self {
        Self::from_f64(value.re())
    }

    /// `max - x` of unsigned, `-x` (wrapping) of signed and float samples; of complex ones only
    /// the real part is negated.
    fn inverted(self) -> Self;
}

/// A sample that has an order: all but the complex ones.
pub trait Real: Sample + PartialOrd {}

/// An integer sample.
pub trait Integer: Real + Ord {
    /// The value, widened.
    fn to_i64(self) -> i64;
    /// The low bits of `value`.
    fn wrap(value: i64) -> Self;
    /// `value` limited to the range of this type.
    fn clip(value: i64) -> Self;
}

/// A real float sample.
pub trait Float: Real {}

/// A complex sample over `Part`.
pub trait ComplexSample: Sample {
    /// The type of both parts.
    type Part: Float;
    /// Both parts, real first.
    fn parts(self) -> [Self::Part; 2];
    /// From both parts, real first.
    fn from_parts(parts: [Self::Part; 2]) -> Self;
}

macro_rules! integers {
    ($($t:ident $format:ident $invert:expr, $nan:expr;)*) => {$(
        impl sealed::Sealed for $t {}
        impl Sample for $t {
            const FORMAT: BandFormat = BandFormat::$format;
            fn to_f64(self) -> f64 { f64::from(self) }
            fn from_f64(value: f64) -> Self {
                if value.is_nan() { $nan } else { value as $t }
            }
            fn inverted(self) -> Self { let invert: fn($t) -> $t = $invert; invert(self) }
        }
        impl Real for $t {}
        impl Integer for $t {
            fn to_i64(self) -> i64 { i64::from(self) }
            fn wrap(value: i64) -> Self { value as $t }
            fn clip(value: i64) -> Self { value.clamp(i64::from($t::MIN), i64::from($t::MAX)) as $t }
        }
    )*};
}

integers! {
    u8 U8 |x| u8::MAX - x, 0;
    i8 I8 i8::wrapping_neg, 0;
    u16 U16 |x| u16::MAX - x, 0;
    i16 I16 i16::wrapping_neg, 0;
    u32 U32 |x| u32::MAX - x, 0;
    i32 I32 i32::wrapping_neg, i32::MIN;
}

macro_rules! floats {
    ($($t:ident $real:ident $complex:ident;)*) => {$(
        impl sealed::Sealed for $t {}
        impl Sample for $t {
            const FORMAT: BandFormat = BandFormat::$real;
            fn to_f64(self) -> f64 { self as f64 }
            fn from_f64(value: f64) -> Self { value as $t }
            fn inverted(self) -> Self { -self }
        }
        impl Real for $t {}
        impl Float for $t {}
        impl sealed::Sealed for Complex<$t> {}
        impl Sample for Complex<$t> {
            const FORMAT: BandFormat = BandFormat::$complex;
            fn to_f64(self) -> f64 { self.re() as f64 }
            fn from_f64(value: f64) -> Self { Self::new(value as $t, 0.0) }
            fn to_complex(self) -> Complex<f64> { Complex::new(self.re() as f64, self.im() as f64) }
            fn from_complex(value: Complex<f64>) -> Self {
                Self::new(value.re() as $t, value.im() as $t)
            }
            fn inverted(self) -> Self { Self::new(-self.re(), self.im()) }
        }
        impl ComplexSample for Complex<$t> {
            type Part = $t;
            fn parts(self) -> [$t; 2] { self.0 }
            fn from_parts(parts: [$t; 2]) -> Self { Self(parts) }
        }
    )*};
}

floats! {
    f32 F32 C64;
    f64 F64 C128;
}

/// Evaluates a body with a name bound to the sample type of a format.
///
/// The only `match` over formats in the workspace. Use it while an operation is being *built*, to
/// choose the monomorphised kernel; never inside a pixel loop. Forms:
/// `dispatch!(format, T => body)`, `dispatch!(format, real T => body, complex C => body)`,
/// `dispatch!(format, integer T => body, float F => body, complex C => body)`.
#[macro_export]
macro_rules! dispatch {
    (@ $T:ident $t:ty => $body:expr) => {{ type $T = $t; $body }};
    ($format:expr, integer $I:ident => $integer:expr, float $F:ident => $float:expr, complex $C:ident => $complex:expr) => {
        match $format {
            $crate::BandFormat::U8 => $crate::dispatch!(@ $I u8 => $integer),
            $crate::BandFormat::I8 => $crate::dispatch!(@ $I i8 => $integer),
            $crate::BandFormat::U16 => $crate::dispatch!(@ $I u16 => $integer),
            $crate::BandFormat::I16 => $crate::dispatch!(@ $I i16 => $integer),
            $crate::BandFormat::U32 => $crate::dispatch!(@ $I u32 => $integer),
            $crate::BandFormat::I32 => $crate::dispatch!(@ $I i32 => $integer),
            $crate::BandFormat::F32 => $crate::dispatch!(@ $F f32 => $float),
            $crate::BandFormat::F64 => $crate::dispatch!(@ $F f64 => $float),
            $crate::BandFormat::C64 => $crate::dispatch!(@ $C $crate::Complex<f32> => $complex),
            $crate::BandFormat::C128 => $crate::dispatch!(@ $C $crate::Complex<f64> => $complex),
        }
    };
    ($format:expr, real $T:ident => $real:expr, complex $C:ident => $complex:expr) => {
        $crate::dispatch!($format, integer $T => $real, float $T => $real, complex $C => $complex)
    };
    ($format:expr, $T:ident => $body:expr) => {
        $crate::dispatch!($format, integer $T => $body, float $T => $body, complex $T => $body)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_formats_follow_the_table() {
        use BandFormat::*;
        assert_eq!(U8.common(I8), I16);
        assert_eq!(I8.common(U16), I32);
        assert_eq!(U16.common(U32), U32);
        assert_eq!(U32.common(I16), I32);
        assert_eq!(I8.common(U32), I32);
        assert_eq!(U8.common(U32), U32);
        assert_eq!(I16.common(U8), I16);
        assert_eq!(U16.common(I16), I32);
        assert_eq!(F64.common(C64), C64);
        assert_eq!(F32.common(U32), F32);
    }

    #[test]
    fn casts_clip_then_truncate() {
        assert_eq!(u8::from_f64(-0.9), 0);
        assert_eq!(u8::from_f64(255.5), 255);
        assert_eq!(i32::from_f64(f64::NAN), i32::MIN);
        assert_eq!(u16::from_f64(f64::INFINITY), 65535);
    }

    #[test]
    fn dispatch_reaches_every_format() {
        for format in BandFormat::ALL {
            assert_eq!(dispatch!(format, T => T::FORMAT), format);
            assert_eq!(dispatch!(format, T => size_of::<T>()), format.size());
        }
    }
}
