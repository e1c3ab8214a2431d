//! What of a frame has to be written, given what is shown already.

use super::table::difference;
use crate::quantise::Colour;

/// A rectangle of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Window {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Window {
    pub(super) fn all((width, height): (usize, usize)) -> Self {
        Self { left: 0, top: 0, width, height }
    }
}

/// Whether a picture is clear where another is not.
pub(super) fn uncovers(before: &[Colour], after: &[Colour]) -> bool {
    before.iter().zip(after).any(|(before, after)| before[3] != 0 && after[3] == 0)
}

/// Makes pixels transparent that are shown already, where that makes the codes shorter, and notes in
/// `shown` what is shown then. `clear` is the index of what is transparent, `tolerance` the distance of colours that count as equal.
pub(super) fn hide_unchanged(
    indices: &mut [u8],
    shown: &mut [Colour],
    rgba: &[Colour],
    width: usize,
    clear: Option<u8>,
    tolerance: f64,
) {
    let most = (tolerance * tolerance) as u32;
    let rows = indices.chunks_exact_mut(width).zip(shown.chunks_exact_mut(width));
    for ((indices, shown), rgba) in rows.zip(rgba.chunks_exact(width)) {
        if let Some(clear) = clear {
            let same =
                |x: usize| shown[x][3] == rgba[x][3] && difference(shown[x], rgba[x]) <= most;
            hide_row(indices, clear, same);
        }
        for ((index, shown), rgba) in indices.iter().zip(shown).zip(rgba) {
            if Some(*index) != clear {
                *shown = *rgba;
            }
        }
    }
}

/// Runs of equal pixels are hidden at either end of the row, where they are long, and where the
/// index changes anyway to a hidden one.
fn hide_row(indices: &mut [u8], clear: u8, same: impl Fn(usize) -> bool) {
    /// What a change of the index costs, in pixels
    const CHANGE: usize = 32;
    let mut x = 0;
    while x < indices.len() {
        if !same(x) {
            x += 1;
            continue;
        }
        let run = (x..indices.len()).take_while(|&x| same(x)).count();
        let alike = indices[x..].iter().take_while(|&&index| index == indices[x]).count();
        let at_end = x == 0 || x + run == indices.len();
        if at_end || indices[x - 1] == clear || 2 * run >= alike + CHANGE {
            indices[x..x + run].fill(clear);
            x += run;
        } else {
            x += alike.min(run);
        }
    }
}

/// The smallest window with all pixels that are not hidden; a single pixel where all are.
pub(super) fn window(indices: &[u8], size: (usize, usize), clear: Option<u8>) -> Window {
    let Some(clear) = clear else { return Window::all(size) };
    let rows = || indices.chunks_exact(size.0).enumerate();
    let mut bounds = (size.0, size.1, 0, 0);
    for (y, row) in rows() {
        let Some(left) = row.iter().position(|&index| index != clear) else { continue };
        let right = row.iter().rposition(|&index| index != clear).unwrap_or(left) + 1;
        bounds = (bounds.0.min(left), bounds.1.min(y), bounds.2.max(right), y + 1);
    }
    let (left, top, right, bottom) = bounds;
    if right <= left {
        return Window { left: 0, top: 0, width: 1, height: 1 };
    }
    Window { left, top, width: right - left, height: bottom - top }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_hold_what_is_not_hidden() {
        let indices = [0, 0, 0, 0, 5, 0, 0, 0, 7, 0, 0, 0];
        let window = window(&indices, (3, 4), Some(0));
        assert_eq!(window, Window { left: 1, top: 1, width: 2, height: 2 });
        assert_eq!(super::window(&[0; 12], (3, 4), Some(0)).width, 1);
        assert_eq!(super::window(&indices, (3, 4), None), Window::all((3, 4)));
    }

    #[test]
    fn short_runs_stay() {
        let mut row = [1, 2, 3, 4, 5];
        hide_row(&mut row, 9, |x| x == 2);
        assert_eq!(row, [1, 2, 3, 4, 5]);
        hide_row(&mut row, 9, |x| x > 2);
        assert_eq!(row, [1, 2, 3, 9, 9]);
    }
}
