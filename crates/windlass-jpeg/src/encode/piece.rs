//! A strip of the picture, encoded.

use super::Encoder;
use super::convert::Planes;
use super::dering;
use super::frame::Component;
use super::tokens::{Rows as Tokens, Store};
use super::trellis::{Rates, Trellis};
use crate::{Error, ErrorKind, Result};
use windlass_simd::jpeg_encode::{
    BLOCK_BYTES, Blocks, Coder, Pair, code, quantise, significant, transform,
};

/// Rows of interleaved pixels.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by the caller")]
pub struct Rows<'a> {
    /// The samples, from the first of the first row to the last of the last row at least.
    pub pixels: &'a [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
    /// Which row of the picture the first one is.
    pub top: usize,
    /// How many there are.
    pub rows: usize,
}

/// A strip of rows, wherever they lie.
#[derive(Clone, Copy)]
pub(super) enum Strip<'a> {
    Piece(Rows<'a>),
    Table(&'a [&'a [u8]], usize),
}

impl<'a> Strip<'a> {
    pub(super) fn top(self) -> usize {
        match self {
            Self::Piece(rows) => rows.top,
            Self::Table(_, top) => top,
        }
    }

    pub(super) fn rows(self) -> usize {
        match self {
            Self::Piece(rows) => rows.rows,
            Self::Table(rows, _) => rows.len(),
        }
    }

    /// The samples of row `y` of the strip, and whatever follows them.
    pub(super) fn row(self, y: usize) -> &'a [u8] {
        match self {
            Self::Piece(rows) => &rows.pixels[y * rows.stride..],
            Self::Table(rows, _) => rows[y],
        }
    }

    /// Whether there are `row` bytes for each row.
    fn is_filled(self, row: usize) -> bool {
        match self {
            Self::Piece(Rows { pixels, stride, rows, .. }) => {
                let needed =
                    (rows - 1).checked_mul(stride).and_then(|bytes| bytes.checked_add(row));
                stride >= row && needed.is_some_and(|needed| needed <= pixels.len())
            }
            Self::Table(rows, _) => rows.iter().all(|bytes| bytes.len() >= row),
        }
    }
}

/// What [`Encoder::encode`] made of a strip, and the memory it works in.
#[derive(Debug, Default)]
pub struct Piece {
    pub(super) top: usize,
    pub(super) rows: usize,
    /// Entropy-coded bits, not stuffed; the last byte may be used in part.
    pub(super) bytes: Vec<u8>,
    pub(super) bits: u64,
    /// What has to be put in between the bits, in their order.
    pub(super) marks: Vec<Mark>,
    /// The last DC value of each component.
    pub(super) last: [i32; 4],
    /// Instead of bits, where two passes are needed: coefficients.
    pub(super) store: Store,
    work: Work,
}

/// A place among the bits of a [`Piece`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The DC difference of a component's first block, which depends on the piece before.
    Difference { at: u64, component: usize, value: i32 },
    /// A restart marker.
    Restart { at: u64 },
}

/// Memory of the stages.
#[derive(Debug, Default)]
struct Work {
    planes: Planes,
    pairs: [Vec<Pair>; 4],
    masks: [Vec<u64>; 4],
    /// Coefficients before quantisation, for the trellis.
    raw: [Vec<Pair>; 4],
    code: Vec<u8>,
    coder: Coder,
}

/// A part of a row of MCUs.
#[derive(Clone, Copy)]
struct Segment {
    /// Row of MCUs.
    row: usize,
    first: usize,
    mcus: usize,
}

impl Piece {
    pub(super) fn encode(&mut self, encoder: &Encoder, strip: Strip<'_>) -> Result<()> {
        check(encoder, strip)?;
        self.start(encoder, strip);
        let frame = &encoder.frame;
        for row in 0..strip.rows().div_ceil(frame.mcu_height()) {
            for first in (0..frame.mcus_across()).step_by(encoder.segment()) {
                let mcus = encoder.segment().min(frame.mcus_across() - first);
                self.work.planes.fill(frame, strip, row * frame.mcu_height(), first);
                let row = strip.top() / frame.mcu_height() + row;
                self.segment(encoder, Segment { row, first, mcus });
            }
            self.store.end_row();
        }
        let (rest, count) = self.work.coder.rest();
        self.bits = 8 * self.bytes.len() as u64 + u64::from(count);
        self.bytes.push(rest);
        self.last = self.work.coder.predictor;
        Ok(())
    }

    fn start(&mut self, encoder: &Encoder, strip: Strip<'_>) {
        let frame = &encoder.frame;
        (self.top, self.rows) = (strip.top(), strip.rows());
        self.bytes.clear();
        self.marks.clear();
        self.store.start(frame);
        self.work.coder = Coder::default();
        self.work.coder.open = [true; 4];
        self.work.planes.resize(frame, encoder.segment());
        let mut blocks = 0;
        for (i, component) in frame.components.iter().enumerate() {
            let pairs = component.vertical * pairs_across(encoder.segment(), component.horizontal);
            self.work.pairs[i].resize(pairs, [0; 128]);
            self.work.masks[i].resize(2 * pairs, 0);
            blocks += 2 * pairs;
        }
        if !encoder.two_passes() {
            self.work.code.resize(BLOCK_BYTES * blocks + 8, 0);
        }
    }

    fn segment(&mut self, encoder: &Encoder, segment: Segment) {
        let components = 0..encoder.frame.components.len();
        for component in components.clone() {
            self.work.transform(encoder, component, segment);
        }
        if let Some(trellis) = &encoder.trellis {
            self.work.improve(encoder, trellis, segment);
        }
        for component in components {
            self.work.pad(encoder, component, segment);
        }
        if encoder.two_passes() {
            self.keep(encoder, segment);
        } else {
            self.code(encoder, segment);
        }
    }

    /// Huffman-code a segment, in parts if restart markers fall within.
    fn code(&mut self, encoder: &Encoder, segment: Segment) {
        let interval = u64::from(encoder.settings.restart_interval);
        let across = encoder.frame.mcus_across() as u64;
        let mut done = 0;
        while done < segment.mcus {
            let number = segment.row as u64 * across + (segment.first + done) as u64;
            let mut to = segment.mcus;
            if interval > 0 {
                if number > 0 && number.is_multiple_of(interval) {
                    self.restart();
                }
                to = to.min(done + (interval - number % interval) as usize);
            }
            self.part(encoder, segment, done..to);
            done = to;
        }
    }

    fn part(&mut self, encoder: &Encoder, segment: Segment, mcus: std::ops::Range<usize>) {
        let open = self.work.coder.open;
        let before = 8 * self.bytes.len() as u64;
        let work = &mut self.work;
        let components: [Blocks<'_>; 4] = std::array::from_fn(|i| {
            let component = encoder.frame.components.get(i).unwrap_or(&encoder.frame.components[0]);
            Blocks {
                pairs: &work.pairs[i],
                masks: &work.masks[i],
                pairs_across: pairs_across(segment.mcus, component.horizontal),
                horizontal: component.horizontal,
                vertical: component.vertical,
                codes: &encoder.codes[component.tables],
            }
        });
        let components = &components[..encoder.frame.components.len()];
        let level = windlass_simd::level();
        let length = code(level, components, mcus, &mut work.coder, &mut work.code);
        self.bytes.extend_from_slice(&work.code[..length]);
        for (component, open) in open.into_iter().enumerate().take(components.len()) {
            if open && !work.coder.open[component] {
                let (at, value) = work.coder.left_out[component];
                let at = before + at as u64;
                self.marks.push(Mark::Difference { at, component, value });
            }
        }
    }

    /// Note a restart marker; the bits go on at the next whole byte.
    fn restart(&mut self) {
        let (rest, count) = self.work.coder.rest();
        let at = 8 * self.bytes.len() as u64 + u64::from(count);
        self.marks.push(Mark::Restart { at });
        if count > 0 {
            self.bytes.push(rest);
        }
        self.work.coder = Coder::default();
    }

    /// Keep the coefficients of a segment for the second pass.
    fn keep(&mut self, encoder: &Encoder, segment: Segment) {
        for (i, component) in encoder.frame.components.iter().enumerate() {
            let across = pairs_across(segment.mcus, component.horizontal);
            for row in 0..component.vertical {
                let blocks = segment.mcus * component.horizontal;
                let first = segment.first * component.horizontal;
                let real = component.blocks_across.saturating_sub(first).min(blocks);
                let down = segment.row * component.vertical + row;
                let real = if down < component.blocks_down { real } else { 0 };
                let pairs = &self.work.pairs[i][row * across..][..across];
                let masks = &self.work.masks[i][2 * row * across..][..2 * across];
                self.store.append(i, row, Tokens { pairs, masks, blocks, real });
            }
        }
    }
}

impl Work {
    /// The quantised coefficients of a component.
    fn transform(&mut self, encoder: &Encoder, index: usize, segment: Segment) {
        let component = encoder.frame.components[index];
        let across = pairs_across(segment.mcus, component.horizontal);
        let stride = self.planes.strides[index];
        let level = windlass_simd::level();
        for row in 0..component.vertical {
            let plane = &self.planes.samples[index][8 * row * stride..];
            let pairs = &mut self.pairs[index][row * across..][..across];
            let masks = &mut self.masks[index][2 * row * across..][..2 * across];
            transform(level, plane, stride, pairs);
            if encoder.settings.overshoot_deringing {
                dering::improve(plane, stride, &encoder.tables[component.tables], pairs);
            }
            if encoder.trellis.is_some() {
                let raw = &mut self.raw[index];
                raw.truncate(row * across);
                raw.extend_from_slice(pairs);
            }
            quantise(level, &encoder.quantisers[component.tables], pairs, masks);
        }
    }

    /// Chooses the coefficients of a whole row of MCUs, with rates that are those of its symbols.
    fn improve(&mut self, encoder: &Encoder, trellis: &[Trellis; 2], segment: Segment) {
        let level = windlass_simd::level();
        let mut rates = trellis.each_ref().map(Rates::new);
        for (i, component) in encoder.frame.components.iter().enumerate() {
            for block in blocks(component, segment.mcus) {
                let (pair, mask) = (&self.pairs[i][block / 2], self.masks[i][block]);
                rates[component.tables].count(pair, 8 * (block % 2), mask);
            }
        }
        let rates = rates.map(Rates::finish);
        for (i, component) in encoder.frame.components.iter().enumerate() {
            let (trellis, rates) = (&trellis[component.tables], &rates[component.tables]);
            for block in blocks(component, segment.mcus) {
                let (raw, pair) = (&self.raw[i][block / 2], &mut self.pairs[i][block / 2]);
                trellis.improve(rates, raw, pair, 8 * (block % 2), self.masks[i][block]);
            }
            significant(level, &self.pairs[i], &mut self.masks[i]);
        }
    }

    /// Blocks of an MCU that lie outside the component are flat, as dark as the block before.
    fn pad(&mut self, encoder: &Encoder, index: usize, segment: Segment) {
        let component = encoder.frame.components[index];
        let (horizontal, vertical) = (component.horizontal, component.vertical);
        let below = (segment.row + 1) * vertical > component.blocks_down;
        let right = (segment.first + segment.mcus) * horizontal > component.blocks_across;
        let first = match (below, right) {
            (true, _) => 0,
            (false, true) => segment.mcus - 1,
            (false, false) => return,
        };
        let across = pairs_across(segment.mcus, horizontal);
        for mcu in first..segment.mcus {
            let mut before = 0;
            for row in 0..vertical {
                for column in mcu * horizontal..(mcu + 1) * horizontal {
                    let place = row * across + column / 2;
                    let half = 8 * (column % 2);
                    let outside = segment.row * vertical + row >= component.blocks_down
                        || segment.first * horizontal + column >= component.blocks_across;
                    let pair = &mut self.pairs[index][place];
                    if outside {
                        flatten(pair, half, before);
                        self.masks[index][2 * place + column % 2] = 0;
                    }
                    before = pair[half];
                }
            }
        }
    }
}

/// Make one block of a pair a flat one.
fn flatten(pair: &mut Pair, half: usize, dc: i16) {
    for row in pair.as_chunks_mut::<16>().0 {
        row[half..half + 8].fill(0);
    }
    pair[half] = dc;
}

/// The places of the blocks of so many MCUs, two to a pair: the last pair of a row may have but one.
fn blocks(component: &Component, mcus: usize) -> impl Iterator<Item = usize> {
    let across = pairs_across(mcus, component.horizontal);
    let count = mcus * component.horizontal;
    (0..component.vertical).flat_map(move |row| (0..count).map(move |x| 2 * row * across + x))
}

/// Pairs of blocks in a row of `mcus` MCUs.
fn pairs_across(mcus: usize, horizontal: usize) -> usize {
    (mcus * horizontal).div_ceil(2)
}

fn check(encoder: &Encoder, strip: Strip<'_>) -> Result<()> {
    let malformed = |message: String| Err(Error::new(ErrorKind::Malformed, message));
    let frame = &encoder.frame;
    let step = frame.mcu_height();
    let (top, rows) = (strip.top(), strip.rows());
    let end = top.saturating_add(rows);
    if rows == 0 || end > frame.height {
        return malformed(format!("rows {top} to {end} are not in a picture of {}", frame.height));
    }
    if !top.is_multiple_of(step) || (end < frame.height && !end.is_multiple_of(step)) {
        return malformed(format!("rows {top} to {end} are no multiples of {step}"));
    }
    if !strip.is_filled(frame.width * frame.colour.bands()) {
        return malformed(format!("too few bytes for the rows {top} to {end}"));
    }
    Ok(())
}
