//! Values of arguments, dynamic and typed.

use super::{ArgType, EnumSpec, OutSpec};
use crate::{Image, Interpolator};
use bytes::Bytes;
use std::sync::Arc;
use windlass_io::{Error, ErrorKind, Result, Source, Target};

/// A value of an argument, as it comes from Python, the command line or a recipe.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Value {
    /// A truth value
    Bool(bool),
    /// An integer, or an enumeration by number
    Int(i64),
    /// A double
    Double(f64),
    /// Text, or an enumeration by nickname
    String(Arc<str>),
    /// An image
    Image(Image),
    /// Several images
    Images(Vec<Image>),
    /// Several integers
    Ints(Vec<i32>),
    /// Several doubles
    Doubles(Vec<f64>),
    /// Bytes
    Blob(Bytes),
    /// A connection to read from
    Source(Source),
    /// A connection to write to
    Target(Target),
    /// How to sample between pixels
    Interpolate(Interpolator),
}

impl Value {
    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "a bool",
            Self::Int(_) => "an integer",
            Self::Double(_) => "a double",
            Self::String(_) => "a string",
            Self::Image(_) => "an image",
            Self::Images(_) => "an array of images",
            Self::Ints(_) => "an array of integers",
            Self::Doubles(_) => "an array of doubles",
            Self::Blob(_) => "bytes",
            Self::Source(_) => "a source",
            Self::Target(_) => "a target",
            Self::Interpolate(_) => "an interpolator",
        }
    }
}

/// A Rust type that an argument can have.
pub trait ArgValue: Sized {
    /// Its type in the table.
    const TYPE: ArgType;
    /// From a checked value; `Args::set` has coerced it to the variant of `TYPE`.
    fn from_value(value: &Value) -> Result<Self>;
    /// As a dynamic value.
    fn to_value(&self) -> Value;
}

/// An enumeration whose members are known by nickname.
pub trait ArgEnum: Sized + Copy {
    /// Its names.
    const SPEC: &'static EnumSpec;
    /// The member of number `value`.
    fn from_number(value: i32) -> Option<Self>;
    /// Its number.
    fn number(self) -> i32;
    /// Its nickname.
    fn nick(self) -> &'static str {
        Self::SPEC.by_value(self.number()).map_or("(null)", |m| m.nick)
    }
}

/// A set of flags held as bits.
pub trait ArgFlags: Sized + Copy {
    /// Its names.
    const SPEC: &'static EnumSpec;
    /// From bits.
    fn from_bits(bits: i32) -> Self;
    /// Its bits.
    fn bits(self) -> i32;
}

impl<T: ArgFlags> ArgValue for T {
    const TYPE: ArgType = ArgType::Flags(T::SPEC);
    fn from_value(value: &Value) -> Result<Self> {
        match value {
            Value::Int(bits) => Ok(T::from_bits(*bits as i32)),
            other => mismatch(other, "a set of flags"),
        }
    }
    fn to_value(&self) -> Value {
        Value::Int(i64::from(self.bits()))
    }
}

fn mismatch<T>(value: &Value, wanted: &str) -> Result<T> {
    Err(Error::new(ErrorKind::BadArgument, format!("{} where {wanted} is wanted", value.kind())))
}

macro_rules! arg_values {
    ($($t:ty, $kind:ident, $wanted:literal, $pattern:pat => $get:expr, |$x:ident| $put:expr;)*) => {$(
        impl ArgValue for $t {
            const TYPE: ArgType = ArgType::$kind;
            fn from_value(value: &Value) -> Result<Self> {
                match value {
                    $pattern => Ok($get),
                    other => mismatch(other, $wanted),
                }
            }
            fn to_value(&self) -> Value {
                let $x = self;
                $put
            }
        }
    )*};
}

arg_values! {
    bool, Bool, "a bool", Value::Bool(b) => *b, |x| Value::Bool(*x);
    i32, Int, "an integer", Value::Int(n) => *n as i32, |x| Value::Int(i64::from(*x));
    u64, UInt64, "an integer", Value::Int(n) => *n as u64, |x| Value::Int(*x as i64);
    f64, Double, "a double", Value::Double(d) => *d, |x| Value::Double(*x);
    String, String, "a string", Value::String(s) => s.to_string(), |x| Value::String(x.as_str().into());
    Image, Image, "an image", Value::Image(i) => i.clone(), |x| Value::Image(x.clone());
    Vec<Image>, Images, "an array of images", Value::Images(i) => i.clone(), |x| Value::Images(x.clone());
    Vec<i32>, Ints, "an array of integers", Value::Ints(i) => i.clone(), |x| Value::Ints(x.clone());
    Vec<f64>, Doubles, "an array of doubles", Value::Doubles(d) => d.clone(), |x| Value::Doubles(x.clone());
    Bytes, Blob, "bytes", Value::Blob(b) => b.clone(), |x| Value::Blob(x.clone());
    Source, Source, "a source", Value::Source(s) => s.clone(), |x| Value::Source(x.clone());
    Target, Target, "a target", Value::Target(t) => t.clone(), |x| Value::Target(x.clone());
    Interpolator, Interpolate, "an interpolator", Value::Interpolate(i) => *i, |x| Value::Interpolate(*x);
}

/// What an operation gives back.
pub trait Outputs {
    /// The outputs' declarations.
    const OUTPUTS: &'static [OutSpec];
    /// The values, those of optional outputs included.
    fn into_values(self) -> Vec<(&'static str, Value)>;
}

impl Outputs for () {
    const OUTPUTS: &'static [OutSpec] = &[];
    fn into_values(self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }
}

macro_rules! single_outputs {
    ($($t:ty, $name:literal, $doc:literal;)*) => {$(
        impl Outputs for $t {
            const OUTPUTS: &'static [OutSpec] = &[OutSpec {
                name: $name,
                doc: $doc,
                kind: <$t as ArgValue>::TYPE,
                optional: false,
            }];
            fn into_values(self) -> Vec<(&'static str, Value)> {
                vec![($name, self.to_value())]
            }
        }
    )*};
}

single_outputs! {
    Image, "out", "Output image";
    f64, "out", "Output value";
    Bytes, "buffer", "Buffer to save to";
}

macro_rules! into_values {
    ($($t:ty)*) => {$(
        impl From<$t> for Value {
            fn from(value: $t) -> Self {
                value.to_value()
            }
        }
    )*};
}

into_values!(bool i32 f64 String Image Vec<Image> Vec<i32> Vec<f64> Bytes Source Target Interpolator);

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}
