//! Colours moved to where the pixels are: Lloyd's algorithm (k-means), with colours that little hangs on moved to
//! where the error is largest (as in Patané and Russo, "The enhanced LBG algorithm", 2001).

use super::Colour;
use super::nearest::{Nearest, Point, distance, point};

const ROUNDS: usize = 5;
/// Rounds at the end in which colours only settle.
const SETTLING: usize = 2;
/// The most colours that are moved elsewhere in a round.
const MOVES: usize = 16;
/// The pixels looked at, evenly spread.
const SAMPLES: usize = 1 << 16;

/// The pixels that a colour stands for.
#[derive(Clone, Copy, Default)]
struct Cluster {
    count: f64,
    sum: [f64; 4],
    /// Squares of the distances from the colour, in each band
    errors: [f64; 4],
}

/// Colours that stand for these pixels with a smaller squared error than those given, sorted by alpha.
pub(super) fn refined(rgba: &[Colour], mut colours: Vec<Point>) -> Vec<Point> {
    for round in 0..ROUNDS {
        let clusters = clusters(rgba, &colours, round);
        for (colour, cluster) in colours.iter_mut().zip(&clusters) {
            if cluster.count > 0.0 {
                *colour = cluster.sum.map(|sum| (sum / cluster.count) as f32);
            }
        }
        if round + SETTLING < ROUNDS {
            relocate(&mut colours, &clusters);
        }
    }
    for sample in colours.as_flattened_mut() {
        *sample = sample.round().clamp(0.0, 255.0);
    }
    colours.sort_by(|one, other| one[3].total_cmp(&other[3]));
    colours
}

/// About `SAMPLES` of the pixels; each round takes others.
pub(super) fn samples(rgba: &[Colour], round: usize) -> impl Iterator<Item = Point> {
    let step = rgba.len().div_ceil(SAMPLES).max(1);
    rgba.iter().skip(round % step).step_by(step).map(|&colour| point(colour))
}

fn clusters(rgba: &[Colour], colours: &[Point], round: usize) -> Vec<Cluster> {
    let mut nearest = Nearest::new(colours.to_vec());
    let mut clusters = vec![Cluster::default(); colours.len()];
    for sample in samples(rgba, round) {
        let (index, _) = nearest.find(sample);
        let (cluster, colour) = (&mut clusters[index], colours[index]);
        cluster.count += 1.0;
        for (band, value) in sample.into_iter().enumerate() {
            cluster.sum[band] += f64::from(value);
            cluster.errors[band] += f64::from((value - colour[band]).powi(2));
        }
    }
    clusters
}

/// Moves colours whose pixels have another colour nearby to the clusters with the largest errors, which
/// they split.
fn relocate(colours: &mut [Point], clusters: &[Cluster]) {
    /// How much of the error of a cluster goes away when it is split, at least
    const GAIN: f64 = 0.35;
    let mut costs: Vec<(f64, usize)> =
        (0..colours.len()).map(|index| (cost(colours, clusters, index), index)).collect();
    costs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let error = |cluster: &Cluster| cluster.errors.iter().sum::<f64>();
    let mut errors: Vec<(f64, usize)> = clusters.iter().map(error).zip(0..).collect();
    errors.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut taken = vec![false; colours.len()];
    for (&(cost, from), &(error, to)) in
        costs.iter().zip(&errors).take(MOVES.min(colours.len() / 4))
    {
        if cost >= GAIN * error || taken[from] || taken[to] || from == to {
            continue;
        }
        (taken[from], taken[to]) = (true, true);
        (colours[from], colours[to]) = halves(colours[to], &clusters[to]);
    }
}

/// What the error grows by where a colour is taken away and another stands for its pixels.
fn cost(colours: &[Point], clusters: &[Cluster], index: usize) -> f64 {
    let others = colours.iter().enumerate().filter(|&(other, _)| other != index);
    let least = others.map(|(_, &other)| distance(colours[index], other)).fold(f32::MAX, f32::min);
    f64::from(least) * clusters[index].count
}

/// Two colours beside the middle of a cluster, as far apart as its pixels are.
fn halves(middle: Point, cluster: &Cluster) -> (Point, Point) {
    let spread = cluster.errors.map(|error| (error / cluster.count.max(1.0)).sqrt() as f32 / 2.0);
    let beside = |sign: f32| {
        std::array::from_fn(|band| (middle[band] + sign * spread[band]).clamp(0.0, 255.0))
    };
    (beside(1.0), beside(-1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_move_to_where_the_error_is() {
        // two grounds of one colour and a ramp; the colours given are all at the first ground
        let ramp = (0..=255).map(|value| [value, value / 2, 40, 255]);
        let rgba: Vec<Colour> = [[10, 10, 10, 255]; 500]
            .into_iter()
            .chain([[200, 9, 9, 255]; 500])
            .chain(ramp)
            .collect();
        let given: Vec<Point> =
            (0..16).map(|number| [10.0 + number as f32, 10.0, 10.0, 255.0]).collect();
        let error = |colours: &[Point]| -> f32 {
            let mut nearest = Nearest::new(colours.to_vec());
            rgba.iter().map(|&colour| nearest.find(point(colour)).1).sum()
        };
        let refined = refined(&rgba, given.clone());
        assert_eq!(refined.len(), given.len());
        assert!(
            error(&refined) * 100.0 < error(&given),
            "{} of {}",
            error(&refined),
            error(&given)
        );
        assert!(refined.contains(&[200.0, 9.0, 9.0, 255.0]), "{refined:?}");
    }
}
