//! From bits to modes and coefficients.

use crate::bools::{Bools, Place};
use crate::frame::{Frame, Segment};
use crate::modes::{self, BlockMode, Luma, Mode};
use crate::tokens::{self, Block, Places};
use crate::{Error, Painter, Result};
use bytes::Bytes;

/// Blocks of a macroblock: 16 of luma, 4 of each chroma, and the one of means.
pub(crate) const MEANS: u32 = 24;

/// What a macroblock is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Macroblock {
    pub(crate) luma: Luma,
    pub(crate) chroma: Mode,
    /// Which of its blocks have coefficients, of which there is a block in the row
    pub(crate) coded: u32,
    /// Those of them with a first coefficient only
    pub(crate) flat: u32,
    /// The level of the loop filter, 0 for none
    pub(crate) level: u8,
    /// Whether edges inside are filtered
    pub(crate) inside: bool,
}

/// A row of macroblocks as it comes out of the bits.
#[derive(Debug, Default)]
pub struct MacroblockRow {
    pub(crate) macroblocks: Vec<Macroblock>,
    /// Those that are coded, one after the other
    pub(crate) blocks: Vec<Block>,
}

/// Blocks next to the current ones with coefficients: of luma, of each chroma, and of means.
#[derive(Clone, Copy, Debug, Default)]
struct Coded {
    luma: [u8; 4],
    chroma: [[u8; 2]; 2],
    means: u8,
}

/// Reads the rows of a frame, one after the other.
#[derive(Debug)]
pub struct Parser {
    data: Bytes,
    frame: Frame,
    places: Box<[Places; 4]>,
    modes: Place,
    partitions: Vec<Place>,
    above_modes: Vec<[BlockMode; 4]>,
    above: Vec<Coded>,
    next: usize,
}

impl Parser {
    /// A parser of the frame in `data`: the payload of a chunk `VP8 ` of WebP.
    pub fn new(data: Bytes) -> Result<Self> {
        let frame = Frame::read(&data)?;
        let columns = frame.macroblocks().0;
        Ok(Self {
            places: tokens::places(&frame.tokens),
            modes: frame.modes,
            partitions: frame.partitions.iter().map(|range| Place::start(range.len())).collect(),
            above_modes: vec![[BlockMode::Mean; 4]; columns],
            above: vec![Coded::default(); columns],
            next: 0,
            data,
            frame,
        })
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        (self.frame.width, self.frame.height)
    }

    /// Rows of macroblocks, those that were read included.
    pub fn rows(&self) -> usize {
        self.frame.macroblocks().1
    }

    /// What makes planes of the rows of this parser.
    pub fn painter(&self) -> Painter {
        Painter::new(&self.frame)
    }

    /// Reads the next row; one behind the last is empty.
    pub fn read(&mut self, row: &mut MacroblockRow) -> Result<()> {
        row.macroblocks.clear();
        row.blocks.clear();
        if self.next >= self.rows() {
            return Ok(());
        }
        self.read_modes(row)?;
        self.read_tokens(row)?;
        self.next += 1;
        Ok(())
    }

    /// The modes of a row; the segment of a macroblock goes into its `level` for the time being, and
    /// whether it has no coefficients into `coded`.
    fn read_modes(&mut self, row: &mut MacroblockRow) -> Result<()> {
        let frame = &self.frame;
        let mut bools = Bools::at(self.modes, &self.data[frame.first.clone()]);
        let mut left = [BlockMode::Mean; 4];
        for above in &mut self.above_modes {
            let level = frame.segment_map.map_or(0, |map| segment(&mut bools, map));
            let skipped = frame.skip.is_some_and(|probability| bools.bool(probability));
            let luma = modes::luma(&mut bools, above, &mut left);
            let chroma = modes::chroma(&mut bools);
            let coded = u32::from(skipped);
            row.macroblocks.push(Macroblock { luma, chroma, coded, flat: 0, level, inside: false });
        }
        self.modes = bools.place();
        if bools.is_ended() { Err(Error::Truncated) } else { Ok(()) }
    }

    fn read_tokens(&mut self, row: &mut MacroblockRow) -> Result<()> {
        let number = self.next % self.partitions.len();
        let place = &mut self.partitions[number];
        let mut bools = Bools::at(*place, &self.data[self.frame.partitions[number].clone()]);
        let MacroblockRow { macroblocks, blocks } = row;
        let mut left = Coded::default();
        for (macroblock, above) in macroblocks.iter_mut().zip(&mut self.above) {
            let segment = &self.frame.segments[usize::from(macroblock.level & 3)];
            let in_blocks = matches!(macroblock.luma, Luma::Blocks(_));
            macroblock.level = segment.levels[usize::from(in_blocks)];
            macroblock.inside = in_blocks;
            let skipped = macroblock.coded != 0;
            macroblock.coded = 0;
            if skipped {
                // blocks of means stay known where a macroblock has none
                let means = |coded: &Coded| if in_blocks { coded.means } else { 0 };
                *above = Coded { means: means(above), ..Coded::default() };
                left = Coded { means: means(&left), ..Coded::default() };
                continue;
            }
            let mut residue = Residue { bools, places: &self.places, segment, blocks, macroblock };
            residue.read(in_blocks, above, &mut left);
            bools = residue.bools;
            if bools.is_ended() {
                return Err(Error::Truncated);
            }
        }
        *place = bools.place();
        Ok(())
    }
}

/// The tree of §10.
fn segment(bools: &mut Bools<'_>, map: [u8; 3]) -> u8 {
    if bools.bool(map[0]) { 2 + u8::from(bools.bool(map[2])) } else { u8::from(bools.bool(map[1])) }
}

/// The coefficients of a macroblock.
struct Residue<'a, 'data> {
    bools: Bools<'data>,
    places: &'a [Places; 4],
    segment: &'a Segment,
    blocks: &'a mut Vec<Block>,
    macroblock: &'a mut Macroblock,
}

impl Residue<'_, '_> {
    fn read(&mut self, in_blocks: bool, above: &mut Coded, left: &mut Coded) {
        let Segment { luma, means, chroma, .. } = *self.segment;
        let (kind, first) = if in_blocks { (3, 0) } else { (0, 1) };
        if !in_blocks {
            let context = above.means + left.means;
            let coded = self.block(MEANS, 1, context, 0, means);
            (above.means, left.means) = (coded, coded);
        }
        for y in 0..4 {
            for x in 0..4 {
                let context = above.luma[x] + left.luma[y];
                let coded = self.block((4 * y + x) as u32, kind, context, first, luma);
                (above.luma[x], left.luma[y]) = (coded, coded);
            }
        }
        for plane in 0..2 {
            let (above, left) = (&mut above.chroma[plane], &mut left.chroma[plane]);
            for y in 0..2 {
                for x in 0..2 {
                    let number = (16 + 4 * plane + 2 * y + x) as u32;
                    let coded = self.block(number, 2, above[x] + left[y], 0, chroma);
                    (above[x], left[y]) = (coded, coded);
                }
            }
        }
        self.macroblock.inside |= self.macroblock.coded != 0;
    }

    /// Reads a block; 1 where there was something.
    #[expect(clippy::inline_always, reason = "the state of the decoder has to stay in registers")]
    #[inline(always)]
    fn block(
        &mut self,
        number: u32,
        kind: usize,
        context: u8,
        first: usize,
        factors: [i16; 2],
    ) -> u8 {
        let mut block = [0; 16];
        let places = &self.places[kind];
        let context = usize::from(context.min(2));
        let end = tokens::block(&mut self.bools, places, context, first, factors, &mut block);
        if end <= first {
            return 0;
        }
        self.macroblock.coded |= 1 << number;
        self.macroblock.flat |= u32::from(end == 1) << number;
        self.blocks.push(block);
        1
    }
}
