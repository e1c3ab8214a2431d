//! How macroblocks and their blocks are predicted, and how that is coded (RFC 6386 §8 and §11).

use crate::bools::Bools;
use crate::tables::BLOCK_MODES;

/// The prediction of a macroblock, or of its chroma.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Mode {
    #[default]
    Mean,
    Vertical,
    Horizontal,
    /// Gradients go on ("true motion")
    Gradient,
}

/// The prediction of a block of 4 by 4 samples, in the order of the specification.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum BlockMode {
    #[default]
    Mean,
    Gradient,
    Vertical,
    Horizontal,
    LeftDown,
    RightDown,
    VerticalRight,
    VerticalLeft,
    HorizontalDown,
    HorizontalUp,
}

/// The prediction of luma.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Luma {
    Whole(Mode),
    Blocks([BlockMode; 16]),
}

/// The mode of luma; `above` and `left` are the modes of the blocks there, and those of this macroblock
/// afterwards.
pub(crate) fn luma(
    bools: &mut Bools<'_>,
    above: &mut [BlockMode; 4],
    left: &mut [BlockMode; 4],
) -> Luma {
    if !bools.bool(145) {
        return Luma::Blocks(blocks(bools, above, left));
    }
    let mode = match bools.bool(156) {
        false if bools.bool(163) => Mode::Vertical,
        false => Mode::Mean,
        true if bools.bool(128) => Mode::Gradient,
        true => Mode::Horizontal,
    };
    let alike = match mode {
        Mode::Mean => BlockMode::Mean,
        Mode::Vertical => BlockMode::Vertical,
        Mode::Horizontal => BlockMode::Horizontal,
        Mode::Gradient => BlockMode::Gradient,
    };
    (*above, *left) = ([alike; 4], [alike; 4]);
    Luma::Whole(mode)
}

/// The mode of chroma.
pub(crate) fn chroma(bools: &mut Bools<'_>) -> Mode {
    if !bools.bool(142) {
        Mode::Mean
    } else if !bools.bool(114) {
        Mode::Vertical
    } else if bools.bool(183) {
        Mode::Gradient
    } else {
        Mode::Horizontal
    }
}

fn blocks(
    bools: &mut Bools<'_>,
    above: &mut [BlockMode; 4],
    left: &mut [BlockMode; 4],
) -> [BlockMode; 16] {
    let mut modes = [BlockMode::Mean; 16];
    for (modes, left) in modes.as_chunks_mut::<4>().0.iter_mut().zip(left) {
        for (mode, above) in modes.iter_mut().zip(above.iter_mut()) {
            *mode = block(bools, &BLOCK_MODES[*above as usize][*left as usize]);
            (*above, *left) = (*mode, *mode);
        }
    }
    modes
}

/// The tree of §11.2.
fn block(bools: &mut Bools<'_>, tree: &[u8; 9]) -> BlockMode {
    if !bools.bool(tree[0]) {
        return BlockMode::Mean;
    }
    if !bools.bool(tree[1]) {
        return BlockMode::Gradient;
    }
    if !bools.bool(tree[2]) {
        return BlockMode::Vertical;
    }
    if !bools.bool(tree[3]) {
        return match bools.bool(tree[4]) {
            false => BlockMode::Horizontal,
            true if bools.bool(tree[5]) => BlockMode::VerticalRight,
            true => BlockMode::RightDown,
        };
    }
    if !bools.bool(tree[6]) {
        return BlockMode::LeftDown;
    }
    match bools.bool(tree[7]) {
        false => BlockMode::VerticalLeft,
        true if bools.bool(tree[8]) => BlockMode::HorizontalUp,
        true => BlockMode::HorizontalDown,
    }
}
