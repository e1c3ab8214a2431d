//! The header of a frame (RFC 6386 §9 and §19.2).

use crate::bools::{Bools, Place};
use crate::tables::{FIRST_FACTORS, OTHER_FACTORS, Probabilities, TOKEN_UPDATES, TOKENS};
use crate::{Error, Result};
use std::ops::Range;

/// Factors of first and other coefficients.
pub(crate) type Factors = [i16; 2];

/// What holds for the macroblocks of a segment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Segment {
    pub(crate) luma: Factors,
    /// Of the block that holds the first coefficients of the others
    pub(crate) means: Factors,
    pub(crate) chroma: Factors,
    /// Levels of the loop filter, of macroblocks predicted as a whole and of those in blocks
    pub(crate) levels: [u8; 2],
}

/// What a header says.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Probabilities of the number of a segment, where macroblocks say it
    pub(crate) segment_map: Option<[u8; 3]>,
    pub(crate) segments: [Segment; 4],
    /// Whether the filter is the simple one
    pub(crate) simple: bool,
    pub(crate) sharpness: u8,
    /// The probability that a macroblock has coefficients, where macroblocks say it
    pub(crate) skip: Option<u8>,
    pub(crate) tokens: Box<Probabilities>,
    /// Where the first partition is
    pub(crate) first: Range<usize>,
    /// Where in it the modes begin
    pub(crate) modes: Place,
    /// Where the partitions of coefficients are
    pub(crate) partitions: Vec<Range<usize>>,
}

const TAG: usize = 10;

impl Frame {
    /// Reads the header of the frame `data`.
    pub(crate) fn read(data: &[u8]) -> Result<Self> {
        let head = data.first_chunk::<TAG>().ok_or(Error::Header)?;
        let tag = u32::from_le_bytes([head[0], head[1], head[2], 0]);
        let length = (tag >> 5) as usize;
        let side = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]) & 0x3FFF);
        let (width, height) = (side(6), side(8));
        let is_key = tag & 1 == 0 && tag >> 1 & 7 <= 3;
        if !is_key || head[3..6] != [0x9D, 0x01, 0x2A] || width == 0 || height == 0 {
            return Err(Error::Header);
        }
        let first = TAG..TAG + length;
        let mut bools =
            Bools::at(Place::start(length), data.get(first.clone()).ok_or(Error::Truncated)?);
        // the space of colours and whether samples need clamping change nothing
        bools.literal(2);
        let segmentation = Segmentation::read(&mut bools);
        let filter = Filter::read(&mut bools);
        let count = 1usize << bools.literal(2);
        let partitions = partitions(data, first.end, count)?;
        let quantisers = Quantisers::read(&mut bools);
        // whether the probabilities hold for the next frame too
        bools.flag();
        let tokens = tokens(&mut bools);
        let skip = bools.flag().then(|| bools.literal(8));
        if bools.is_ended() {
            return Err(Error::Truncated);
        }
        let segment = |number: usize| quantisers.segment(&segmentation, &filter, number);
        Ok(Self {
            width,
            height,
            segments: [segment(0), segment(1), segment(2), segment(3)],
            segment_map: segmentation.map,
            simple: filter.simple,
            sharpness: filter.sharpness,
            skip,
            tokens,
            modes: bools.place(),
            first,
            partitions,
        })
    }

    /// Columns and rows of macroblocks.
    pub(crate) fn macroblocks(&self) -> (usize, usize) {
        (self.width.div_ceil(16), self.height.div_ceil(16))
    }
}

/// What differs between segments (§9.3).
struct Segmentation {
    enabled: bool,
    /// Whether the values stand for themselves, not for differences
    absolute: bool,
    quantisers: [i32; 4],
    levels: [i32; 4],
    map: Option<[u8; 3]>,
}

impl Segmentation {
    fn read(bools: &mut Bools<'_>) -> Self {
        let (quantisers, levels) = ([0; 4], [0; 4]);
        let mut read =
            Self { enabled: bools.flag(), absolute: true, quantisers, levels, map: None };
        if !read.enabled {
            return read;
        }
        let (map, values) = (bools.flag(), bools.flag());
        if values {
            read.absolute = bools.flag();
            read.quantisers = [0; 4].map(|_: i32| bools.optional(7).unwrap_or(0));
            read.levels = [0; 4].map(|_: i32| bools.optional(6).unwrap_or(0));
        }
        if map {
            read.map = Some([0; 3].map(|_: u8| if bools.flag() { bools.literal(8) } else { 255 }));
        }
        read
    }

    /// A value of the frame as it is in a segment.
    fn apply(&self, frame: i32, values: &[i32; 4], number: usize) -> i32 {
        match (self.enabled, self.absolute) {
            (false, _) => frame,
            (true, true) => values[number],
            (true, false) => frame + values[number],
        }
    }
}

/// The loop filter (§9.4).
struct Filter {
    simple: bool,
    level: i32,
    sharpness: u8,
    /// What is added for macroblocks that are predicted as a whole, and in blocks
    deltas: [i32; 2],
}

impl Filter {
    fn read(bools: &mut Bools<'_>) -> Self {
        let simple = bools.flag();
        let (level, sharpness) = (i32::from(bools.literal(6)), bools.literal(3));
        let mut deltas = [0; 2];
        if bools.flag() && bools.flag() {
            let [inside, ..] = [0; 4].map(|_: i32| bools.optional(6).unwrap_or(0));
            let [blocks, ..] = [0; 4].map(|_: i32| bools.optional(6).unwrap_or(0));
            deltas = [inside, inside + blocks];
        }
        Self { simple, level, sharpness, deltas }
    }
}

/// Indices into the tables of factors (§9.6).
struct Quantisers {
    base: i32,
    luma_first: i32,
    means: [i32; 2],
    chroma: [i32; 2],
}

impl Quantisers {
    fn read(bools: &mut Bools<'_>) -> Self {
        let base = i32::from(bools.literal(7));
        let mut delta = || bools.optional(4).unwrap_or(0);
        let luma_first = delta();
        Self { base, luma_first, means: [delta(), delta()], chroma: [delta(), delta()] }
    }

    fn segment(&self, segmentation: &Segmentation, filter: &Filter, number: usize) -> Segment {
        let base = segmentation.apply(self.base, &segmentation.quantisers, number);
        let factor = |table: &[i16; 128], delta: i32| table[(base + delta).clamp(0, 127) as usize];
        let means_other = i32::from(factor(&OTHER_FACTORS, self.means[1])) * 155 / 100;
        let level = segmentation.apply(filter.level, &segmentation.levels, number);
        let level = |delta: i32| if filter.level == 0 { 0 } else { (level + delta).clamp(0, 63) };
        Segment {
            luma: [factor(&FIRST_FACTORS, self.luma_first), factor(&OTHER_FACTORS, 0)],
            means: [2 * factor(&FIRST_FACTORS, self.means[0]), means_other.max(8) as i16],
            chroma: [
                factor(&FIRST_FACTORS, self.chroma[0]).min(132),
                factor(&OTHER_FACTORS, self.chroma[1]),
            ],
            levels: filter.deltas.map(|delta| level(delta) as u8),
        }
    }
}

/// Where the partitions of coefficients are (§9.5); those that are cut off are as long as they can be.
fn partitions(data: &[u8], start: usize, count: usize) -> Result<Vec<Range<usize>>> {
    let sizes = data.get(start..start + 3 * (count - 1)).ok_or(Error::Truncated)?;
    let mut at = start + sizes.len();
    let mut ranges = Vec::with_capacity(count);
    for size in sizes.as_chunks::<3>().0 {
        let size = u32::from_le_bytes([size[0], size[1], size[2], 0]) as usize;
        let end = data.len().min(at + size);
        ranges.push(at..end);
        at = end;
    }
    if at >= data.len() {
        return Err(Error::Truncated);
    }
    ranges.push(at..data.len());
    Ok(ranges)
}

/// The probabilities of tokens (§13.4).
fn tokens(bools: &mut Bools<'_>) -> Box<Probabilities> {
    let mut tokens = Box::new(TOKENS);
    let all = tokens.as_flattened_mut().as_flattened_mut().as_flattened_mut();
    let updates = TOKEN_UPDATES.as_flattened().as_flattened().as_flattened();
    for (probability, &update) in all.iter_mut().zip(updates) {
        if bools.bool(update) {
            *probability = bools.literal(8);
        }
    }
    tokens
}
