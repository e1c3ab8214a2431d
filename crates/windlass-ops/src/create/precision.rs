use windlass_macros::ArgEnum;

/// In what a convolution calculates.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsPrecision")]
#[non_exhaustive]
pub enum Precision {
    /// Integers everywhere
    Integer,
    /// Floats everywhere
    Float,
    /// Approximate the mask by boxes
    Approximate,
}
