//! The decoder.
//!
//! Decoding is cut in two. [`Decoder::read`] does what must be done in order: it reads the file and
//! decodes the entropy coding of some rows of units into a [`Raw`]. [`Raw::finish`] does the rest, and
//! may do it on any thread while the decoder reads on: inverse DCT, upsampling and conversion of
//! colours. A unit is the smallest rectangle that holds whole blocks of all components, 8 or 16
//! pixels high as a rule.
//!
//! ```
//! # fn main() -> windlass_jpeg::Result<()> {
//! # let file: &[u8] = &[];
//! use windlass_jpeg::decode::{Decoder, Options, Raw, RowsMut};
//!
//! # if file.is_empty() { return Ok(()); }
//! let mut decoder = Decoder::new(file, Options::default())?;
//! let stride = decoder.header().width as usize * decoder.header().bands();
//! let mut pixels = Vec::new();
//! let mut raw = Raw::new();
//! loop {
//!     decoder.read(8, &mut raw)?;
//!     if raw.rows() == 0 {
//!         break;
//!     }
//!     let start = pixels.len();
//!     pixels.resize(start + raw.rows() * stride, 0);
//!     raw.finish(RowsMut::new(&mut pixels[start..], stride))?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # A smaller picture
//!
//! [`Options::scale`] gives a half, a quarter or an eighth of the size from within the inverse DCT, which
//! costs less than decoding all: at an eighth most of the entropy coding is only passed over.
//!
//! ```
//! # fn main() -> windlass_jpeg::Result<()> {
//! # let file: &[u8] = &[];
//! use windlass_jpeg::decode::{Decoder, Options, Scale};
//!
//! # if file.is_empty() { return Ok(()); }
//! let mut options = Options::default();
//! options.scale = Scale::Eighth;
//! let pixels = Decoder::new(file, options)?.read_to_end()?;
//! # Ok(())
//! # }
//! ```
//!
//! # A part of a picture
//!
//! What lies above is passed over, what lies below is not read, and what lies beside is not transformed.
//!
//! ```
//! # fn main() -> windlass_jpeg::Result<()> {
//! # let file: &[u8] = &[];
//! use windlass_jpeg::decode::{Decoder, Options, Raw, RowsMut};
//!
//! # if file.is_empty() { return Ok(()); }
//! let mut decoder = Decoder::new(file, Options::default())?;
//! let (top, columns) = (1000, 500..700);
//! decoder.skip(top / decoder.rows_per_step())?;
//! let mut raw = Raw::new();
//! decoder.read(2, &mut raw)?;
//! let stride = columns.len() * decoder.header().bands();
//! let mut pixels = vec![0; raw.rows() * stride];
//! raw.finish_columns(columns, RowsMut::new(&mut pixels, stride))?;
//! // the first row of `pixels` is row `raw.first_row()` of the picture
//! # Ok(())
//! # }
//! ```
//!
//! # Samples of 12 bits
//!
//! Extended and progressive files may have samples of 12 bits, as [`Header::precision`] tells. They are
//! read alike, at full size only, and finished by [`Raw::finish_deep`].
//!
//! # Tables apart
//!
//! Where many files share their tables, as the tiles of a TIFF do, [`Tables`] are read once and
//! [`Decoder::with_tables`] uses them.
//!
//! # Several threads
//!
//! The entropy coding of one ordinary file can be shared too: [`Decoder::split`] takes a [`Part`] out of
//! its turn, [`Part::work`] decodes it on any thread, [`Decoder::join`] takes it back. The pixels are the
//! same in any case. The example `decode_threads` does it with a lock and two threads.
//!
//! ```
//! # fn main() -> windlass_jpeg::Result<()> {
//! # let file: &[u8] = &[];
//! use windlass_jpeg::decode::{Decoder, Options, Part};
//!
//! # if file.is_empty() { return Ok(()); }
//! let mut decoder = Decoder::new(file, Options::default())?;
//! let mut parts = vec![];
//! let mut part = Part::new();
//! while parts.len() < 8 && decoder.split(&mut part, 8)? {
//!     parts.push(std::mem::take(&mut part));
//! }
//! std::thread::scope(|scope| {
//!     for part in &mut parts {
//!         scope.spawn(|| part.work());
//!     }
//! });
//! for part in &mut parts {
//!     decoder.join(part);
//! }
//! let pixels = decoder.read_to_end()?;
//! # Ok(())
//! # }
//! ```

mod ahead;
mod arithmetic;
mod bits;
mod coefficients;
mod deep;
mod header;
mod huffman;
mod options;
mod parse;
mod pictures;
mod plan;
mod progressive;
mod raw;
mod scan;
mod sequential;
mod smooth;
mod source;
mod spent;
mod tables;
mod warnings;

use std::collections::VecDeque;
use std::fmt;
use std::io::BufRead;
use std::sync::Arc;

pub use ahead::Part;
pub use header::{Colour, Component, Density, DensityUnit, Header, Process, Segment, Transform};
pub use options::{FailOn, Options, Scale, Tick};
pub use pictures::Picture;
pub use raw::{Raw, RowsMut};
pub use tables::Tables;
pub use warnings::Warning;

use crate::markers::SOI;
use crate::{Error, ErrorKind, Result};
use coefficients::{Line, MAX_SCAN, Place, Pool, Row, Shared, Stretch};
use parse::{Frame, Scan, State, Stream};
use plan::Plan;
use scan::Walk;
use smooth::{OpenBits, Smoother};
use source::Source;
use spent::Spent;
use warnings::Log;

/// Units that may have to be decoded where parts meet.
const READY_MARGIN: usize = 64;

/// A row of units of which the first ones are decoded.
#[derive(Debug)]
struct Open {
    line: Line,
    /// Place for what nobody decoded ahead, and how many units of it are taken.
    row: Row,
    taken: usize,
    /// The next unit.
    next: usize,
}

/// Decodes a file, some rows at a time.
pub struct Decoder<R> {
    stream: Stream<R>,
    state: State,
    frame: Frame,
    header: Header,
    plan: Arc<Plan>,
    /// The first scan, until it is begun.
    scan: Option<Scan>,
    /// The only scan, after it was begun.
    walk: Option<Walk>,
    /// The row of units that it is in the middle of.
    open: Option<Open>,
    /// For each coefficient of each component of a progressive file, the bits that are still open.
    open_bits: Vec<OpenBits>,
    /// The same before the last scan that the component was in.
    open_before: Vec<OpenBits>,
    /// The last row of units that a scan of several got to before its data ended.
    last_row: usize,
    /// Rows of units of several scans that are to be handed out, and what estimates their gaps.
    waiting: VecDeque<Row>,
    smoother: Option<Smoother>,
    /// What the file has cost so far.
    spent: Spent,
    /// Rows of units decoded but not yet done with, and the number of the first of them.
    lines: VecDeque<Arc<Line>>,
    first_kept: usize,
    /// Rows of units decoded, and handed out.
    decoded: usize,
    handed_out: usize,
    /// Memory to use again.
    pool: Arc<Pool>,
    options: Options,
}

impl<R: BufRead> Decoder<R> {
    /// Reads the headers, up to the first scan.
    ///
    /// # Errors
    ///
    /// If they are malformed or incomplete, or the picture is larger than the options allow.
    pub fn new(input: R, options: Options) -> Result<Self> {
        let state = State::new(options.max_metadata_bytes);
        Self::begin(Source::new(input), state, options)
    }

    /// As [`Self::new`], of a file that leaves out tables. What it has of its own comes before them.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn with_tables(input: R, tables: &Tables, options: Options) -> Result<Self> {
        let state = tables.state(options.max_metadata_bytes);
        Self::begin(Source::after(input, tables.bytes()), state, options)
    }

    fn begin(source: Source<R>, mut state: State, options: Options) -> Result<Self> {
        let log = Log::new(options.fail_on, options.max_warnings);
        let mut stream = Stream::new(source, log);
        start_of_image(&mut stream)?;
        let scan = state.next_scan(&mut stream)?;
        let offset = stream.source.offset();
        let (Some(mut frame), Some(scan)) = (state.frame.clone(), scan) else {
            return Err(no_image(&state).at(offset));
        };
        if frame.height == 0 {
            frame.height = parse::late_height(&mut stream, options.max_coefficient_bytes)?;
        }
        frame.check().map_err(|message| Error::new(ErrorKind::Unsupported, message).at(offset))?;
        let pixels = u64::from(frame.width) * u64::from(frame.height);
        if pixels > options.max_pixels {
            let message = format!("{pixels} pixels are more than {}", options.max_pixels);
            return Err(Error::new(ErrorKind::Limit, message).at(offset));
        }
        let header = header_of(&mut state, &frame, &scan, &options, &mut stream.log)?;
        let plan = Plan::new(&header, options.scale, options.invert_cmyk);
        Ok(Self {
            stream,
            state,
            frame,
            header,
            plan: Arc::new(plan),
            scan: Some(scan),
            walk: None,
            open: None,
            open_bits: Vec::new(),
            open_before: Vec::new(),
            last_row: 0,
            waiting: VecDeque::new(),
            smoother: None,
            spent: Spent::default(),
            lines: VecDeque::new(),
            first_kept: 0,
            decoded: 0,
            handed_out: 0,
            pool: Arc::default(),
            options,
        })
    }

    /// What the file says about its picture.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How many rows of the output a row of units gives.
    pub fn rows_per_step(&self) -> usize {
        self.plan.rows
    }

    /// Bytes of the coefficients of a row of units, which [`Raw`] keeps.
    pub fn bytes_per_step(&self) -> usize {
        self.plan.unit_bytes() * self.plan.units_across
    }

    /// What was wrong with the file so far, in the order it was met.
    pub fn warnings(&self) -> &[Warning] {
        self.stream.log.list()
    }

    /// Reads and decodes the coefficients of the next `unit_rows` rows of units, fewer at the end of the
    /// picture, and none behind it. Where subsampled rows are smoothed, a row more is decoded ahead.
    /// Files in several scans are read whole by the first call.
    ///
    /// More rows at a time cost memory and save work: where rows of subsampled components are smoothed,
    /// each [`Raw::finish`] transforms a row of blocks of each neighbour as well.
    pub fn read(&mut self, unit_rows: usize, raw: &mut Raw) -> Result<()> {
        raw.clear();
        let first = self.handed_out;
        let count = unit_rows.min(self.plan.units_down - first);
        let around = usize::from(self.plan.looks_around());
        let end = self.end_of(count);
        // Before more is decoded, so that the memory is used again.
        let start = first.saturating_sub(around);
        self.forget_until(start);
        self.decode_until(end)?;
        if count == 0 {
            return Ok(());
        }
        raw.plan = Some(Arc::clone(&self.plan));
        raw.lines.extend(self.lines.iter().take(end - start).cloned());
        raw.above = start < first;
        raw.first = first;
        raw.count = count;
        self.handed_out = first + count;
        Ok(())
    }

    /// Passes over the next `unit_rows` rows of units.
    pub fn skip(&mut self, unit_rows: usize) -> Result<()> {
        let around = usize::from(self.plan.looks_around());
        let end = (self.handed_out + unit_rows).min(self.plan.units_down);
        while self.handed_out < end {
            self.handed_out += 1;
            self.decode_until(self.handed_out)?;
            self.forget_until(self.handed_out - around);
        }
        Ok(())
    }

    /// Decodes the rest of the picture, as interleaved samples without gaps.
    pub fn read_to_end(&mut self) -> Result<Vec<u8>> {
        let stride = self.plan.width * self.plan.planes.len();
        let rows = self.plan.height.saturating_sub(self.handed_out * self.plan.rows);
        let mut out = Vec::new();
        let mut raw = Raw::new();
        loop {
            self.read(8, &mut raw)?;
            if raw.rows() == 0 {
                return Ok(out);
            }
            if out.is_empty() {
                out.try_reserve_exact(rows * stride)
                    .map_err(|_| Error::new(ErrorKind::Limit, "no memory for the picture"))?;
            }
            let start = out.len();
            out.resize(start + raw.rows() * stride, 0);
            raw.finish(RowsMut::new(&mut out[start..], stride))?;
        }
    }

    /// Takes a piece of the file out of its turn into `part`, to be decoded by [`Part::work`] on any thread
    /// and given back to [`Self::join`]. Returns whether there is one: not where the file is of a kind that
    /// is not decoded in parts (several scans, or arithmetic coding), nor where it was
    /// seen not to be worth while, nor at its end, nor where `most` parts were taken whose rows are still
    /// to be read.
    ///
    /// What is read is the same with parts and without, whenever they come back.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn split(&mut self, part: &mut Part, most: usize) -> Result<bool> {
        if self.header.multiscan || self.handed_out >= self.plan.units_down {
            return Ok(false);
        }
        if let Some(scan) = self.scan.take() {
            self.start(scan)?;
        }
        self.tick()?;
        match &mut self.walk {
            Some(walk) => walk.split(&mut self.stream, (&self.plan, &self.pool), part, most),
            None => Ok(false),
        }
    }

    /// Whether [`Self::split`] would give a part, as far as can be told without reading.
    pub fn can_split(&self, most: usize) -> bool {
        if let Some(walk) = &self.walk {
            return self.decoded < self.plan.units_down && walk.can_split(most);
        }
        let Header { multiscan, arithmetic, .. } = self.header;
        self.scan.is_some() && !(multiscan || arithmetic) && most > 0
    }

    /// Takes a part back whose work is done. It may be used again.
    pub fn join(&mut self, part: &mut Part) {
        if let Some(walk) = &mut self.walk {
            walk.join(part);
        }
    }

    /// Makes use of the parts that came back, for the next `unit_rows` rows of units: those are then no
    /// longer counted by [`Self::split`], so that a few parts at a time do for any number of rows.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn advance(&mut self, unit_rows: usize) -> Result<()> {
        let Some(walk) = &mut self.walk else {
            return Ok(());
        };
        walk.set_patient(true);
        let advanced = self.decode_until(self.end_of(unit_rows));
        if let Some(walk) = &mut self.walk {
            walk.set_patient(false);
        }
        advanced
    }

    /// Whether the next `unit_rows` rows of units are decoded already, so that [`Self::read`] has little to
    /// do. If they are not it decodes them, also what parts that are still out decode at that moment.
    pub fn is_ready(&self, unit_rows: usize) -> bool {
        let rows = self.end_of(unit_rows).saturating_sub(self.decoded);
        let open = self.open.as_ref().map_or(0, |open| open.next);
        let units = (rows * self.plan.units_across).saturating_sub(open);
        match &self.walk {
            Some(walk) => units == 0 || walk.ready() >= units + READY_MARGIN,
            None => self.scan.is_none(),
        }
    }

    /// The end of the rows of units that are decoded to hand out `unit_rows` more.
    fn end_of(&self, unit_rows: usize) -> usize {
        let around = usize::from(self.plan.looks_around());
        self.handed_out.saturating_add(unit_rows + around).min(self.plan.units_down)
    }

    /// Lets go of the rows of units before `start`.
    fn forget_until(&mut self, start: usize) {
        while self.first_kept < start {
            self.lines.pop_front();
            self.first_kept += 1;
        }
    }

    /// Decodes rows of units up to row `end`.
    fn decode_until(&mut self, end: usize) -> Result<()> {
        if let Some(scan) = self.scan.take() {
            self.start(scan)?;
        }
        while self.decoded < end {
            self.tick()?;
            let Some(walk) = &mut self.walk else {
                match self.take_waiting() {
                    Some(()) => continue,
                    None => return Ok(()),
                }
            };
            let place = || self.pool.take(&self.plan);
            let new = || Open { line: Line::new(), row: place(), taken: 0, next: 0 };
            let mut open = self.open.take().unwrap_or_else(new);
            loop {
                let Open { row, taken, next, .. } = &mut open;
                walk.fill(&mut self.stream, row, taken, next)?;
                let (ends, full) = (*next >= self.plan.units_across, *taken >= row.units);
                if !(ends || full) {
                    self.open = Some(open);
                    return Ok(());
                }
                let row = std::mem::replace(row, if ends { Row::default() } else { place() });
                walk.line(&Shared::new(row, Some(Arc::clone(&self.pool))), &mut open.line);
                open.taken = 0;
                if ends {
                    break;
                }
            }
            self.spent.blocks += walk.take_decoded();
            self.spent.check(self.stream.source.offset(), &self.options)?;
            self.lines.push_back(Arc::new(open.line));
            self.decoded += 1;
            if self.decoded == self.plan.units_down {
                walk.last(&mut self.stream)?;
            }
        }
        Ok(())
    }

    fn tick(&mut self) -> Result<()> {
        match &mut self.options.tick {
            Some(tick) => tick(),
            None => Ok(()),
        }
    }

    /// Begins the first scan. If there are more, decodes them all.
    fn start(&mut self, scan: Scan) -> Result<()> {
        let offset = self.stream.source.offset();
        decodable(&self.frame, self.options.scale).map_err(|error| error.at(offset))?;
        if self.header.multiscan {
            return self.read_scans(scan);
        }
        self.check_scan(&scan)?;
        self.latch(&scan)?;
        let walk = Walk::new(&scan, &self.state, &self.frame, &self.plan, true, &self.stream);
        self.walk = Some(walk.map_err(|error| error.at(offset))?);
        Ok(())
    }

    /// Decodes all scans.
    fn read_scans(&mut self, first: Scan) -> Result<()> {
        let offset = self.stream.source.offset();
        let bytes = self.plan.coefficient_bytes();
        if bytes > self.options.max_coefficient_bytes {
            let message = format!(
                "{bytes} bytes of coefficients are more than {}",
                self.options.max_coefficient_bytes
            );
            return Err(Error::new(ErrorKind::Limit, message).at(offset));
        }
        let new = || Row::new(&self.plan, self.plan.units_across, Place::Later);
        let mut rows: Vec<Row> = (0..self.plan.units_down).map(|_| new()).collect();
        self.spent.bytes = rows.iter().map(Row::bytes).sum();
        self.check_spent()?;
        let mut next = Some(first);
        let mut count = 0;
        while let Some(scan) = next {
            count += 1;
            let offset = self.stream.source.offset();
            if count > self.options.max_scans {
                return Err(Error::new(ErrorKind::Limit, "too many scans").at(offset));
            }
            self.read_scan(&scan, &mut rows).map_err(|error| error.at(offset))?;
            next = self.state.next_scan(&mut self.stream)?;
        }
        self.waiting = rows.into();
        if self.frame.process == Process::Progressive {
            if count == 1 {
                self.open_before.fill([None; 64]);
            }
            let progress = smooth::Progress {
                open: std::mem::take(&mut self.open_bits),
                before: std::mem::take(&mut self.open_before),
                last_row: self.last_row,
            };
            self.smoother = Smoother::new(&self.waiting, &self.plan, progress);
        }
        Ok(())
    }

    /// Takes the next row of a file whose scans are all read.
    fn take_waiting(&mut self) -> Option<()> {
        let mut row = self.waiting.pop_front()?;
        if let Some(smoother) = &self.smoother {
            smoother.smooth(&mut row, &self.plan, self.decoded);
        }
        let (shared, units) = (Shared::new(row, None), self.plan.units_across);
        let stretch = Stretch { shared, first: 0, units, base: [0; MAX_SCAN] };
        self.lines.push_back(Arc::new(vec![stretch]));
        self.decoded += 1;
        Some(())
    }

    /// Whether so few bytes of the file may still cost so much.
    fn check_spent(&self) -> Result<()> {
        let offset = self.stream.source.offset();
        self.spent.check(offset, &self.options).map_err(|error| error.at(offset))
    }

    /// Decodes one of several scans.
    fn read_scan(&mut self, scan: &Scan, rows: &mut [Row]) -> Result<()> {
        self.check_scan(scan)?;
        self.latch(scan)?;
        let mut planes = scan.components.iter().filter_map(|c| self.plan.planes.get(c.index));
        if scan.start > 0 && planes.all(plan::Plane::first_only) {
            return scan::pass_over(&mut self.stream);
        }
        let mut walk = Walk::new(scan, &self.state, &self.frame, &self.plan, false, &self.stream)?;
        for (y, row) in rows.iter_mut().enumerate() {
            self.tick()?;
            let begun = !walk.exhausted();
            let bytes = row.bytes();
            walk.row(&mut self.stream, row, y)?;
            self.spent.bytes += row.bytes() - bytes;
            self.spent.blocks += walk.take_decoded();
            self.check_spent()?;
            if begun || !walk.exhausted() {
                self.last_row = y;
            }
        }
        walk.end(&mut self.stream)
    }

    /// Checks the numbers of a scan header.
    fn check_scan(&mut self, scan: &Scan) -> Result<()> {
        let Scan { start, end, high, low, .. } = *scan;
        let offset = self.stream.source.offset();
        if self.frame.process != Process::Progressive {
            if (start, end, high, low) != (0, 63, 0, 0) {
                let message = "Invalid SOS parameters for sequential JPEG";
                self.stream.log.warn(offset, message)?;
            }
            return Ok(());
        }
        let range = if start == 0 {
            end == 0
        } else {
            start <= end && end < 64 && scan.components.len() == 1
        };
        let bits = low <= 13 && (high == 0 || high == low + 1);
        if range && bits {
            return self.check_progression(scan);
        }
        let message = format!(
            "Invalid progressive/lossless parameters Ss={start} Se={end} Ah={high} Al={low}"
        );
        Err(self.stream.malformed(message))
    }

    /// Notes which bits a progressive scan brings, and whether those before them came.
    fn check_progression(&mut self, scan: &Scan) -> Result<()> {
        let offset = self.stream.source.offset();
        let first = self.open_bits.is_empty();
        self.open_bits.resize(self.frame.components.len(), [None; 64]);
        self.open_before.resize(self.frame.components.len(), [None; 64]);
        for component in &scan.components {
            let mut odd = |coefficient: usize| {
                let message = format!(
                    "Inconsistent progression sequence for component {} coefficient {coefficient}",
                    component.index
                );
                self.stream.log.warn(offset, message)
            };
            let open = &mut self.open_bits[component.index];
            self.open_before[component.index] = if first { [Some(0); 64] } else { *open };
            if scan.start > 0 && open[0].is_none() {
                odd(0)?;
            }
            let band = usize::from(scan.start)..=usize::from(scan.end);
            for (place, open) in open.iter_mut().enumerate() {
                if !band.contains(&place) {
                    continue;
                }
                if scan.high != open.unwrap_or(0) {
                    odd(place)?;
                }
                *open = Some(scan.low);
            }
        }
        Ok(())
    }

    /// Takes the quantisation tables of the components of a scan, the first time they are in one.
    fn latch(&mut self, scan: &Scan) -> Result<()> {
        for component in &scan.components {
            let Some(plane) = self.plan.planes.get(component.index) else {
                continue;
            };
            if plane.quantised {
                continue;
            }
            let index = self.frame.components[component.index].quantisation;
            let table = self.state.quantisation.get(usize::from(index));
            let Some(Some(table)) = table else {
                let message = format!("Quantization table 0x{index:02x} was not defined");
                return Err(self.stream.malformed(message));
            };
            Arc::make_mut(&mut self.plan).quantise(component.index, table);
        }
        Ok(())
    }
}

impl<R> fmt::Debug for Decoder<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Decoder")
            .field("header", &self.header)
            .field("handed_out", &self.handed_out)
            .finish_non_exhaustive()
    }
}

/// Reads the marker that every file begins with.
fn start_of_image<R: BufRead>(stream: &mut Stream<R>) -> Result<()> {
    let [first, second] =
        [stream.source.byte(&mut stream.log)?, stream.source.byte(&mut stream.log)?];
    if (first, second) == (0xFF, SOI) {
        return Ok(());
    }
    let message = format!("Not a JPEG file: starts with 0x{first:02x} 0x{second:02x}");
    Err(Error::new(ErrorKind::Malformed, message).at(0))
}

/// The error of a file that ends before its first scan.
fn no_image(state: &State) -> Error {
    let message = if state.frame.is_some() {
        "Invalid JPEG file structure: missing SOS marker"
    } else {
        "JPEG datastream contains no image"
    };
    Error::new(ErrorKind::Malformed, message)
}

/// Whether this crate decodes frames of that kind.
fn decodable(frame: &Frame, scale: Scale) -> Result<()> {
    let reason = if frame.process == Process::Lossless {
        "lossless JPEG is not supported".into()
    } else if frame.precision != 8 && scale != Scale::Full {
        format!("Unsupported JPEG data precision {} but at full size", frame.precision)
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Unsupported, reason))
}

/// Puts together what the markers before the first scan say.
fn header_of(
    state: &mut State,
    frame: &Frame,
    scan: &Scan,
    options: &Options,
    log: &mut Log,
) -> Result<Header> {
    let divisor = options.scale.divisor();
    let (width, height) = (u32::from(frame.width), u32::from(frame.height));
    let (colour, own) = colours(state, frame, log)?;
    let transform = options.transform.unwrap_or(own);
    Ok(Header {
        width: width.div_ceil(divisor),
        height: height.div_ceil(divisor),
        file_width: width,
        file_height: height,
        precision: frame.precision,
        process: frame.process,
        arithmetic: frame.arithmetic,
        multiscan: frame.process == Process::Progressive
            || scan.components.len() < frame.components.len(),
        components: frame.components.clone(),
        colour,
        transform,
        adobe: state.adobe,
        jfif: state.jfif,
        density: state.density,
        restart_interval: state.restart_interval,
        segments: std::mem::take(&mut state.segments),
    })
}

/// What the components mean: JFIF comes first, then Adobe, then the names of the components.
fn colours(state: &State, frame: &Frame, log: &mut Log) -> Result<(Colour, Transform)> {
    let ycc = (Colour::Rgb, Transform::YccToRgb);
    let ids: Vec<u8> = frame.components.iter().map(|component| component.id).collect();
    Ok(match (ids.as_slice(), state.adobe) {
        ([_], _) => (Colour::Grey, Transform::None),
        ([_, _, _], _) if state.jfif => ycc,
        ([_, _, _], Some(0)) | (b"RGB", None) => (Colour::Rgb, Transform::None),
        ([_, _, _], Some(1) | None) => ycc,
        ([_, _, _, _], Some(0) | None) => (Colour::Cmyk, Transform::None),
        ([_, _, _, _], Some(2)) => (Colour::Cmyk, Transform::YcckToCmyk),
        ([_, _, _] | [_, _, _, _], Some(other)) => {
            log.warn(0, format!("Unknown Adobe color transform code {other}"))?;
            if ids.len() == 3 { ycc } else { (Colour::Cmyk, Transform::YcckToCmyk) }
        }
        _ => (Colour::Unknown, Transform::None),
    })
}
