//! Colours split into groups: of all groups, that one is split next whose error shrinks most, across the line on
//! which its colours spread most (Orchard and Bouman, "Color quantization of images", 1991), at the
//! place that leaves the least error (Wu, "Color quantization by dynamic programming and principal
//! analysis", 1992; the sum of two variances as in Otsu, 1979).

use super::nearest::{Point, dot};
use super::samples::Sample;

/// Places on the line at which a group may be split.
const BINS: usize = 32;

/// Colours with a common mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) mean: Point,
    pub(super) weight: f32,
}

/// A group while it is split.
struct Part {
    start: usize,
    end: usize,
    group: Group,
    cut: Option<Cut>,
}

/// How a group is split.
#[derive(Clone, Copy)]
struct Cut {
    axis: Point,
    threshold: f32,
    /// How much of the squared error goes away
    gain: f32,
}

/// At most so many groups of the samples, which are put in another order.
pub(super) fn split(samples: &mut [Sample], most: usize) -> Vec<Group> {
    if samples.len() <= most {
        let group = |sample: &Sample| Group { mean: sample.point, weight: sample.weight };
        return samples.iter().map(group).collect();
    }
    let mut parts = vec![part(samples, 0, samples.len())];
    while parts.len() < most {
        let gain = |part: &Part| part.cut.map_or(0.0, |cut| cut.gain);
        let (at, part) = match parts
            .iter()
            .enumerate()
            .max_by(|one, other| gain(one.1).total_cmp(&gain(other.1)))
        {
            Some((at, part)) if part.cut.is_some() => (at, part),
            _ => break,
        };
        let (start, end) = (part.start, part.end);
        let Some(cut) = part.cut else { break };
        let middle = start + partition(&mut samples[start..end], cut);
        parts[at] = self::part(samples, start, middle);
        parts.push(self::part(samples, middle, end));
    }
    parts.into_iter().map(|part| part.group).collect()
}

fn part(samples: &[Sample], start: usize, end: usize) -> Part {
    let samples = &samples[start..end];
    let (group, spread) = moments(samples);
    let cut = if samples.len() > 1 { cut(samples, group.mean, axis(&spread)) } else { None };
    Part { start, end, group, cut }
}

/// Puts those samples first that lie below the cut; how many.
fn partition(samples: &mut [Sample], cut: Cut) -> usize {
    let mut first = 0;
    for at in 0..samples.len() {
        if dot(samples[at].point, cut.axis) < cut.threshold {
            samples.swap(first, at);
            first += 1;
        }
    }
    first
}

/// The mean, and how bands vary with each other.
fn moments(samples: &[Sample]) -> (Group, [[f32; 4]; 4]) {
    // sums are taken from the first colour, so that they stay small
    let origin = samples.first().map_or([0.0; 4], |sample| sample.point);
    let mut weight = 0.0_f64;
    let mut sum = [0.0_f64; 4];
    let mut products = [[0.0_f64; 4]; 4];
    for piece in samples.chunks(256) {
        let mut part = (0.0_f32, [0.0_f32; 4], [[0.0_f32; 4]; 4]);
        for sample in piece {
            let from: Point = std::array::from_fn(|band| sample.point[band] - origin[band]);
            part.0 += sample.weight;
            for one in 0..4 {
                let weighted = sample.weight * from[one];
                part.1[one] += weighted;
                for other in 0..4 {
                    part.2[one][other] += weighted * from[other];
                }
            }
        }
        weight += f64::from(part.0);
        for one in 0..4 {
            sum[one] += f64::from(part.1[one]);
            for other in 0..4 {
                products[one][other] += f64::from(part.2[one][other]);
            }
        }
    }
    let mean = sum.map(|sum| sum / weight.max(1.0));
    let spread = std::array::from_fn(|one| {
        std::array::from_fn(|other| (products[one][other] - sum[one] * mean[other]) as f32)
    });
    let mean = std::array::from_fn(|band| origin[band] + mean[band] as f32);
    (Group { mean, weight: weight as f32 }, spread)
}

/// The direction in which colours spread most, by repeated multiplication.
fn axis(spread: &[[f32; 4]; 4]) -> Point {
    const STEPS: usize = 8;
    let widest = (0..4).max_by(|&one, &other| spread[one][one].total_cmp(&spread[other][other]));
    let mut axis = spread[widest.unwrap_or(0)];
    for _ in 0..STEPS {
        let next: Point = std::array::from_fn(|band| dot(spread[band], axis));
        let length = dot(next, next).sqrt();
        if length <= 0.0 || !length.is_finite() {
            break;
        }
        axis = next.map(|side| side / length);
    }
    let length = dot(axis, axis).sqrt().max(f32::MIN_POSITIVE);
    axis.map(|side| side / length)
}

/// The best place along an axis; none where all samples are at one.
fn cut(samples: &[Sample], mean: Point, axis: Point) -> Option<Cut> {
    let places = || samples.iter().map(|sample| dot(sample.point, axis));
    let (low, high) =
        places().fold((f32::MAX, f32::MIN), |(low, high), place| (low.min(place), high.max(place)));
    let step = (high - low) / BINS as f32;
    if step <= 1e-4 {
        return None;
    }
    let middle = dot(mean, axis);
    let mut bins = [(0.0_f32, 0.0_f32); BINS];
    for (place, sample) in places().zip(samples) {
        let bin = &mut bins[(((place - low) / step) as usize).min(BINS - 1)];
        bin.0 += sample.weight;
        bin.1 += sample.weight * (place - middle);
    }
    let all = bins.iter().fold((0.0, 0.0), |sum, bin| (sum.0 + bin.0, sum.1 + bin.1));
    let mut below = (0.0, 0.0);
    let mut best: Option<Cut> = None;
    for (number, bin) in bins[..BINS - 1].iter().enumerate() {
        below = (below.0 + bin.0, below.1 + bin.1);
        let above = (all.0 - below.0, all.1 - below.1);
        if bin.0 <= 0.0 || above.0 <= 0.0 {
            continue;
        }
        let gain =
            below.1 * below.1 / below.0 + above.1 * above.1 / above.0 - all.1 * all.1 / all.0;
        if best.is_none_or(|best| gain > best.gain) {
            best = Some(Cut { axis, threshold: low + step * (number + 1) as f32, gain });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(place: f32, weight: f32) -> Sample {
        Sample { point: [place, 2.0 * place, 0.0, 255.0], weight }
    }

    #[test]
    fn heaps_become_groups() {
        let heaps = [(10.0, 40), (60.0, 7), (90.0, 20), (95.0, 9)];
        let beside = |(place, count): (f32, usize)| {
            (0..count).map(move |number| sample(place + number as f32 / 50.0, 3.0))
        };
        let mut samples: Vec<Sample> = heaps.into_iter().flat_map(beside).collect();
        samples.reverse();
        let mut groups = split(&mut samples, 4);
        groups.sort_by(|one, other| one.mean[0].total_cmp(&other.mean[0]));
        assert_eq!(groups.len(), 4);
        for (group, (place, count)) in groups.iter().zip(heaps) {
            let expected = place + (count - 1) as f32 / 100.0;
            assert!((group.mean[0] - expected).abs() < 1e-3, "{group:?} {expected}");
            assert!((group.weight - 3.0 * count as f32).abs() < 1e-3, "{group:?}");
        }
    }

    #[test]
    fn no_more_groups_than_colours() {
        let mut samples = [sample(1.0, 5.0), sample(2.0, 1.0)];
        assert_eq!(split(&mut samples, 4).len(), 2);
        let mut same = [sample(1.0, 1.0); 9];
        assert_eq!(split(&mut same, 4).len(), 1);
    }
}
