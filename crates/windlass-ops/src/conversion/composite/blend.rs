//! Blend modes: Porter and Duff's operators, and those of PDF, in the order of evaluation that
//! `reference/ops/conversion.md` §6.4 states.

use std::ops::{Add, Div, Mul, Sub};
use windlass_macros::ArgEnum;

/// How a layer is blended with what lies below.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsBlendMode")]
#[non_exhaustive]
pub enum BlendMode {
    /// Nothing is left
    Clear,
    /// The layer only
    Source,
    /// The layer over what lies below
    Over,
    /// The layer where something lies below
    In,
    /// The layer where nothing lies below
    Out,
    /// The layer on top of what lies below, inside it
    Atop,
    /// What lies below only
    Dest,
    /// What lies below over the layer
    DestOver,
    /// What lies below inside the layer
    DestIn,
    /// What lies below outside the layer
    DestOut,
    /// What lies below on top of the layer, inside it
    DestAtop,
    /// Each where the other is not
    Xor,
    /// The sum
    Add,
    /// The sum, limited by the alpha below
    Saturate,
    /// Product of the colours
    Multiply,
    /// Product of the inverted colours, inverted
    Screen,
    /// Multiply or screen, as what lies below says
    Overlay,
    /// The darker of each component
    Darken,
    /// The lighter of each component
    Lighten,
    /// Brighten what lies below by the layer
    ColourDodge,
    /// Darken what lies below by the layer
    ColourBurn,
    /// Multiply or screen, as the layer says
    HardLight,
    /// Darken or lighten, as the layer says
    SoftLight,
    /// Difference of the colours
    Difference,
    /// Difference with less contrast
    Exclusion,
}

impl BlendMode {
    /// Whether a layer changes nothing but what lies under it.
    pub(super) fn is_local(self) -> bool {
        !matches!(
            self,
            Self::Clear | Self::Source | Self::In | Self::Out | Self::DestIn | Self::DestAtop
        )
    }
}

/// A float that blending computes with.
pub(super) trait Number:
    Copy
    + PartialOrd
    + Default
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Send
    + Sync
    + 'static
{
    /// 1, 2, 4, 12, 16, ½ and ¼, exactly.
    fn of(value: f32) -> Self;
    /// The value rounded to this type.
    fn rounded(value: f64) -> Self;
    /// Square root.
    fn root(self) -> Self;

    /// The smaller one.
    fn least(self, other: Self) -> Self {
        if self < other { self } else { other }
    }

    /// The larger one.
    fn most(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
}

impl Number for f32 {
    fn of(value: f32) -> Self {
        value
    }

    fn rounded(value: f64) -> Self {
        value as Self
    }

    fn root(self) -> Self {
        self.sqrt()
    }
}

impl Number for f64 {
    fn of(value: f32) -> Self {
        value.into()
    }

    fn rounded(value: f64) -> Self {
        value
    }

    fn root(self) -> Self {
        self.sqrt()
    }
}

/// What a component of the result depends on: the component of the layer and of what lies below,
/// premultiplied, the two alphas, and the alpha of the result.
struct Mix<R> {
    a: R,
    b: R,
    alpha_a: R,
    alpha_b: R,
    alpha: R,
}

/// Blends pixels of `layer` into those of `below`; alpha is the last of `bands`, or of `N` where
/// that is not zero.
pub(super) fn blend<R: Number, const N: usize>(
    mode: BlendMode,
    bands: usize,
    below: &mut [R],
    layer: &[R],
) {
    use BlendMode as B;
    let one = R::of(1.0);
    let zero = R::default();
    let runs = Pixels::<R, N> { bands, below, layer };
    match mode {
        B::Clear => runs.blend(|_, _| zero, |_| zero),
        B::Source => runs.blend(|a, _| a, |m| m.a),
        B::Over => runs.blend(|a, b| a + b * (one - a), |m| m.a + (one - m.alpha_a) * m.b),
        B::In => runs.blend(|a, b| a * b, within),
        B::Out => runs.blend(|a, b| a * (one - b), within),
        B::Atop => runs.blend(|_, b| b, |m| m.a + (one - m.alpha_a) * m.b),
        B::Dest => runs.blend(|_, b| b, |m| m.b),
        B::DestOver => runs.blend(|a, b| b + a * (one - b), |m| m.b + (one - m.alpha_b) * m.a),
        B::DestIn => runs.blend(|a, b| a * b, below_within),
        B::DestOut => runs.blend(|a, b| (one - a) * b, below_within),
        B::DestAtop => runs.blend(|a, _| a, |m| (one - m.alpha_b) * m.a + m.b),
        B::Xor => runs.blend(
            |a, b| a + b - R::of(2.0) * a * b,
            |m| (one - m.alpha_b) * m.a + (one - m.alpha_a) * m.b,
        ),
        B::Add => runs.blend(|a, b| one.least(a + b), |m| m.a + m.b),
        B::Saturate => {
            runs.blend(|a, b| one.least(a + b), |m| m.alpha_a.least(one - m.alpha_b) * m.a + m.b);
        }
        B::Multiply => runs.mix(|a, b| a * b),
        B::Screen => runs.mix(|a, b| a + b - a * b),
        B::Overlay => runs.mix(|a, b| hard_light(b, b, a)),
        B::Darken => runs.mix(R::least),
        B::Lighten => runs.mix(R::most),
        B::ColourDodge => runs.mix(|a, b| if a < one { one.least(b / (one - a)) } else { one }),
        B::ColourBurn => {
            runs.mix(|a, b| if a > zero { one - one.least((one - b) / a) } else { zero });
        }
        B::HardLight => runs.mix(|a, b| hard_light(a, b, a)),
        B::SoftLight => runs.mix(soft_light),
        B::Difference => runs.mix(|a, b| if b > a { b - a } else { a - b }),
        B::Exclusion => runs.mix(|a, b| a + b - R::of(2.0) * a * b),
    }
}

/// The layer's component as much as the result's alpha says.
fn within<R: Number>(m: &Mix<R>) -> R {
    if m.alpha_a == R::default() { m.b } else { m.a * m.alpha / m.alpha_a }
}

/// The component below as much as the result's alpha says.
fn below_within<R: Number>(m: &Mix<R>) -> R {
    if m.alpha_b == R::default() { m.b } else { m.b * (m.alpha / m.alpha_b) }
}

/// Multiply where `test` is dark, screen where it is light.
fn hard_light<R: Number>(test: R, b: R, a: R) -> R {
    let (one, two) = (R::of(1.0), R::of(2.0));
    if test <= R::of(0.5) { two * a * b } else { one - two * (one - a) * (one - b) }
}

fn soft_light<R: Number>(a: R, b: R) -> R {
    let (one, two) = (R::of(1.0), R::of(2.0));
    let curve = if b <= R::of(0.25) {
        ((R::of(16.0) * b - R::of(12.0)) * b + R::of(4.0)) * b
    } else {
        b.root()
    };
    if a <= R::of(0.5) {
        b - (one - two * a) * b * (one - b)
    } else {
        b + (two * a - one) * (curve - b)
    }
}

/// Runs of pixels of a layer and of what lies below.
struct Pixels<'a, R, const N: usize> {
    bands: usize,
    below: &'a mut [R],
    layer: &'a [R],
}

impl<R: Number, const N: usize> Pixels<'_, R, N> {
    /// Blends by a rule for alphas and one for components.
    fn blend(self, alpha: impl Fn(R, R) -> R, component: impl Fn(&Mix<R>) -> R) {
        let bands = if N == 0 { self.bands } else { N };
        let pixels = self.below.chunks_exact_mut(bands).zip(self.layer.chunks_exact(bands));
        for (below, layer) in pixels {
            let (alpha_a, alpha_b) = (layer[bands - 1], below[bands - 1]);
            let result = alpha(alpha_a, alpha_b);
            for (b, a) in below[..bands - 1].iter_mut().zip(layer) {
                *b = component(&Mix { a: *a, b: *b, alpha_a, alpha_b, alpha: result });
            }
            below[bands - 1] = result;
        }
    }

    /// Blends with a function of the two components where both images are.
    fn mix(self, f: impl Fn(R, R) -> R) {
        let one = R::of(1.0);
        self.blend(
            |a, b| a + b * (one - a),
            |m| {
                (one - m.alpha_b) * m.a
                    + (one - m.alpha_a) * m.b
                    + m.alpha_a * m.alpha_b * f(m.a, m.b)
            },
        );
    }
}
