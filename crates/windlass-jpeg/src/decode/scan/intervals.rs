//! Files with restart markers: whole intervals are decoded ahead.
//!
//! Intervals do not depend on each other, so a batch of them needs no guess where a unit begins. Those that
//! hold exactly their units, and are followed by the marker that is due, are taken over; at anything else
//! the bytes go back to the stream and are decoded in order.

use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::Arc;

use super::super::ahead::{Adopted, Decoded, Part, Template};
use super::super::parse::Stream;
use super::Walk;
use crate::Result;
use crate::markers::{RST0, RST7};

/// The most bytes of an interval.
const MAX_INTERVAL: usize = 1 << 20;

/// Intervals with the markers behind them.
#[derive(Debug)]
pub(super) struct Batch {
    data: Arc<Vec<u8>>,
    decoded: Option<Decoded>,
}

/// Batches that were taken before their time.
#[derive(Debug, Default)]
pub(super) struct Intervals {
    /// They follow the marker that the stream has not given out yet, or the batch that is lent.
    pub(super) batches: VecDeque<Batch>,
    /// The batch whose units are lent.
    lent: Arc<Vec<u8>>,
    /// Whether nothing follows that could be taken.
    pub(super) ends: bool,
}

impl Intervals {
    /// Takes what was decoded of a batch.
    pub(super) fn join(&mut self, decoded: Decoded, data: &Arc<Vec<u8>>) {
        let own = self.batches.iter_mut().find(|batch| Arc::ptr_eq(&batch.data, data));
        if let Some(batch) = own {
            batch.decoded = Some(decoded);
        }
    }

    /// As [`Walk::ready`], after `units` that are lent.
    pub(super) fn ready(&self, mut units: usize) -> usize {
        for batch in &self.batches {
            match &batch.decoded {
                Some(decoded) => units += decoded.units(),
                None => return units,
            }
        }
        if self.ends { usize::MAX } else { units }
    }

    /// Whether the next batch is decoded, or none will come.
    pub(super) fn next_is_here(&self) -> bool {
        self.batches.front().map_or(self.ends, |batch| batch.decoded.is_some())
    }

    /// The next batch, if it can be taken over where `expected` is the number of the marker behind its
    /// first interval.
    fn next(&mut self, expected: u8) -> Option<Decoded> {
        let batch = self.batches.front_mut()?;
        let decoded = batch.decoded.take_if(|decoded| decoded.marker() == Some(expected))?;
        self.lent = self.batches.pop_front()?.data;
        Some(decoded)
    }

    /// Gives the bytes of all batches back, after `rest`.
    fn give_back<R: BufRead>(&mut self, stream: &mut Stream<R>, rest: &[u8]) {
        let mut bytes = rest.to_vec();
        for batch in self.batches.drain(..) {
            bytes.extend_from_slice(&batch.data);
        }
        self.ends = false;
        if !bytes.is_empty() {
            stream.source.put_back(bytes);
        }
    }
}

impl Walk {
    /// Takes a batch of intervals of about `size` bytes out of its turn.
    pub(super) fn split_intervals<R: BufRead>(
        &mut self,
        stream: &mut Stream<R>,
        template: &Arc<Template>,
        part: &mut Part,
        size: usize,
    ) -> Result<bool> {
        let fits = self.interval <= template.capacity() / 2;
        let reached = fits && (self.is_lent() || self.complete_interval(stream)?);
        if !reached {
            self.lead.intervals.ends = true;
            return Ok(false);
        }
        let (data, more) = batch(stream, size)?;
        self.lead.intervals.ends = !more;
        if data.is_empty() {
            return Ok(false);
        }
        let data = Arc::new(data);
        part.prepare(template, &data, 0);
        self.lead.intervals.batches.push_back(Batch { data, decoded: None });
        Ok(true)
    }

    /// Takes the rest of the present interval out of the stream; returns whether there is one behind.
    fn complete_interval<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<bool> {
        Ok(self.segment.complete_with(stream, MAX_INTERVAL)?
            && matches!(stream.unread, Some(RST0..=RST7)))
    }

    /// Takes over intervals, if those behind the marker that comes next were decoded ahead; otherwise
    /// the stream has all bytes again.
    pub(super) fn adopt_intervals<R: BufRead>(&mut self, stream: &mut Stream<R>) -> bool {
        if self.lead.intervals.batches.is_empty() {
            self.lead.intervals.ends = false;
            return false;
        }
        if stream.unread == Some(RST0 + self.next_restart) {
            let after = (self.next_restart + 1) & 7;
            if let Some(decoded) = self.lead.intervals.next(RST0 + after) {
                stream.unread = None;
                self.next_restart = after;
                self.lend(decoded);
                return true;
            }
        }
        self.lead.fail();
        self.lead.intervals.give_back(stream, &[]);
        false
    }

    fn lend(&mut self, decoded: Decoded) {
        let (end, units) = (decoded.end(), decoded.units());
        self.lead.unit_bytes = (end as f64 / units.max(1) as f64).max(1.0);
        self.lead.failures = 0;
        self.exhausted = false;
        self.lead.adopted = Some(Adopted::whole(decoded));
    }

    /// Goes on behind the intervals that were taken over: with the next batch, or in order.
    pub(super) fn go_on_after_intervals<R: BufRead>(&mut self, stream: &mut Stream<R>) {
        let Some(adopted) = self.lead.adopted.take() else {
            return;
        };
        let (end, units) = adopted.end();
        let markers = units / self.interval.max(1);
        self.next_restart = ((usize::from(self.next_restart) + markers) & 7) as u8;
        let intervals = &mut self.lead.intervals;
        let lent = std::mem::take(&mut intervals.lent);
        let rest = lent.get(end..).unwrap_or_default();
        if rest.is_empty()
            && let Some(decoded) = intervals.next(RST0 + self.next_restart)
        {
            return self.lend(decoded);
        }
        let failed = !(rest.is_empty() && intervals.batches.is_empty());
        intervals.give_back(stream, rest);
        if failed {
            self.lead.fail();
        }
        self.begin_interval();
        self.segment.restart(stream);
    }
}

/// The bytes of whole intervals with their markers, `size` of them or a few more, and whether the stream
/// goes on behind. If no marker is found the stream has the bytes again.
fn batch<R: BufRead>(stream: &mut Stream<R>, size: usize) -> Result<(Vec<u8>, bool)> {
    let mut data = Vec::with_capacity(size + size / 4);
    let mut half = false;
    while data.len() < size + MAX_INTERVAL {
        let ready = stream.source.ready()?;
        if ready.is_empty() {
            return Ok((data, false));
        }
        let mut taken = 0;
        let mut end = None;
        while let Some(&byte) = ready.get(taken) {
            taken += 1;
            let marker = std::mem::replace(&mut half, byte == 0xFF);
            match byte {
                1..=0xFE if marker => {
                    let restart = (RST0..=RST7).contains(&byte);
                    if !restart || data.len() + taken >= size {
                        end = Some(restart);
                        break;
                    }
                }
                _ => {}
            }
        }
        data.extend_from_slice(&ready[..taken]);
        stream.source.consume(taken);
        if let Some(restart) = end {
            return Ok((data, restart));
        }
    }
    stream.source.put_back(data);
    Ok((Vec::new(), false))
}
