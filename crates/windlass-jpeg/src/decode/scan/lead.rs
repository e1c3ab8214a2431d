//! What the walk makes of units that were decoded ahead.

use std::io::BufRead;
use std::sync::Arc;

use super::super::ahead::{Adopted, Loan, Part, Template};
use super::super::coefficients::{Line, MAX_SCAN, Pool, Shared, Stretch};
use super::super::parse::{Scan, ScanComponent, Stream};
use super::super::plan::Plan;
use super::intervals::Intervals;
use super::{Coders, Walk};
use crate::Result;

/// Bytes of a unit, as long as nothing is known.
const FIRST_UNIT: f64 = 24.0;
/// Bytes of a chunk that is decoded ahead.
const MIN_CHUNK: usize = 4 << 10;
const MAX_CHUNK: usize = 256 << 10;
/// After how many units without agreement a chunk that was decoded ahead is given up.
const MAX_MISSED: usize = 300;
/// After how many such chunks no more are tried.
const MAX_FAILURES: usize = 3;
/// A piece of a row, whose coefficients lie in the row itself if not in memory of others.
#[derive(Debug)]
pub(super) struct Piece {
    loan: Option<Loan>,
    first: usize,
    units: usize,
}

/// What is known of parts that are decoded ahead.
#[derive(Debug)]
pub(super) struct Lead {
    components: Vec<ScanComponent>,
    template: Option<Arc<Template>>,
    pub(super) adopted: Option<Adopted>,
    /// Bytes of a unit, as a mean.
    pub(super) unit_bytes: f64,
    /// Units decoded since the beginning of a chunk without meeting one that was decoded ahead.
    missed: usize,
    /// Chunks that were of no use, one after the other.
    pub(super) failures: usize,
    pub(super) intervals: Intervals,
}

impl Lead {
    pub(super) fn new(scan: &Scan) -> Self {
        Self {
            components: scan.components.clone(),
            template: None,
            adopted: None,
            unit_bytes: FIRST_UNIT,
            missed: 0,
            failures: 0,
            intervals: Intervals::default(),
        }
    }

    /// Notes that something that was decoded ahead is of no use. Where no more is tried, its memory goes.
    pub(super) fn fail(&mut self) {
        self.failures += 1;
        if self.failures >= MAX_FAILURES {
            self.template = None;
        }
    }
}

/// Decoding ahead.
impl Walk {
    /// Takes a chunk of the data out of its turn into `part`, unless it is not worth while or `most`
    /// are taken already. Its coefficients go into memory out of `pool`.
    pub(crate) fn split<R: BufRead>(
        &mut self,
        stream: &mut Stream<R>,
        (plan, pool): (&Arc<Plan>, &Arc<Pool>),
        part: &mut Part,
        most: usize,
    ) -> Result<bool> {
        if !self.can_split(most) {
            return Ok(false);
        }
        let Coders::Sequential(coders) = &self.coders else {
            return Ok(false);
        };
        let lead = &mut self.lead;
        let template = lead.template.get_or_insert_with(|| {
            Arc::new(Template::new(coders, plan, &self.blocks, pool, self.interval))
        });
        let template = Arc::clone(template);
        let size = (lead.unit_bytes * template.wanted as f64) as usize;
        let size = size.clamp(MIN_CHUNK, MAX_CHUNK);
        if self.interval > 0 {
            return self.split_intervals(stream, &template, part, size);
        }
        let Some(chunk) = self.segment.chunk(stream, size)? else {
            return Ok(false);
        };
        part.prepare(&template, &chunk.data, chunk.base);
        Ok(true)
    }

    /// Whether [`Self::split`] is worth while.
    pub(crate) fn can_split(&self, most: usize) -> bool {
        let (ends, taken) = match self.interval {
            0 => (self.segment.ends(), self.segment.chunks_ahead()),
            _ => (self.lead.intervals.ends, self.lead.intervals.batches.len()),
        };
        let sequential = matches!(self.coders, Coders::Sequential(_));
        sequential && !self.exhausted && self.lead.failures < MAX_FAILURES && !ends && taken < most
    }

    /// Takes what was decoded of a part.
    pub(crate) fn join(&mut self, part: &mut Part) {
        if let Some((decoded, base, data)) = part.take() {
            if self.interval > 0 {
                return self.lead.intervals.join(decoded, &data);
            }
            let mut chunks = self.segment.chunks_mut().iter_mut();
            let own = chunks.find(|chunk| chunk.base == base && Arc::ptr_eq(&chunk.data, &data));
            if let Some(chunk) = own.filter(|chunk| !chunk.spent) {
                chunk.decoded = Some(decoded);
            }
        }
    }

    /// About how many of the next units are decoded already; all if nothing can be waited for.
    pub(crate) fn ready(&self) -> usize {
        let mut units = self.lead.adopted.as_ref().map_or(0, Adopted::left);
        if self.interval > 0 {
            return self.lead.intervals.ready(units);
        }
        for chunk in self.segment.chunks().iter().filter(|chunk| !chunk.spent) {
            match &chunk.decoded {
                Some(decoded) => units += decoded.units(),
                None => return units,
            }
        }
        if self.segment.ends() { usize::MAX } else { units }
    }

    /// Appends what was decoded to `line`, from left to right, where `own` holds what nobody decoded ahead.
    pub(crate) fn line(&mut self, own: &Arc<Shared>, line: &mut Line) {
        let stretch = |Piece { loan, first, units }| match loan {
            Some(Loan { shared, first, units, base }) => Stretch { shared, first, units, base },
            None => Stretch { shared: Arc::clone(own), first, units, base: [0; MAX_SCAN] },
        };
        line.extend(self.line.drain(..).map(stretch));
    }

    /// Notes that the next `units` units are in the row itself, from `first` on.
    pub(super) fn own(&mut self, first: usize, units: usize) {
        match self.line.last_mut() {
            Some(Piece { loan: None, units: before, .. }) => *before += units,
            _ => self.line.push(Piece { loan: None, first, units }),
        }
    }

    /// Takes over units that were decoded ahead, from `unit` of the row on; returns their number.
    pub(super) fn adopt<R: BufRead>(&mut self, stream: &mut Stream<R>, unit: usize) -> usize {
        if self.lead.adopted.is_none() && self.interval == 0 {
            self.lead.adopted = self.meet();
        }
        let Some(adopted) = &mut self.lead.adopted else {
            return 0;
        };
        let mut most = self.across - unit;
        if self.patient && self.interval > 0 && !self.lead.intervals.next_is_here() {
            // the last unit stays, as those behind it could not be taken over afterwards
            most = most.min(adopted.left() - 1);
        }
        let Some(loan) = adopted.take(most) else {
            return 0;
        };
        let units = loan.units;
        self.line.push(Piece { loan: Some(loan), first: 0, units });
        if adopted.left() == 0 {
            if self.interval > 0 {
                self.go_on_after_intervals(stream);
            } else {
                self.go_on();
            }
        }
        units
    }

    /// Whether the next unit is one that was decoded ahead.
    pub(super) fn is_lent(&self) -> bool {
        self.lead.adopted.is_some()
    }

    /// Whether the next unit is better left to a part: to one that is out, or one that is still to be split
    /// off, where anything but waiting would take bytes away from it. Decoding takes `margin` bytes at most.
    pub(super) fn waits(&self, margin: usize) -> bool {
        if !matches!(self.coders, Coders::Sequential(_)) || self.lead.template.is_none() {
            return false;
        }
        if self.interval > 0 {
            let last = match &self.lead.adopted {
                Some(adopted) => adopted.left() == 1,
                None => self.left == 0,
            };
            return last && !self.lead.intervals.next_is_here();
        }
        if self.exhausted || self.is_lent() {
            return false;
        }
        let place = self.segment.place(&self.bits);
        let chunk = self.segment.chunks().iter().find(|chunk| chunk.end() > place);
        match chunk {
            Some(chunk) if !chunk.spent && chunk.decoded.is_none() && 8 * chunk.base <= place => {
                true
            }
            _ => !self.segment.ends() && self.segment.left(&self.bits) < margin,
        }
    }

    /// What was decoded ahead from the present place on.
    fn meet(&mut self) -> Option<Adopted> {
        if self.exhausted {
            return None;
        }
        let place = self.segment.place(&self.bits);
        loop {
            let chunk = self.segment.chunks_mut().front_mut()?;
            let bit = place.checked_sub(8 * chunk.base)?;
            if bit < 8 * chunk.data.len() {
                if chunk.spent {
                    return None;
                }
                if let Some(decoded) = chunk.decoded.take() {
                    match Adopted::new(decoded, bit, last_of(&self.coders)) {
                        Ok(adopted) => {
                            chunk.spent = true;
                            self.lead.failures = 0;
                            self.lead.missed = 0;
                            return Some(adopted);
                        }
                        Err(decoded) => chunk.decoded = Some(decoded),
                    }
                    self.lead.missed += 1;
                    if self.lead.missed < MAX_MISSED {
                        return None;
                    }
                }
                chunk.spent = true;
                chunk.decoded = None;
                self.lead.fail();
                self.lead.missed = 0;
                return None;
            }
            if !chunk.spent {
                self.lead.fail();
            }
            self.lead.missed = 0;
            self.segment.drop_chunk();
        }
    }

    /// Goes on behind the units that were taken over.
    fn go_on(&mut self) {
        let Some(adopted) = self.lead.adopted.take() else {
            return;
        };
        if let Coders::Sequential(coders) = &mut self.coders {
            for (coder, component) in coders.iter_mut().zip(&self.lead.components) {
                coder.last = i32::from(adopted.last(component.index));
            }
        }
        let (end, units) = adopted.end();
        self.lead.unit_bytes = (end as f64 / 8.0 / units.max(1) as f64).max(1.0);
        self.bits = self.segment.jump(end);
    }

    /// The place in the data behind which a unit may begin that was decoded ahead.
    pub(super) fn bound(&self) -> usize {
        let mut chunks = self.segment.chunks().iter().filter(|chunk| !chunk.spent);
        chunks.next().map_or(usize::MAX, |chunk| chunk.base.saturating_sub(self.segment.base()))
    }
}

/// The first coefficients that the next ones of each component of the frame are counted from.
fn last_of(coders: &Coders) -> impl Fn(usize) -> i16 + use<'_> {
    move |component| match coders {
        Coders::Sequential(coders) => coders.get(component).map_or(0, |coder| coder.last as i16),
        _ => 0,
    }
}
