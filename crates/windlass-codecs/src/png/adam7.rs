//! The seven passes of an interlaced image.

use super::header::Ihdr;

/// A pass: every `dx`-th pixel of every `dy`-th row, from `(x, y)` on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) dx: usize,
    pub(super) dy: usize,
    /// Its size in pixels
    pub(super) width: u32,
    pub(super) height: u32,
}

const PASSES: [[u8; 4]; 7] = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
];

/// The passes of an image that have pixels.
pub(super) fn passes(ihdr: &Ihdr) -> impl Iterator<Item = Pass> {
    let (width, height) = (ihdr.width, ihdr.height);
    let all = PASSES.map(|numbers| {
        let [x, y, dx, dy] = numbers.map(u32::from);
        Pass {
            x: x as usize,
            y: y as usize,
            dx: dx as usize,
            dy: dy as usize,
            width: width.saturating_sub(x).div_ceil(dx),
            height: height.saturating_sub(y).div_ceil(dy),
        }
    });
    all.into_iter().filter(|pass| pass.width > 0 && pass.height > 0)
}
