//! Which index is likely to come after those before it, and what it is worth to take a likely one.
//!
//! LZW and deflate write in few bits what they have seen already. Among colours that are about as near, that one is taken
//! whose error, and whose bits at a price in error, are least together (Lagrangian rate-distortion
//! optimisation; Chou, Lookabaugh and Gray, "Entropy-constrained vector quantization", 1989). An error that is
//! spread makes good for it nearby, so where errors are spread this costs next to nothing.

use super::nearest::{Point, distance};

/// The price of a bit, as part of the usual squared error of a pixel. With fine steps a bit less would make
/// the error grow by 0.46 of itself (6 decibels a bit of each of three bands).
const PRICE: f32 = 0.25;
/// The same where errors are spread: at a higher one, rows are drawn that can be seen.
const PRICE_SPREAD: f32 = 0.15;
/// What is added to the share of an index, 0 to 1, before its bits are counted, so that what has
/// never been seen is not too dear.
const UNSEEN: f64 = 0.3;
/// Indices that are told apart in all that came before, at most.
const CONTEXTS: usize = 1 << 12;
/// Followers that are remembered of each.
const REMEMBERED: usize = 4;
/// One in so many is the part of all shares that the latest index takes over.
const LATEST: u8 = 8;

/// What came after the same indices before: shares of 255.
#[derive(Clone, Copy, Default)]
struct Seen {
    indices: [u8; REMEMBERED],
    shares: [u8; REMEMBERED],
}

/// What is likely to come next, and its price.
pub(super) struct Followers {
    seen: Vec<Seen>,
    /// The indices before, as a number of so many digits
    context: usize,
    colours: usize,
    /// Of an index by its share
    prices: Vec<f32>,
}

impl Followers {
    /// Of so many colours; `usual` is the usual error of a sample, `level` says how much of an error is spread,
    /// 0 to 1.
    pub(super) fn new(colours: usize, usual: f32, level: f32) -> Self {
        let colours = colours.max(2);
        let mut contexts = colours;
        while contexts * colours <= CONTEXTS {
            contexts *= colours;
        }
        let bit = (PRICE + level * (PRICE_SPREAD - PRICE)) * 3.0 * usual * usual;
        let price = |share: u32| -bit * libm::log2(f64::from(share) / 255.0 + UNSEEN) as f32;
        let prices = (0..=255).map(price).collect();
        Self { seen: vec![Seen::default(); contexts], context: 0, colours, prices }
    }

    /// The index to paint what is `wanted` with, whose nearest one is given with the square of its distance.
    #[inline]
    pub(super) fn take(
        &mut self,
        wanted: Point,
        (nearest, apart): (usize, f32),
        points: &[Point],
    ) -> usize {
        let seen = self.seen[self.context];
        let share = seen.share(nearest as u8);
        let mut best = (nearest, apart + self.prices[usize::from(share)]);
        for (&index, &other) in seen.indices.iter().zip(&seen.shares) {
            if other > share {
                let index = usize::from(index);
                let cost = distance(wanted, points[index]) + self.prices[usize::from(other)];
                if cost < best.1 {
                    best = (index, cost);
                }
            }
        }
        self.note(best.0);
        best.0
    }

    /// Notes an index that comes next.
    #[inline]
    pub(super) fn note(&mut self, index: usize) {
        self.seen[self.context].note(index as u8);
        self.context = (self.context * self.colours + index) % self.seen.len();
    }
}

impl Seen {
    #[inline]
    fn share(self, index: u8) -> u8 {
        let found = self.indices.iter().zip(&self.shares).filter(|&(&other, _)| other == index);
        found.map(|(_, &share)| share).max().unwrap_or(0)
    }

    /// Gives an index a larger share; that with the least is forgotten for a new one.
    #[inline]
    fn note(&mut self, index: u8) {
        for share in &mut self.shares {
            *share -= *share / LATEST;
        }
        let known = self.indices.iter().zip(&self.shares);
        let mut known = known.map(|(&other, &share)| other == index && share > 0);
        let least = || (0..REMEMBERED).min_by_key(|&at| self.shares[at]).unwrap_or(0);
        let place = known.position(|known| known).unwrap_or_else(least);
        if self.indices[place] != index {
            (self.indices[place], self.shares[place]) = (index, 0);
        }
        self.shares[place] += u8::MAX / LATEST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: [Point; 3] =
        [[0.0, 0.0, 0.0, 255.0], [10.0, 0.0, 0.0, 255.0], [90.0, 0.0, 0.0, 255.0]];

    fn taken(followers: &mut Followers, red: f32, near: usize) -> usize {
        let wanted = [red, 0.0, 0.0, 255.0];
        followers.take(wanted, (near, distance(wanted, POINTS[near])), &POINTS)
    }

    #[test]
    fn what_came_before_is_taken_where_it_is_about_as_near() {
        let mut followers = Followers::new(3, 5.0, 0.0);
        for _ in 0..100 {
            assert_eq!(taken(&mut followers, 0.0, 0), 0);
        }
        // a bit is worth 19 squares
        assert_eq!(taken(&mut followers, 5.5, 1), 0);
        assert_eq!(taken(&mut followers, 9.0, 1), 1);
        // exact colours cost nothing to stay exact
        let mut exact = Followers::new(3, 0.0, 0.0);
        (0..100).for_each(|_| exact.note(0));
        assert_eq!(taken(&mut exact, 5.5, 1), 1);
    }

    #[test]
    fn rhythms_are_learned() {
        let mut followers = Followers::new(3, 5.0, 0.0);
        let rhythm = [0, 1, 1, 2];
        (0..400).for_each(|at| followers.note(rhythm[at % 4]));
        // as near to both, and after 2 there was always 0, after 0 always 1
        assert_eq!(taken(&mut followers, 5.0, 1), 0);
        assert_eq!(taken(&mut followers, 5.0, 0), 1);
    }

    #[test]
    fn shares_follow_what_comes_and_stay_in_range() {
        let mut seen = Seen::default();
        (0..50).for_each(|_| seen.note(7));
        assert!(seen.share(7) > 240, "{}", seen.share(7));
        // more than are remembered, in turn
        (0..60).for_each(|at| seen.note([7, 1, 2, 3, 4, 5][at % 6]));
        assert!(seen.share(5) >= u8::MAX / LATEST && seen.share(7) < 100);
        assert_eq!(seen.share(9), 0);
    }
}
