//! Rectangles and sizes in pixels.

/// A rectangle of pixels; empty where width or height is not positive.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "four numbers, for ever")]
pub struct Rect {
    /// Left edge
    pub left: i32,
    /// Top edge
    pub top: i32,
    /// Width in pixels
    pub width: i32,
    /// Height in pixels
    pub height: i32,
}

impl Rect {
    /// The rectangle of `width` by `height` whose top left corner is `(left, top)`.
    pub const fn new(left: i32, top: i32, width: i32, height: i32) -> Self {
        Self { left, top, width, height }
    }

    /// The first column to the right.
    pub const fn right(&self) -> i32 {
        self.left.saturating_add(self.width)
    }

    /// The first row below.
    pub const fn bottom(&self) -> i32 {
        self.top.saturating_add(self.height)
    }

    /// Whether there is no pixel in it.
    pub const fn is_empty(&self) -> bool {
        self.width <= 0 || self.height <= 0
    }

    /// Pixels in it.
    pub const fn area(&self) -> u64 {
        if self.is_empty() { 0 } else { self.width as u64 * self.height as u64 }
    }

    /// The same rectangle, moved.
    pub const fn translate(&self, dx: i32, dy: i32) -> Self {
        Self { left: self.left.saturating_add(dx), top: self.top.saturating_add(dy), ..*self }
    }

    /// The rectangle with a margin on every side; a margin beyond any image (2²⁹) counts as that.
    pub const fn grow(&self, margin: i32) -> Self {
        let margin = if margin > 1 << 29 { 1 << 29 } else { margin };
        Self::new(
            self.left.saturating_sub(margin),
            self.top.saturating_sub(margin),
            self.width.saturating_add(2 * margin),
            self.height.saturating_add(2 * margin),
        )
    }

    /// What lies in both.
    pub fn intersect(&self, other: &Self) -> Self {
        let (left, top) = (self.left.max(other.left), self.top.max(other.top));
        Self {
            left,
            top,
            width: (self.right().min(other.right()) - left).max(0),
            height: (self.bottom().min(other.bottom()) - top).max(0),
        }
    }

    /// The smallest rectangle around both; an empty one counts for nothing.
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        let (left, top) = (self.left.min(other.left), self.top.min(other.top));
        Self {
            left,
            top,
            width: self.right().max(other.right()) - left,
            height: self.bottom().max(other.bottom()) - top,
        }
    }

    /// Whether all of `other` lies in it.
    pub fn contains(&self, other: &Self) -> bool {
        other.is_empty()
            || (self.left <= other.left
                && self.top <= other.top
                && self.right() >= other.right()
                && self.bottom() >= other.bottom())
    }

    /// The parts of it outside `hole`: above, left, right, below, those that are not empty.
    pub fn minus(&self, hole: &Self) -> impl Iterator<Item = Self> + use<> {
        let hole = self.intersect(hole);
        let parts = if hole.is_empty() {
            [*self, Self::default(), Self::default(), Self::default()]
        } else {
            let Self { left, top, width, .. } = *self;
            [
                Self::new(left, top, width, hole.top - top),
                Self::new(left, hole.top, hole.left - left, hole.height),
                Self::new(hole.right(), hole.top, self.right() - hole.right(), hole.height),
                Self::new(left, hole.bottom(), width, self.bottom() - hole.bottom()),
            ]
        };
        parts.into_iter().filter(|part| !part.is_empty())
    }

    /// The coordinates inside nearest to `(x, y)`.
    pub fn nearest(&self, x: i32, y: i32) -> (i32, i32) {
        (x.clamp(self.left, self.right() - 1), y.clamp(self.top, self.bottom() - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minus_covers_what_is_left() {
        let whole = Rect::new(0, 0, 10, 10);
        let hole = Rect::new(3, 4, 2, 3);
        let area: u64 = whole.minus(&hole).map(|part| part.area()).sum();
        assert_eq!(area, 100 - 6);
        assert_eq!(whole.minus(&Rect::new(20, 0, 5, 5)).collect::<Vec<_>>(), [whole]);
        assert_eq!(whole.minus(&whole).count(), 0);
    }

    #[test]
    fn huge_margins_saturate() {
        assert!(Rect::new(0, 0, 10, 10).grow(i32::MAX).contains(&Rect::new(0, 0, 10, 10)));
    }
}
