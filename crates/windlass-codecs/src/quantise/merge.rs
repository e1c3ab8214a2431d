//! Groups of colours joined two by two, those first whose joining adds the least error (Ward, "Hierarchical grouping to
//! optimize an objective function", 1963; for palettes Equitz, "A new vector quantization clustering
//! algorithm", 1989).

use super::nearest::{Point, distance};
use super::split::Group;

/// A group as its joining is weighed.
#[derive(Clone, Copy)]
struct Heap {
    mean: Point,
    weight: f32,
    /// The number of pixels to the power of 3/4. By the number itself the error would be least, but most colours
    /// would go to large areas that are nearly even, and their grain, told apart finely, makes long codes.
    counted: f32,
}

/// Whom a group would join, and what that costs.
#[derive(Clone, Copy)]
struct Partner {
    cost: f32,
    with: usize,
}

/// The means of groups that are joined until there are at most so many.
pub(super) fn merge(groups: &[Group], most: usize) -> Vec<Point> {
    let mut heaps: Vec<Heap> =
        groups.iter().map(|group| Heap::new(group.mean, group.weight)).collect();
    if heaps.len() > most {
        let mut partners: Vec<Partner> = (0..heaps.len()).map(|at| partner(&heaps, at)).collect();
        while heaps.len() > most.max(1) {
            join_cheapest(&mut heaps, &mut partners);
        }
    }
    heaps.into_iter().map(|heap| heap.mean).collect()
}

fn join_cheapest(heaps: &mut Vec<Heap>, partners: &mut Vec<Partner>) {
    let costs = partners.iter().enumerate();
    let cheapest = costs.min_by(|one, other| one.1.cost.total_cmp(&other.1.cost));
    let Some((at, &Partner { with, .. })) = cheapest else { return };
    let (kept, gone) = (at.min(with), at.max(with));
    heaps[kept] = heaps[kept].joined(heaps[gone]);
    // the last one moves to where the other was
    heaps.swap_remove(gone);
    partners.swap_remove(gone);
    let moved = heaps.len();
    for at in 0..heaps.len() {
        let with = partners[at].with;
        if at == kept || with == kept || with == gone {
            partners[at] = partner(heaps, at);
            continue;
        }
        if with == moved {
            partners[at].with = gone;
        }
        let cost = cost(heaps[at], heaps[kept]);
        if cost < partners[at].cost {
            partners[at] = Partner { cost, with: kept };
        }
    }
}

fn partner(heaps: &[Heap], at: usize) -> Partner {
    let mut best = Partner { cost: f32::MAX, with: at };
    for (with, &other) in heaps.iter().enumerate() {
        let cost = cost(heaps[at], other);
        if cost < best.cost && with != at {
            best = Partner { cost, with };
        }
    }
    best
}

/// The squared error that is added by one mean for two groups.
#[inline]
fn cost(one: Heap, other: Heap) -> f32 {
    one.counted * other.counted / (one.counted + other.counted) * distance(one.mean, other.mean)
}

impl Heap {
    fn new(mean: Point, weight: f32) -> Self {
        Self { mean, weight, counted: weight.sqrt() * weight.sqrt().sqrt() }
    }

    fn joined(self, other: Self) -> Self {
        let weight = self.weight + other.weight;
        let share = other.weight / weight.max(f32::MIN_POSITIVE);
        let between = |band: usize| self.mean[band] + share * (other.mean[band] - self.mean[band]);
        Self::new(std::array::from_fn(between), weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_and_small_groups_are_joined_first() {
        let group = |place: f32, weight: f32| Group { mean: [place, 0.0, 0.0, 255.0], weight };
        let groups = [group(0.0, 100.0), group(10.0, 100.0), group(50.0, 1.0), group(62.0, 3.0)];
        let places = |most: usize| -> Vec<f32> {
            let mut places: Vec<f32> = merge(&groups, most).iter().map(|mean| mean[0]).collect();
            places.sort_by(f32::total_cmp);
            places
        };
        assert_eq!(places(4), [0.0, 10.0, 50.0, 62.0]);
        assert_eq!(places(3), [0.0, 10.0, 59.0]);
        assert_eq!(places(2), [5.0, 59.0]);
        assert_eq!(places(1).len(), 1);
    }
}
