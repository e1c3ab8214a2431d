//! Walking through the entropy-coded units of a scan.

mod intervals;
mod lead;

use std::io::BufRead;
use std::sync::Arc;

use super::arithmetic;
use super::bits::{Bits, Segment};
use super::coefficients::{Blocks, Row};
use super::header::Process;
use super::huffman::{Ac, Bands, Code, Dc, Skip, standard};
use super::parse::{Frame, Scan, ScanComponent, State, Stream};
use super::plan::Plan;
use super::progressive::{self, Band, Pass};
use super::sequential::{self, Tables};
use crate::markers::{RST0, RST7, SOF0};
use crate::{Error, ErrorKind, Result};
use lead::{Lead, Piece};

/// How far behind the last unit the end of the file counts as one within the data.
const LOOK_BEHIND: usize = 48 << 10;

/// The most blocks of a unit of several components (T.81, B.2.3).
const MAX_UNIT: usize = 10;

/// The decoder of the components of a scan.
#[derive(Debug)]
enum Coders {
    Sequential(Vec<sequential::Coder>),
    Progressive(Vec<progressive::Coder>),
    Arithmetic(Box<arithmetic::Coder>),
}

impl Coders {
    /// The most bytes that the code of a block takes.
    fn max_block_bytes(&self) -> usize {
        match self {
            // 64 symbols of 16 bits with values of 15.
            Self::Sequential(_) | Self::Progressive(_) => 64 * 31 / 8 + 1,
            // 64 values of 20 decisions or so, the least likely of which take 15 bits.
            Self::Arithmetic(_) => 64 * 20 * 2,
        }
    }
}

/// A block of a unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    /// The place of the component in the scan.
    pub(crate) coder: usize,
    /// The place of the component in the frame.
    pub(crate) component: usize,
    /// The place of the block of the first unit of a row.
    offset: usize,
    /// By how many blocks the next unit is further.
    step: usize,
}

impl Block {
    /// The place of the block of `unit` in memory, where rows of units begin at `offset`.
    #[inline]
    pub(crate) fn place(&self, offset: usize, unit: usize) -> usize {
        offset + self.offset + unit * self.step
    }
}

/// The state of a scan.
#[derive(Debug)]
pub(crate) struct Walk {
    coders: Coders,
    blocks: Vec<Block>,
    /// Units of a row.
    across: usize,
    /// The component of a scan of one, with the blocks of a row of its buffer and the rows in it.
    single: Option<Single>,
    /// Units between restarts, 0 if there are none, and those until the next one.
    interval: usize,
    left: usize,
    /// The number of the next restart marker, modulo 8.
    next_restart: u8,
    /// Whether the data ended too early, so that the blocks until the next restart stay 0.
    exhausted: bool,
    /// Whether blocks are cleared before they are decoded.
    fresh: bool,
    /// Blocks decoded since anybody asked.
    decoded: u64,
    bits: Bits,
    segment: Segment,
    /// The units of the row that is being decoded, from left to right.
    line: Vec<Piece>,
    lead: Lead,
    /// Whether to stop where parts that are decoded ahead will do the work.
    patient: bool,
}

/// The blocks of a scan of one component.
#[derive(Clone, Copy, Debug)]
struct Single {
    stride: usize,
    vertical: usize,
    down: usize,
}

impl Walk {
    /// Begins a scan at the present place of the stream, a `fresh` one if it is the only one.
    pub(crate) fn new<R>(
        scan: &Scan,
        state: &State,
        frame: &Frame,
        plan: &Plan,
        fresh: bool,
        stream: &Stream<R>,
    ) -> Result<Self> {
        let memory = if fresh { plan.memory_units() } else { plan.units_across };
        let blocks = blocks_of(&scan.components, plan, memory)?;
        let coders = coders(scan, state, frame, plan)?;
        let single = match scan.components.as_slice() {
            [only] => plan.planes.get(only.index).map(|plane| Single {
                stride: plane.stride,
                vertical: plane.vertical,
                down: plane.blocks_down,
            }),
            _ => None,
        };
        let across = match scan.components.as_slice() {
            [only] => plan.planes.get(only.index).map_or(0, |plane| plane.blocks_across),
            _ => plan.units_across,
        };
        let mut segment = Segment::new();
        segment.restart(stream);
        let interval = usize::from(state.restart_interval);
        Ok(Self {
            coders,
            blocks,
            across,
            single,
            interval,
            left: interval,
            next_restart: 0,
            exhausted: false,
            fresh,
            decoded: 0,
            bits: Bits::default(),
            segment,
            line: Vec::new(),
            lead: Lead::new(scan),
            patient: false,
        })
    }

    /// Decodes units of a row of the picture of a fresh scan, from the `next` one on, as long as those that
    /// nobody decoded ahead find place in `row`, of which so many units are `taken`; what the others held
    /// before is gone. Stops before the end of both only if it is patient.
    pub(crate) fn fill<R: BufRead>(
        &mut self,
        stream: &mut Stream<R>,
        row: &mut Row,
        taken: &mut usize,
        next: &mut usize,
    ) -> Result<()> {
        let room = row.units;
        self.units(stream, row, 0, (next, taken, room))
    }

    /// Whether to stop where parts that are decoded ahead will do the work.
    pub(crate) fn set_patient(&mut self, patient: bool) {
        self.patient = patient;
    }

    /// Adds what the scan, one of several, says about row `y` of units of the picture to `row`.
    pub(crate) fn row<R: BufRead>(
        &mut self,
        stream: &mut Stream<R>,
        row: &mut Row,
        y: usize,
    ) -> Result<()> {
        let Some(single) = self.single else {
            return self.units(stream, row, 0, (&mut 0, &mut 0, usize::MAX));
        };
        for line in 0..single.vertical {
            if y * single.vertical + line < single.down {
                self.units(stream, row, line * single.stride, (&mut 0, &mut 0, usize::MAX))?;
            }
        }
        Ok(())
    }

    /// How many blocks were decoded since the last call, those passed over aside.
    pub(crate) fn take_decoded(&mut self) -> u64 {
        std::mem::take(&mut self.decoded)
    }

    /// Whether the data ended too early.
    pub(crate) fn exhausted(&self) -> bool {
        self.exhausted
    }

    /// Decodes units of a row from the next one on, which begin `offset` blocks into the buffers. Those that
    /// nobody decoded ahead lie there without gaps, `own` of them so far and `room` at most.
    fn units<R: BufRead>(
        &mut self,
        stream: &mut Stream<R>,
        row: &mut Row,
        offset: usize,
        (unit, own, room): (&mut usize, &mut usize, usize),
    ) -> Result<()> {
        let margin = self.blocks.len() * self.coders.max_block_bytes() + 16;
        while *unit < self.across && *own < room {
            if self.patient && self.waits(margin) {
                return Ok(());
            }
            if self.interval != 0 && self.left == 0 && !self.is_lent() {
                self.restart(stream)?;
            }
            let adopted = self.adopt(stream, *unit);
            if adopted > 0 {
                *unit += adopted;
                continue;
            }
            let mut count = (self.across - *unit).min(room - *own);
            if self.interval != 0 {
                count = count.min(self.left);
            }
            if self.exhausted {
                self.clear(row, offset, *own..*own + count);
            } else {
                self.segment.ensure(stream, &mut self.bits, margin)?;
                count = self.run(row, offset, *own..*own + count, margin);
                self.check(stream)?;
            }
            self.own(*own, count);
            *unit += count;
            *own += count;
            self.left = self.left.saturating_sub(count);
        }
        Ok(())
    }

    /// Decodes units as long as data lies ready; returns their number.
    fn run(
        &mut self,
        row: &mut Row,
        offset: usize,
        units: std::ops::Range<usize>,
        margin: usize,
    ) -> usize {
        let data = self.segment.data();
        let limit =
            if self.segment.complete() { usize::MAX } else { data.len().saturating_sub(margin) };
        let limit = limit.min(self.bound());
        let span = Span { blocks: &self.blocks, offset, units, data, limit };
        let fresh = self.fresh;
        let mut passed = 0;
        let count = match &mut self.coders {
            Coders::Sequential(coders) => {
                span.run(&mut self.bits, row, |bits, blocks, coder, place| {
                    if let Some(coder) = coders.get_mut(coder) {
                        coder.block(bits, data, blocks, place, fresh);
                    }
                    0
                })
            }
            Coders::Progressive(coders) => {
                let alone = coders.len() == 1;
                if let [only] = coders.as_mut_slice() {
                    passed = only.pass_over(span.units.len());
                }
                let rest = Span { units: span.units.start + passed..span.units.end, ..span };
                let mut left = rest.units.len();
                let ahead = passed;
                ahead
                    + rest.run(&mut self.bits, row, |bits, blocks, coder, place| {
                        let Some(coder) = coders.get_mut(coder) else {
                            return 0;
                        };
                        coder.block(bits, data, blocks, place);
                        if !alone {
                            return 0;
                        }
                        left = left.saturating_sub(1);
                        let ahead = coder.pass_over(left);
                        left -= ahead;
                        passed += ahead;
                        ahead
                    })
            }
            Coders::Arithmetic(coder) => {
                span.run(&mut self.bits, row, |bits, blocks, index, place| {
                    let bytes = (data, &mut bits.position);
                    coder.block(bytes, index, blocks, place, fresh);
                    0
                })
            }
        };
        self.decoded += (count.saturating_sub(passed) * self.blocks.len()) as u64;
        count
    }

    /// Notes what went wrong in the units just decoded.
    fn check<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<()> {
        let offset = stream.source.offset();
        if self.bits.overrun(self.segment.data()) {
            self.exhausted = true;
            if self.segment.cut() {
                stream.log.truncated(offset)?;
            }
            let message = "Corrupt JPEG data: premature end of data segment";
            stream.log.warn(offset, message)?;
        }
        if std::mem::take(&mut self.bits.bad) {
            stream.log.warn(offset, "Corrupt JPEG data: bad Huffman code")?;
        }
        if let Coders::Arithmetic(coder) = &mut self.coders
            && std::mem::take(&mut coder.bad)
        {
            stream.log.warn(offset, "Corrupt JPEG data: bad arithmetic code")?;
        }
        Ok(())
    }

    /// Sets the blocks of units to 0, if the scan is a fresh one.
    fn clear(&self, row: &mut Row, offset: usize, units: std::ops::Range<usize>) {
        if !self.fresh {
            return;
        }
        for block in &self.blocks {
            if let Some(blocks) = row.components.get_mut(block.component) {
                for unit in units.clone() {
                    blocks.clear(block.place(offset, unit));
                }
            }
        }
    }

    /// Goes on after a restart marker, or wherever the decoder is likely to find its feet again.
    fn restart<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<()> {
        self.leave(stream)?;
        if self.adopt_intervals(stream) {
            return Ok(());
        }
        let expected = RST0 + self.next_restart;
        let marker = stream.next_marker()?;
        if marker != expected {
            resynchronise(stream, marker, self.next_restart)?;
        }
        self.next_restart = (self.next_restart + 1) & 7;
        self.begin_interval();
        if stream.unread.is_none() {
            self.exhausted = false;
        }
        self.segment.restart(stream);
        Ok(())
    }

    /// Forgets what came before a restart marker.
    fn begin_interval(&mut self) {
        self.left = self.interval;
        self.bits = Bits::default();
        match &mut self.coders {
            Coders::Sequential(coders) => coders.iter_mut().for_each(|coder| coder.last = 0),
            Coders::Progressive(coders) => coders.iter_mut().for_each(progressive::Coder::restart),
            Coders::Arithmetic(coder) => coder.restart(),
        }
    }

    /// Leaves out what is left of the segment, up to the next marker.
    fn leave<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<()> {
        let mut left_out = self.bits.unused(self.segment.data());
        while !self.segment.complete() {
            left_out += self.segment.pass(stream)?;
        }
        let offset = stream.source.offset();
        if self.segment.cut() {
            stream.log.truncated(offset)?;
        }
        let marker = stream.unread.unwrap_or(0);
        if left_out > 0 {
            let message = format!(
                "Corrupt JPEG data: {left_out} extraneous bytes before marker 0x{marker:02x}"
            );
            stream.log.warn(offset, message)?;
        }
        Ok(())
    }

    /// Ends the scan: the next marker of the stream is the one after it.
    pub(crate) fn end<R: BufRead>(mut self, stream: &mut Stream<R>) -> Result<()> {
        self.leave(stream)
    }

    /// Looks at how the last scan of a file ended.
    pub(crate) fn last<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<()> {
        if self.interval > 0 && (self.is_lent() || self.left == self.interval) {
            // The last interval had its restart marker, so the data is whole.
            return Ok(());
        }
        self.segment.ensure(stream, &mut self.bits, LOOK_BEHIND)?;
        if self.segment.cut() {
            let offset = stream.source.offset();
            stream.log.truncated(offset)?;
        }
        Ok(())
    }
}

/// Units to be decoded from the data that lies ready.
struct Span<'a> {
    blocks: &'a [Block],
    offset: usize,
    units: std::ops::Range<usize>,
    data: &'a [u8],
    /// The place in the data behind which no unit may begin.
    limit: usize,
}

impl Span<'_> {
    /// Decodes units as long as data lies ready, block by block. `decode` gets the place of the component in
    /// the scan and that of the block, and returns how many units ahead need no decoding.
    #[expect(clippy::inline_always, reason = "compiled once for each kind of blocks")]
    #[inline(always)]
    fn run(
        &self,
        state: &mut Bits,
        row: &mut Row,
        mut decode: impl FnMut(&mut Bits, &mut Blocks, usize, usize) -> usize,
    ) -> usize {
        let mut bits = *state;
        let mut unit = self.units.start;
        while unit < self.units.end {
            let mut ahead = 0;
            for block in self.blocks {
                if let Some(blocks) = row.components.get_mut(block.component) {
                    let place = block.place(self.offset, unit);
                    ahead = decode(&mut bits, blocks, block.coder, place);
                }
            }
            unit += 1 + ahead;
            if bits.position > self.limit || bits.overrun(self.data) {
                break;
            }
        }
        *state = bits;
        unit - self.units.start
    }
}

/// Leaves out the entropy-coded data of a scan that is not wanted.
pub(crate) fn pass_over<R: BufRead>(stream: &mut Stream<R>) -> Result<()> {
    let mut segment = Segment::new();
    loop {
        segment.restart(stream);
        while !segment.complete() {
            segment.pass(stream)?;
        }
        if segment.cut() {
            let offset = stream.source.offset();
            return stream.log.truncated(offset);
        }
        match stream.unread {
            Some(RST0..=RST7) => stream.unread = None,
            _ => return Ok(()),
        }
    }
}

/// Deals with a marker other than the restart marker expected, as decoders agreed to: one that
/// seems to be of the past is left out, one that seems to be ahead is kept until its turn comes.
fn resynchronise<R: BufRead>(stream: &mut Stream<R>, found: u8, expected: u8) -> Result<()> {
    let message = format!("Corrupt JPEG data: found marker 0x{found:02x} instead of RST{expected}");
    stream.log.warn(stream.source.offset(), message)?;
    let mut marker = found;
    loop {
        let distance = marker.wrapping_sub(RST0).wrapping_sub(expected) & 7;
        let keep = match marker {
            RST0..=RST7 if distance == 1 || distance == 2 => true,
            RST0..=RST7 if distance >= 6 => false,
            RST0..=RST7 => return Ok(()),
            SOF0.. => true,
            _ => false,
        };
        if keep {
            stream.unread = Some(marker);
            return Ok(());
        }
        marker = stream.next_marker()?;
    }
}

/// The blocks of a unit of a scan of `components`, in memory for `units` of them.
fn blocks_of(components: &[ScanComponent], plan: &Plan, units: usize) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    for (coder, component) in components.iter().enumerate() {
        let Some(plane) = plan.planes.get(component.index) else {
            continue;
        };
        let (horizontal, vertical) =
            if components.len() == 1 { (1, 1) } else { (plane.horizontal, plane.vertical) };
        for y in 0..vertical {
            for x in 0..horizontal {
                blocks.push(Block {
                    coder,
                    component: component.index,
                    offset: y * units * plane.horizontal + x,
                    step: horizontal,
                });
            }
        }
    }
    if blocks.len() > MAX_UNIT {
        return Err(Error::new(
            ErrorKind::Malformed,
            "Sampling factors too large for interleaved scan",
        ));
    }
    Ok(blocks)
}

/// The decoders of the components of `scan`.
fn coders(scan: &Scan, state: &State, frame: &Frame, plan: &Plan) -> Result<Coders> {
    let components = scan.components.iter();
    if frame.arithmetic {
        let progressive = frame.process == Process::Progressive;
        let coder = arithmetic::Coder::new(scan, state, progressive);
        return Ok(Coders::Arithmetic(Box::new(coder)));
    }
    if frame.process == Process::Progressive {
        let coders = components.map(|component| progressive_coder(scan, component, state));
        return coders.collect::<Result<_>>().map(Coders::Progressive);
    }
    let coders = components.map(|component| {
        let ac = ac_table(state, component.ac_table)?;
        let plane = plan.planes.get(component.index);
        let skip = plane.is_some_and(super::plan::Plane::first_only);
        let tables = Tables {
            dc: dc_table(state, component.dc_table, true)?,
            skip: skip.then(|| Skip::new(&ac)),
            ac,
        };
        Ok(sequential::Coder { tables: Arc::new(tables), last: 0 })
    });
    coders.collect::<Result<_>>().map(Coders::Sequential)
}

fn progressive_coder(
    scan: &Scan,
    component: &ScanComponent,
    state: &State,
) -> Result<progressive::Coder> {
    let pass = match (scan.start, scan.high) {
        (0, 0) => Pass::DcFirst { dc: dc_table(state, component.dc_table, false)?, last: 0 },
        (0, _) => Pass::DcRefine,
        (_, 0) => Pass::AcFirst { ac: bands(state, component.ac_table)? },
        (_, _) => Pass::AcRefine { ac: bands(state, component.ac_table)? },
    };
    Ok(progressive::Coder {
        pass,
        band: Band {
            start: u32::from(scan.start),
            end: u32::from(scan.end),
            low: u32::from(scan.low),
        },
        run: 0,
    })
}

fn dc_table(state: &State, index: u8, standard_too: bool) -> Result<Arc<Dc>> {
    with_code(&state.dc, index, standard_too, false, Code::dc)
}

fn ac_table(state: &State, index: u8) -> Result<Arc<Ac>> {
    with_code(&state.ac, index, true, true, Code::ac)
}

fn bands(state: &State, index: u8) -> Result<Bands> {
    with_code(&state.ac, index, false, true, Bands::new)
}

/// What `make` makes of table `index`, or of the standard one where the file has none.
fn with_code<T>(
    tables: &[Option<Arc<Code>>; 4],
    index: u8,
    standard_too: bool,
    ac: bool,
    make: impl Fn(&Code) -> Option<T>,
) -> Result<T> {
    let table = match tables.get(usize::from(index)) {
        Some(Some(code)) => make(code),
        Some(None) if standard_too && index < 2 => make(&standard(ac, index == 1)),
        _ => {
            let message = format!("Huffman table 0x{index:02x} was not defined");
            return Err(Error::new(ErrorKind::Malformed, message));
        }
    };
    table.ok_or_else(|| Error::new(ErrorKind::Malformed, "Bogus Huffman table definition"))
}
