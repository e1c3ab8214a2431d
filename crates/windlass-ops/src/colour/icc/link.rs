//! Two profiles connected: rendering intents, black points, adaptation of white.
//!
//! The rules are those of Little CMS (MIT licence), which the reference uses: the black point of a
//! printer is found by a round trip, black points are compensated by themselves for perceptual and
//! saturation intents towards profiles of version 4, the absolute intent scales by media whites.

use super::Intent;
use super::profile::{Direction, Profile};
use super::stage::{Pcs, Pipeline, Stage, colour};
use super::white::{D50, lab_of, xyz_of};

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) enum End<'a> {
    /// The connection space itself
    Pcs(Pcs),
    /// A device
    Profile(&'a Profile),
}

/// What is asked of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wish {
    pub(super) intent: Intent,
    /// Whether black becomes black
    pub(super) black_point: bool,
}

impl End<'_> {
    fn pcs(self) -> Pcs {
        match self {
            Self::Pcs(pcs) => pcs,
            Self::Profile(profile) => profile.pcs,
        }
    }

    fn version(self) -> u8 {
        match self {
            Self::Pcs(_) => 4,
            Self::Profile(profile) => profile.version,
        }
    }

    fn media_white(self) -> [f64; 3] {
        match self {
            // where whites count, the Lab of the reference has that of daylight of 6504 K
            Self::Pcs(Pcs::Lab) => [0.950_155, 1.0, 1.088_26],
            Self::Pcs(Pcs::Xyz) => D50,
            Self::Profile(profile) => profile.media_white(),
        }
    }
}

/// The pipeline from one end to the other.
pub(super) fn connect(from: End<'_>, to: End<'_>, wish: Wish) -> Option<Pipeline> {
    let mut pipeline = match from {
        End::Pcs(_) => Pipeline::new(3, Vec::new()),
        End::Profile(profile) => profile.to_pcs(wish.intent)?,
    };
    join(&mut pipeline, from.pcs(), to.pcs(), adjustment(from, to, wish));
    if let End::Profile(profile) = to {
        pipeline.extend(profile.to_device(wish.intent)?);
    }
    Some(pipeline)
}

/// Goes from one connection space to another, with XYZ adjusted on the way.
fn join(pipeline: &mut Pipeline, from: Pcs, to: Pcs, adjustment: Adjustment) {
    if from == to && adjustment == Adjustment::NONE {
        return;
    }
    if from == Pcs::Lab {
        pipeline.push(Stage::LabToXyz);
    }
    if adjustment != Adjustment::NONE {
        let Adjustment { scale: [x, y, z], offset } = adjustment;
        let rows = [[x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, z]];
        pipeline.push(Stage::affine(rows, offset));
    }
    if to == Pcs::Lab {
        pipeline.push(Stage::XyzToLab);
    }
}

/// A change of XYZ between two profiles.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Adjustment {
    pub(super) scale: [f64; 3],
    pub(super) offset: [f64; 3],
}

impl Adjustment {
    /// No change.
    pub(super) const NONE: Self = Self { scale: [1.0; 3], offset: [0.0; 3] };
}

/// What the intent and the black points ask for.
pub(super) fn adjustment(from: End<'_>, to: End<'_>, wish: Wish) -> Adjustment {
    if wish.intent == Intent::Absolute {
        let (old, new) = (from.media_white(), to.media_white());
        let scale = [0, 1, 2].map(|i| if new[i] > 0.0 { old[i] / new[i] } else { 1.0 });
        return Adjustment { scale, offset: [0.0; 3] };
    }
    let by_itself = wish.intent != Intent::Relative && to.version() >= 4;
    if !wish.black_point && !by_itself {
        return Adjustment::NONE;
    }
    let (old, new) = (source_black(from, wish.intent), target_black(to, wish.intent));
    if old == new {
        return Adjustment::NONE;
    }
    let scale = [0, 1, 2].map(|i| (new[i] - D50[i]) / (old[i] - D50[i]));
    let offset = [0, 1, 2].map(|i| D50[i] * (1.0 - scale[i]));
    Adjustment { scale, offset }
}

/// The black that perceptual tables of version 4 refer to.
const PERCEPTUAL: [f64; 3] = [0.003_36, 0.003_473_1, 0.002_87];

/// The darkest colour of a source, as XYZ.
fn source_black(end: End<'_>, intent: Intent) -> [f64; 3] {
    let End::Profile(profile) = end else { return [0.0; 3] };
    if profile.is_abstract() {
        return [0.0; 3];
    }
    if profile.version >= 4 && intent != Intent::Relative {
        if !profile.is_matrix() {
            return PERCEPTUAL;
        }
        return darkest(profile, Intent::Relative).unwrap_or_default();
    }
    let black = if intent == Intent::Relative && profile.is_output() && profile.space == *b"CMYK" {
        round_trip_black(profile)
    } else {
        darkest(profile, intent)
    };
    black.unwrap_or_default()
}

/// A neutral XYZ of lightness `l`, 50 at most.
fn neutral(l: f32) -> [f64; 3] {
    xyz_of([f64::from(l).clamp(0.0, 50.0), 0.0, 0.0])
}

/// What the darkest colorants give.
fn darkest(profile: &Profile, intent: Intent) -> Option<[f64; 3]> {
    if !profile.supports(intent, Direction::ToPcs) {
        return None;
    }
    let colorants = match &profile.space {
        b"CMYK" => [1.0; 4].as_slice(),
        b"GRAY" | b"RGB " => [0.0; 3].as_slice(),
        _ => return None,
    };
    let to_lab = lab_of_device(profile, intent)?;
    let [l, a, b, ..] = to_lab.run(&colour(colorants)).map(f64::from);
    Some(xyz_of([l.clamp(0.0, 50.0), a, b]))
}

/// What the perceptual table makes of black.
fn round_trip_black(profile: &Profile) -> Option<[f64; 3]> {
    if !profile.supports(Intent::Perceptual, Direction::ToPcs) {
        return None;
    }
    let trip = round_trip(profile, Intent::Perceptual)?;
    Some(neutral(trip.run(&colour(&[0.0; 3]))[0]))
}

fn lab_of_device(profile: &Profile, intent: Intent) -> Option<Pipeline> {
    let mut pipeline = profile.to_pcs(intent)?;
    join(&mut pipeline, profile.pcs, Pcs::Lab, Adjustment::NONE);
    Some(pipeline)
}

/// Lab to the device and back to Lab: out by the intent, back relative.
fn round_trip(profile: &Profile, intent: Intent) -> Option<Pipeline> {
    let mut pipeline = Pipeline::new(3, Vec::new());
    join(&mut pipeline, Pcs::Lab, profile.pcs, Adjustment::NONE);
    pipeline.extend(profile.to_device(intent)?);
    pipeline.extend(lab_of_device(profile, Intent::Relative)?);
    Some(pipeline)
}

/// The darkest colour that a target can show, as XYZ.
fn target_black(end: End<'_>, intent: Intent) -> [f64; 3] {
    let End::Profile(profile) = end else { return [0.0; 3] };
    let v4 = profile.version >= 4 && intent != Intent::Relative;
    let known = matches!(&profile.space, b"GRAY" | b"RGB " | b"CMYK");
    if profile.is_abstract() || v4 || !known || !profile.has_table(intent, Direction::ToDevice) {
        return source_black(end, intent);
    }
    let first = match intent {
        Intent::Relative => lab_of(source_black(end, intent)),
        _ => [0.0; 3],
    };
    fitted_black(profile, intent, first).map(xyz_of).unwrap_or_default()
}

/// Black as Lab where a round trip of greys bends away from it (Adobe, "Black point compensation",
/// 2006, with the fit of Little CMS).
fn fitted_black(profile: &Profile, intent: Intent, first: [f64; 3]) -> Option<[f64; 3]> {
    const STEPS: usize = 256;
    let trip = round_trip(profile, intent)?;
    let [_, a, b] = first.map(|x| x.clamp(-50.0, 50.0) as f32);
    let inside: Vec<f64> = (0..STEPS).map(|i| i as f64 * 100.0 / 255.0).collect();
    let mut outside: Vec<f64> =
        inside.iter().map(|l| f64::from(trip.run(&colour(&[*l as f32, a, b]))[0])).collect();
    for i in (1..STEPS - 1).rev() {
        outside[i] = outside[i].min(outside[i + 1]);
    }
    let (least, most) = (outside[0], outside[STEPS - 1]);
    if least >= most {
        return None;
    }
    let relative = intent == Intent::Relative;
    let mut pairs = inside.iter().zip(&outside);
    let straight = pairs.all(|(x, y)| *x <= least + 0.2 * (most - least) || (x - y).abs() < 4.0);
    if relative && straight {
        return Some(first);
    }
    let (low, high) = if relative { (0.1, 0.5) } else { (0.03, 0.25) };
    let shadows: Vec<(f64, f64)> = inside
        .iter()
        .zip(outside.iter().map(|y| (y - least) / (most - least)))
        .filter(|(_, y)| (low..high).contains(y))
        .map(|(x, y)| (*x, y))
        .collect();
    Some([quadratic_root(&shadows)?.max(0.0), first[1], first[2]])
}

/// Where the parabola nearest to the points is 0.
fn quadratic_root(points: &[(f64, f64)]) -> Option<f64> {
    if points.len() < 3 {
        return None;
    }
    let sum = |f: fn(f64, f64) -> f64| points.iter().map(|(x, y)| f(*x, *y)).sum::<f64>();
    let (x1, x2) = (sum(|x, _| x), sum(|x, _| x * x));
    let (x3, x4) = (sum(|x, _| x * x * x), sum(|x, _| x * x * x * x));
    let right = [sum(|_, y| y), sum(|x, y| x * y), sum(|x, y| x * x * y)];
    let rows = [[points.len() as f64, x1, x2], [x1, x2, x3], [x2, x3, x4]];
    let inverse = super::profile::inverted(rows)?;
    let [c, b, a] = inverse.map(|row| row[0] * right[0] + row[1] * right[1] + row[2] * right[2]);
    if a.abs() < 1e-10 {
        return Some((-c / b).clamp(0.0, 50.0));
    }
    let d = b * b - 4.0 * a * c;
    Some(if d <= 0.0 { 0.0 } else { ((-b + d.sqrt()) / (2.0 * a)).clamp(0.0, 50.0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::profile_load::built_in;

    fn cmyk() -> Profile {
        Profile::parse(&built_in("cmyk").unwrap()).unwrap()
    }

    fn lab(profile: &Profile, ink: [f32; 4], intent: Intent) -> [f32; 3] {
        let wish = Wish { intent, black_point: false };
        let link = connect(End::Profile(profile), End::Pcs(Pcs::Lab), wish).unwrap();
        let [l, a, b, ..] = link.run(&colour(&ink));
        [l, a, b]
    }

    /// The numbers are those of the reference.
    #[test]
    fn inks_have_their_colours() {
        let profile = cmyk();
        let cyan = [1.0, 0.0, 0.0, 0.0];
        for (ink, intent, expected) in [
            (cyan, Intent::Relative, [56.652, -36.782, -52.973]),
            (cyan, Intent::Absolute, [54.463, -34.117, -36.852]),
            (cyan, Intent::Perceptual, [55.433, -39.424, -54.483]),
            ([0.0; 4], Intent::Absolute, [96.503, 2.817, 16.300]),
            ([0.0, 0.0, 0.0, 1.0], Intent::Perceptual, [2.400, 3.774, 4.677]),
            ([1.0; 4], Intent::Perceptual, [0.0; 3]),
        ] {
            let found = lab(&profile, ink, intent);
            let near = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.1);
            assert!(near, "{ink:?} {intent:?}: {found:?}, not {expected:?}");
        }
    }

    #[test]
    fn a_parabola_is_fitted() {
        let points: Vec<(f64, f64)> =
            (10..40).map(|i| (f64::from(i), 0.01 * f64::from(i * i) - 0.25)).collect();
        assert!((quadratic_root(&points).unwrap() - 5.0).abs() < 1e-6);
        assert!(quadratic_root(&points[..2]).is_none());
    }
}
