//! Colours moved to where the pixels are: Lloyd's algorithm (k-means), which compares only with colours that can be nearer
//! (Phillips, "Acceleration of k-means and related clustering algorithms", 2002). It ends where no small
//! step is better, so what each colour stands for is split then, and the parts are joined to colours
//! again (Kaukoranta, Fränti and Nevalainen, "Iterative split-and-merge algorithm for vector quantization
//! codebook generation", 1998).

use super::merge::merge;
use super::nearest::{Point, distance};
use super::samples::Sample;
use super::split::{Group, split};

/// How often all is split and joined, with few colours and with many.
const PASSES: (usize, usize) = (3, 2);
const FEW: usize = 64;
/// Rounds of Lloyd's algorithm in each pass, at most, and what the error has to shrink by for another.
const ROUNDS: usize = 4;
const SHRINKS: f64 = 0.999;
/// The parts that are joined, in all, and those of one colour.
const PARTS: usize = 512;
const MOST: usize = 8;

/// The pixels that a colour stands for.
#[derive(Clone, Copy, Default)]
struct Cluster {
    weight: f64,
    sum: [f64; 4],
}

/// Colours that stand for the samples with a smaller error than those given, at most as many.
pub(super) fn refined(samples: &[Sample], colours: Vec<Point>) -> Vec<Point> {
    let mut owners = vec![0; samples.len()];
    let passes = if colours.len() <= FEW { PASSES.0 } else { PASSES.1 };
    let mut now = colours;
    let mut error = settle(samples, &mut now, &mut owners);
    let mut best = now.clone();
    for _ in 1..passes {
        now = regrouped(samples, &owners, now.len());
        let least = error;
        error = error.min(settle(samples, &mut now, &mut owners));
        if error < least {
            best.clone_from(&now);
        }
    }
    best
}

/// Moves colours to the means of the samples that are nearest to them; the error, as it is
/// priced. `owners` become the nearest ones.
fn settle(samples: &[Sample], colours: &mut [Point], owners: &mut [u8]) -> f64 {
    let mut least = f64::MAX;
    for round in 0..ROUNDS {
        let (clusters, error) = clusters(samples, colours, owners, round > 0);
        for (colour, cluster) in colours.iter_mut().zip(&clusters) {
            if cluster.weight > 0.0 {
                *colour = cluster.sum.map(|sum| (sum / cluster.weight) as f32);
            }
        }
        let shrinks = error <= SHRINKS * least;
        least = least.min(error);
        if !shrinks {
            break;
        }
    }
    least
}

/// What each colour stands for, and the squared error with its price. `owners` are those of colours that
/// were near these, if they are known.
fn clusters(
    samples: &[Sample],
    colours: &[Point],
    owners: &mut [u8],
    known: bool,
) -> (Vec<Cluster>, f64) {
    let neighbours = neighbours(colours);
    let mut clusters = vec![Cluster::default(); colours.len()];
    let mut error = 0.0;
    let mut last = 0;
    for (sample, owner) in samples.iter().zip(owners) {
        // samples stand as they were split, beside those like them
        let guess = if known { usize::from(*owner) } else { last };
        let (index, distance) = nearest(sample.point, colours, &neighbours, guess);
        (*owner, last) = (index as u8, index);
        let weight = f64::from(sample.weight);
        let cluster = &mut clusters[index];
        cluster.weight += weight;
        for (sum, value) in cluster.sum.iter_mut().zip(sample.point) {
            *sum += weight * f64::from(value);
        }
        error += weight * f64::from(distance);
    }
    let price = price(&clusters);
    (clusters, error * price)
}

/// What the squared error is multiplied by for the length of the codes: that follows the entropy of the
/// indices (Chou, Lookabaugh and Gray, "Entropy-constrained vector quantization", 1989), and a bit of it would buy a
/// quarter of the error.
fn price(clusters: &[Cluster]) -> f64 {
    /// How much of the price is asked: error is what counts most
    const ASKED: f64 = 0.2;
    let all: f64 = clusters.iter().map(|cluster| cluster.weight).sum();
    let shares = clusters.iter().map(|cluster| cluster.weight / all).filter(|&share| share > 0.0);
    let entropy: f64 = shares.map(|share| -share * libm::log2(share)).sum();
    libm::exp2(2.0 * ASKED * entropy)
}

/// The nearest colour and the square of its distance, beginning at a guess: what is as far from the guess as twice
/// the guess is from the point cannot be nearer.
#[inline]
fn nearest(
    point: Point,
    colours: &[Point],
    neighbours: &[(f32, u8)],
    guess: usize,
) -> (usize, f32) {
    let first = distance(point, colours[guess]);
    let mut best = (guess, first);
    for &(apart, index) in &neighbours[guess * colours.len()..][..colours.len()] {
        if apart >= 4.0 * first {
            break;
        }
        let distance = distance(point, colours[usize::from(index)]);
        if distance < best.1 {
            best = (usize::from(index), distance);
        }
    }
    best
}

/// For each colour all colours in the order of their distance from it, with its square.
fn neighbours(colours: &[Point]) -> Vec<(f32, u8)> {
    // bits of numbers that are not negative are in the order of the numbers
    let key = |(distance, index): (f32, u8)| u64::from(distance.to_bits()) << 8 | u64::from(index);
    let entry = |key: u64| (f32::from_bits((key >> 8) as u32), key as u8);
    let mut all = Vec::with_capacity(colours.len() * colours.len());
    let mut keys = Vec::with_capacity(colours.len());
    for &colour in colours {
        let others = colours.iter().zip(0_u8..=255);
        keys.clear();
        keys.extend(others.map(|(&other, index)| key((distance(colour, other), index))));
        keys.sort_unstable();
        all.extend(keys.iter().copied().map(entry));
    }
    all
}

/// Splits what each colour stands for, and joins the parts of all to at most as many colours.
fn regrouped(samples: &[Sample], owners: &[u8], count: usize) -> Vec<Point> {
    let parts = (PARTS / count.max(1)).clamp(2, MOST);
    let mut members: Vec<Vec<Sample>> = vec![Vec::new(); count];
    for (&sample, &owner) in samples.iter().zip(owners) {
        members[usize::from(owner)].push(sample);
    }
    let groups: Vec<Group> = members.iter_mut().flat_map(|members| split(members, parts)).collect();
    merge(&groups, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_move_to_where_the_error_is() {
        // two grounds of one colour and a ramp; the colours given are all at the first ground
        let sample = |r: u8, g: u8, b: u8, weight: f32| Sample {
            point: [r, g, b, 255].map(f32::from),
            weight,
        };
        let ramp = (0..=255).map(|value| sample(value, value / 2, 40, 1.0));
        let samples: Vec<Sample> =
            [sample(10, 10, 10, 500.0), sample(200, 9, 9, 500.0)].into_iter().chain(ramp).collect();
        let given: Vec<Point> =
            (0..16).map(|number| [10.0 + number as f32, 10.0, 10.0, 255.0]).collect();
        let error = |colours: &[Point]| clusters(&samples, colours, &mut [0; 258], false).1;
        let refined = refined(&samples, given.clone());
        assert_eq!(refined.len(), given.len());
        assert!(
            error(&refined) * 1000.0 < error(&given),
            "{} of {}",
            error(&refined),
            error(&given)
        );
        assert!(refined.contains(&[200.0, 9.0, 9.0, 255.0]), "{refined:?}");
    }

    #[test]
    fn what_is_compared_is_enough() {
        let mut seed = 3_u32;
        let mut point = || -> Point {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_be_bytes().map(|byte| f32::from(byte & 0xF0))
        };
        let colours: Vec<Point> = (0..200).map(|_| point()).collect();
        let neighbours = neighbours(&colours);
        for guess in 0..200 {
            let wanted = point();
            let (index, found) = nearest(wanted, &colours, &neighbours, guess);
            let all = colours.iter().map(|&colour| distance(wanted, colour));
            assert_eq!(Some(found), all.min_by(f32::total_cmp));
            assert_eq!(found, distance(wanted, colours[index]));
        }
    }
}
