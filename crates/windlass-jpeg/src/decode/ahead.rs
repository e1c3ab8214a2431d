//! Entropy decoding ahead of its turn, so that several threads share it.
//!
//! Huffman codes find their feet by themselves: whoever begins anywhere in the middle, as though a unit
//! began there, soon meets the beginning of a true unit, mostly within three of them, and is right from
//! there on, but for a constant in the first coefficients. So a [`Part`] decodes a chunk of the file on its
//! own and notes where its units begin. The decoder, which comes that way in order, looks whether the
//! place where it stands is one of them. If so it takes over all units from there to the end of the chunk;
//! if not it decodes one unit more and looks again. What it gives is the same in any case: only
//! units that begin at the very same bit are taken over, and none in which anything is wrong.

use std::sync::Arc;

use super::bits::{Bits, unstuffed};
use super::coefficients::{MAX_SCAN, Pool, Row, Shared};
use super::plan::Plan;
use super::scan::Block;
use super::sequential;
use crate::markers::{RST0, RST7};

/// Bytes of coefficients that a part is meant to make: they stay in the cache of a core.
const WANTED_BYTES: usize = 256 << 10;
/// By how much a part may make more where the file is simpler than it was before.
const SLACK: usize = 4;
/// The most units that a part is meant to have.
const MAX_UNITS: usize = 4096;

/// What all parts of a scan have in common.
#[derive(Debug)]
pub(crate) struct Template {
    coders: Vec<sequential::Coder>,
    /// The blocks of a unit, where they lie in a row of [`Plan::memory_units`].
    blocks: Vec<Block>,
    /// How many units a part is meant to have; it may have some times that.
    pub(crate) wanted: usize,
    /// Units of a row in memory.
    each: usize,
    plan: Arc<Plan>,
    pool: Arc<Pool>,
    /// Units between restart markers, 0 if there are none.
    interval: usize,
}

impl Template {
    /// `blocks` are those of a unit, in memory out of `pool`.
    pub(crate) fn new(
        coders: &[sequential::Coder],
        plan: &Arc<Plan>,
        blocks: &[Block],
        pool: &Arc<Pool>,
        interval: usize,
    ) -> Self {
        let wanted = (WANTED_BYTES / plan.unit_bytes()).clamp(1, MAX_UNITS);
        let coders = coders.iter().map(|coder| sequential::Coder { last: 0, ..coder.clone() });
        Self {
            coders: coders.collect(),
            blocks: blocks.to_vec(),
            wanted,
            each: plan.memory_units(),
            plan: Arc::clone(plan),
            pool: Arc::clone(pool),
            interval,
        }
    }

    /// The most units of a part.
    pub(crate) fn capacity(&self) -> usize {
        SLACK * self.wanted
    }

    /// Decodes a unit into `rows`, to which another one is added when it is their turn.
    #[expect(clippy::inline_always, reason = "the bits must live in registers")]
    #[inline(always)]
    fn unit(
        &self,
        coders: &mut [sequential::Coder],
        bits: &mut Bits,
        data: &[u8],
        rows: &mut Vec<Row>,
        unit: usize,
    ) {
        let (number, unit) = self.place(unit);
        if number == rows.len() {
            rows.push(self.pool.take(&self.plan));
        }
        let Some(row) = rows.get_mut(number) else { return };
        for block in &self.blocks {
            if let Some(blocks) = row.components.get_mut(block.component)
                && let Some(coder) = coders.get_mut(block.coder)
            {
                coder.block(bits, data, blocks, block.place(0, unit), true);
            }
        }
    }

    /// The number of the row that a unit lies in, and its place there.
    fn place(&self, unit: usize) -> (usize, usize) {
        (unit / self.each, unit % self.each)
    }
}

/// A piece of the file to be decoded on any thread, out of [`Decoder::split`](super::Decoder::split).
#[derive(Debug, Default)]
pub struct Part {
    template: Option<Arc<Template>>,
    data: Arc<Vec<u8>>,
    /// The place of the data in the scan.
    base: usize,
    decoded: Option<Decoded>,
}

impl Part {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Decodes it. Nothing can go wrong: where the file makes no sense the decoder will find out.
    pub fn work(&mut self) {
        if let Some(template) = &self.template {
            self.decoded = Some(Decoded::new(template, &self.data));
        }
    }

    pub(crate) fn prepare(&mut self, template: &Arc<Template>, data: &Arc<Vec<u8>>, base: usize) {
        self.template = Some(Arc::clone(template));
        self.data = Arc::clone(data);
        self.base = base;
        self.decoded = None;
    }

    /// What was decoded, where it lies in the scan, and of which bytes.
    pub(crate) fn take(&mut self) -> Option<(Decoded, usize, Arc<Vec<u8>>)> {
        self.template = None;
        let decoded = self.decoded.take()?;
        Some((decoded, self.base, std::mem::take(&mut self.data)))
    }
}

/// The units of a chunk, as they are if the first one begins at its first bit.
#[derive(Debug)]
pub(crate) struct Decoded {
    template: Arc<Template>,
    rows: Vec<Arc<Shared>>,
    /// The bits at which the units begin, and where the last one ends; nothing for whole intervals.
    starts: Vec<u32>,
    /// The first unit from which on nothing is wrong.
    sound: usize,
    intervals: Whole,
}

/// Intervals in which nothing is wrong.
#[derive(Debug, Default)]
struct Whole {
    /// The restart marker behind the first one.
    marker: Option<u8>,
    units: usize,
    /// The place in the bytes behind the marker of the last one.
    end: usize,
}

impl Decoded {
    fn new(template: &Arc<Template>, data: &[u8]) -> Self {
        let mut rows = Vec::new();
        let mut starts = Vec::new();
        let (mut sound, mut intervals) = (0, Whole::default());
        if template.interval > 0 {
            intervals = intervals_of(template, data, &mut rows);
        } else {
            starts.reserve(template.wanted + 1);
            sound = units_of(template, data, &mut rows, &mut starts);
        }
        let shared = |row| Shared::new(row, Some(Arc::clone(&template.pool)));
        let rows = rows.into_iter().map(shared).collect();
        Self { template: Arc::clone(template), rows, starts, sound, intervals }
    }

    /// The first coefficient of the last block of a component before `unit`, as counted from the beginning
    /// of the part.
    fn last(&self, unit: usize, component: usize) -> i16 {
        let Some((number, unit)) = unit.checked_sub(1).map(|unit| self.template.place(unit)) else {
            return 0;
        };
        let blocks = self.rows.get(number).and_then(|row| row.row().components.get(component));
        let block = self.template.blocks.iter().rev().find(|block| block.component == component);
        match (block, blocks) {
            (Some(block), Some(blocks)) => blocks.first_value(block.place(0, unit)),
            _ => 0,
        }
    }

    /// The restart marker behind the first interval.
    pub(crate) fn marker(&self) -> Option<u8> {
        self.intervals.marker
    }

    /// How many units it has.
    pub(crate) fn units(&self) -> usize {
        self.starts.len().saturating_sub(1).max(self.intervals.units)
    }

    /// The bit at which the last unit ends; of intervals, the byte behind the last marker.
    pub(crate) fn end(&self) -> usize {
        self.starts.last().map_or(self.intervals.end, |&bit| bit as usize)
    }

    /// The unit that begins at `bit` and can be relied on.
    fn unit_at(&self, bit: usize) -> Option<usize> {
        let unit = self.starts.binary_search(&u32::try_from(bit).ok()?).ok()?;
        (unit >= self.sound && unit < self.units()).then_some(unit)
    }
}

/// Decodes the units that end within `data` and notes where they begin; returns the first one from which
/// on all codes are known ones.
fn units_of(template: &Template, data: &[u8], rows: &mut Vec<Row>, starts: &mut Vec<u32>) -> usize {
    let mut coders = template.coders.clone();
    let mut bits = Bits::default();
    let mut sound = 0;
    starts.push(0);
    for unit in 0..template.capacity() {
        template.unit(&mut coders, &mut bits, data, rows, unit);
        if bits.overrun(data) {
            break;
        }
        if std::mem::take(&mut bits.bad) {
            sound = unit + 1;
        }
        starts.push(bits.place() as u32);
    }
    sound
}

/// Decodes intervals, each with a restart marker behind it, as long as they are sound.
fn intervals_of(template: &Template, coded: &[u8], rows: &mut Vec<Row>) -> Whole {
    let mut whole = Whole::default();
    let mut data = Vec::new();
    let mut due = None;
    while whole.units + template.interval <= template.capacity() {
        data.clear();
        let rest = coded.get(whole.end..).unwrap_or_default();
        let Some((marker @ RST0..=RST7, length)) = unstuffed(rest, &mut data) else {
            break;
        };
        if due.is_some_and(|due| due != marker) {
            break;
        }
        let mut coders = template.coders.clone();
        let mut bits = Bits::default();
        for unit in whole.units..whole.units + template.interval {
            template.unit(&mut coders, &mut bits, &data, rows, unit);
            if bits.overrun(&data) {
                return whole;
            }
        }
        if bits.bad || bits.unused(&data) > 0 {
            break;
        }
        whole.marker.get_or_insert(marker);
        whole.units += template.interval;
        whole.end += length;
        due = Some(RST0 + ((marker - RST0 + 1) & 7));
    }
    whole
}

/// Units of a part that the decoder takes over.
#[derive(Debug)]
pub(crate) struct Adopted {
    decoded: Decoded,
    next: usize,
    base: [i16; MAX_SCAN],
}

/// Some of them.
#[derive(Debug)]
pub(crate) struct Loan {
    pub(crate) shared: Arc<Shared>,
    pub(crate) first: usize,
    pub(crate) units: usize,
    pub(crate) base: [i16; MAX_SCAN],
}

impl Adopted {
    /// Takes over the units from `bit` on, if one begins there; `last` are the first coefficients of
    /// the last block of each component before it.
    pub(crate) fn new(
        decoded: Decoded,
        bit: usize,
        last: impl Fn(usize) -> i16,
    ) -> Result<Self, Decoded> {
        let Some(next) = decoded.unit_at(bit) else {
            return Err(decoded);
        };
        let base = std::array::from_fn(|component| {
            last(component).wrapping_sub(decoded.last(next, component))
        });
        Ok(Self { decoded, next, base })
    }

    /// Takes over whole intervals.
    pub(crate) fn whole(decoded: Decoded) -> Self {
        Self { decoded, next: 0, base: [0; MAX_SCAN] }
    }

    /// The next units, `most` of them at most, which lie together in memory; nothing at the end.
    pub(crate) fn take(&mut self, most: usize) -> Option<Loan> {
        let (number, first) = self.decoded.template.place(self.next);
        let shared = Arc::clone(self.decoded.rows.get(number)?);
        let units = most.min(self.left()).min(shared.row().units - first);
        self.next += units;
        let base = self.base;
        Some(Loan { shared, first, units, base })
    }

    /// Units that were not yet taken.
    pub(crate) fn left(&self) -> usize {
        self.decoded.units() - self.next
    }

    /// The bit at which the last unit ends, and how many units were decoded up to there.
    pub(crate) fn end(&self) -> (usize, usize) {
        (self.decoded.end(), self.decoded.units())
    }

    /// The first coefficient of the last block of a component.
    pub(crate) fn last(&self, component: usize) -> i16 {
        let base = self.base.get(component).copied().unwrap_or(0);
        base.wrapping_add(self.decoded.last(self.decoded.units(), component))
    }
}
