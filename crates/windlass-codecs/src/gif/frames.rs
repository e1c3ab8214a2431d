//! What of a frame has to be written, given what is shown already.

use super::table::difference;
use super::write;
use crate::quantise::Colour;
use windlass_core::Result;
use windlass_io::alloc;

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

    /// The pixels of the window in the order of the file, out of all `indices`.
    pub(super) fn pixels(&self, indices: &[u8], width: usize, interlaced: bool) -> Vec<u8> {
        let row = |y: usize| {
            let start = (self.top + y) * width + self.left;
            &indices[start..start + self.width]
        };
        let mut out = Vec::with_capacity(self.width * self.height);
        let passes: &[(usize, usize)] =
            if interlaced { &[(0, 8), (4, 8), (2, 4), (1, 2)] } else { &[(0, 1)] };
        for &(first, step) in passes {
            for y in (first..self.height).step_by(step) {
                out.extend_from_slice(row(y));
            }
        }
        out
    }
}

/// Whether a picture is clear where another is not.
pub(super) fn uncovers(before: &[Colour], after: &[Colour]) -> bool {
    before.iter().zip(after).any(|(before, after)| before[3] != 0 && after[3] == 0)
}

/// What a change of the index costs, in pixels, as it is assumed: half as much in runs of equal pixels.
const CHANGES: [usize; 3] = [32, 6, 0];

/// Makes pixels transparent that are shown already, where that makes the codes shorter, and notes in
/// `shown` what is shown then. `clear` is the index of what is transparent, `tolerance` the distance of
/// colours that count as equal. Fewer and more of them are tried, and counted.
pub(super) fn hide_unchanged(
    indices: &mut Vec<u8>,
    shown: &mut [Colour],
    rgba: &[Colour],
    width: usize,
    clear: Option<u8>,
    tolerance: f64,
) -> Result<()> {
    let Some(clear) = clear else {
        shown.copy_from_slice(rgba);
        return Ok(());
    };
    let most = (tolerance * tolerance) as u32;
    let mut same: Vec<bool> = alloc::try_with_capacity(rgba.len())?;
    let equal =
        |(one, other): (&Colour, &Colour)| one[3] == other[3] && difference(*one, *other) <= most;
    same.extend(shown.iter().zip(rgba).map(equal));
    let mut best = hidden(indices, &same, width, clear, CHANGES[0])?;
    let mut least = None;
    for change in &CHANGES[1..] {
        let other = hidden(indices, &same, width, clear, *change)?;
        if other == best {
            continue;
        }
        let now = match least {
            Some(least) => least,
            None => length(&best, width, clear)?,
        };
        let length = length(&other, width, clear)?;
        least = Some(now.min(length));
        if length < now {
            best = other;
        }
    }
    *indices = best;
    for ((index, shown), rgba) in indices.iter().zip(shown).zip(rgba) {
        if *index != clear {
            *shown = *rgba;
        }
    }
    Ok(())
}

/// The indices with those hidden that are the same, by what a change is assumed to cost.
fn hidden(
    indices: &[u8],
    same: &[bool],
    width: usize,
    clear: u8,
    change: usize,
) -> Result<Vec<u8>> {
    let mut out: Vec<u8> = alloc::try_with_capacity(indices.len())?;
    out.extend_from_slice(indices);
    for (row, same) in out.chunks_exact_mut(width).zip(same.chunks_exact(width)) {
        hide_row(row, clear, same, change);
    }
    Ok(out)
}

/// How many bytes of codes the part takes that is not hidden.
fn length(indices: &[u8], width: usize, clear: u8) -> Result<usize> {
    let size = (width, indices.len() / width.max(1));
    let window = window(indices, size, Some(clear));
    Ok(write::codes(&window.pixels(indices, width, false), 8)?.len())
}

/// Runs of equal pixels are hidden at either end of the row, where they are long, and where the
/// index changes anyway to a hidden one.
fn hide_row(indices: &mut [u8], clear: u8, same: &[bool], change: usize) {
    let mut x = 0;
    while x < indices.len() {
        if !same[x] {
            x += 1;
            continue;
        }
        let run = same[x..].iter().take_while(|&&same| same).count();
        let alike = indices[x..].iter().take_while(|&&index| index == indices[x]).count();
        let at_end = x == 0 || x + run == indices.len();
        if at_end || indices[x - 1] == clear || 2 * run >= alike + change {
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
        hide_row(&mut row, 9, &[false, false, true, false, false], 32);
        assert_eq!(row, [1, 2, 3, 4, 5]);
        hide_row(&mut row, 9, &[false, false, false, true, true], 32);
        assert_eq!(row, [1, 2, 3, 9, 9]);
    }

    #[test]
    fn scattered_pixels_are_hidden_where_most_are_equal() -> Result<()> {
        let mut seed = 1_u32;
        let mut dice = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        };
        let mut indices: Vec<u8> = (0..64 * 64).map(|_| dice() % 250).collect();
        let mut shown: Vec<Colour> = vec![[1, 2, 3, 255]; 64 * 64];
        let rgba: Vec<Colour> = (0..64 * 64)
            .map(|_| if dice() < 220 { [1, 2, 3, 255] } else { [dice(), 90, 90, 255] })
            .collect();
        let before = shown.clone();
        hide_unchanged(&mut indices, &mut shown, &rgba, 64, Some(255), 0.0)?;
        let hidden: usize = indices.iter().map(|&index| usize::from(index == 255)).sum();
        let equal = rgba.iter().zip(&before).filter(|(one, other)| one == other).count();
        assert_eq!(hidden, equal);
        assert_eq!(shown, rgba);
        Ok(())
    }
}
