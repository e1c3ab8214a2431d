//! The second pass over kept coefficients: sequential with the best Huffman tables, or progressive
//! (ITU-T T.81 annex G). Every scan is run twice, to count its symbols and to write them.

use super::bits::Bits;
use super::frame::Frame;
use super::huffman::{Counts, assigned};
use super::tables::Huffman;
use super::tokens::{Coefficient, Reader, Store, size};
use crate::Result;
use std::ops::RangeInclusive;

/// One scan of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scan {
    /// Indices of its components.
    pub(super) components: Vec<usize>,
    /// The zigzag places it sends.
    pub(super) band: RangeInclusive<usize>,
    /// The bit position up to which earlier scans went (0: none), and that of this one.
    pub(super) high: u32,
    pub(super) low: u32,
}

impl Scan {
    /// Bits of the header.
    fn header(&self) -> u64 {
        8 * (8 + 2 * self.components.len() as u64)
    }
}

/// The scan of a sequential file.
pub(super) fn sequential(components: usize) -> Vec<Scan> {
    vec![Scan { components: (0..components).collect(), band: 0..=63, high: 0, low: 0 }]
}

/// The customary scans of a progressive file: all DC but the last bit, a first impression of luma,
/// chroma, the rest of luma, and then the last bits.
pub(super) fn progressive(components: usize, ycc: bool) -> Vec<Scan> {
    let all: Vec<usize> = (0..components).collect();
    let dc = |high, low| Scan { components: all.clone(), band: 0..=0, high, low };
    let one = |i, band, high, low| Scan { components: vec![i], band, high, low };
    if ycc {
        return vec![
            dc(0, 1),
            one(0, 1..=5, 0, 2),
            one(2, 1..=63, 0, 1),
            one(1, 1..=63, 0, 1),
            one(0, 6..=63, 0, 2),
            one(0, 1..=63, 2, 1),
            dc(1, 0),
            one(2, 1..=63, 1, 0),
            one(1, 1..=63, 1, 0),
            one(0, 1..=63, 1, 0),
        ];
    }
    let each = |band: RangeInclusive<usize>, high, low| {
        all.iter().map(move |&i| one(i, band.clone(), high, low)).collect::<Vec<_>>()
    };
    let mut scans = vec![dc(0, 1)];
    scans.extend(each(1..=5, 0, 2));
    scans.extend(each(6..=63, 0, 2));
    scans.extend(each(1..=63, 2, 1));
    scans.push(dc(1, 0));
    scans.extend(each(1..=63, 1, 0));
    scans
}

/// The scans that take the fewest bytes, of those that are tried: for every component how many low
/// bits are sent later, one by one, and where (if anywhere) its first scan is cut in two.
pub(super) fn search(frame: &Frame, store: &Store, interval: u16) -> Result<Vec<Scan>> {
    let cost = |scans: &[Scan]| -> Result<Vec<u64>> {
        let tallies = tallies(frame, store, interval, scans)?;
        Ok(tallies.iter().zip(scans).map(|(tally, scan)| tally.bits() + scan.header()).collect())
    };
    let all: Vec<usize> = (0..frame.components.len()).collect();
    let dc = |high, low| Scan { components: all.clone(), band: 0..=0, high, low };
    let mut dc = vec![dc(0, 0), dc(0, 1), dc(1, 0)];
    let bits = cost(&dc)?;
    if bits[0] <= bits[1] + bits[2] {
        dc.truncate(1);
    } else {
        dc.remove(0);
    }
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for component in all {
        let one = |band, high, low| Scan { components: vec![component], band, high, low };
        let refining: Vec<Scan> = (0..3).map(|low| one(1..=63, low + 1, low)).collect();
        let mut ways = Vec::new();
        for low in 0..=3 {
            ways.push(vec![one(1..=63, 0, low)]);
            ways.extend(CUTS.map(|cut| vec![one(1..=cut, 0, low), one(cut + 1..=63, 0, low)]));
        }
        let mut bits = cost(&[refining.clone(), ways.concat()].concat())?.into_iter();
        let refined: Vec<u64> = bits.by_ref().take(refining.len()).collect();
        let mut best = (u64::MAX, Vec::new());
        for way in ways {
            let later: u64 = refined[..way[0].low as usize].iter().sum();
            let total = later + bits.by_ref().take(way.len()).sum::<u64>();
            if total < best.0 {
                best = (total, way);
            }
        }
        let low = best.1.first().map_or(0, |scan| scan.low as usize);
        later.extend_from_slice(&refining[..low]);
        first.push(best.1);
    }
    Ok(in_order(dc, first, later))
}

/// Where a first scan is tried to be cut.
const CUTS: [usize; 5] = [2, 5, 8, 12, 18];

/// Coarse to fine: DC, the first scan of each component, what was cut off those, and then the lower
/// bits, the highest first.
fn in_order(mut dc: Vec<Scan>, first: Vec<Vec<Scan>>, mut later: Vec<Scan>) -> Vec<Scan> {
    later.extend(dc.drain(1..));
    later.sort_by_key(|scan| (std::cmp::Reverse(scan.low), *scan.band.start()));
    let (heads, tails): (Vec<_>, Vec<_>) =
        first.into_iter().map(|mut scans| (scans.remove(0), scans)).unzip();
    dc.into_iter().chain(heads).chain(tails.into_iter().flatten()).chain(later).collect()
}

/// Where the symbols of a scan go.
pub(super) trait Output {
    /// A symbol of a DC (`class` 0) or AC (1) table, and `size` bits of `bits`.
    fn symbol(&mut self, class: usize, table: usize, symbol: u8, bits: u32, size: u32);
    /// Plain bits, at most 32.
    fn bits(&mut self, bits: u32, size: u32);
    /// A restart marker.
    fn restart(&mut self, number: u8);
    /// The end of a row of MCUs.
    fn row(&mut self) -> Result<()>;
}

/// Counts symbols.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    counts: [[Counts; 2]; 2],
    /// Bits that are no symbols.
    plain: u64,
}

impl Tally {
    /// What the scan and its tables take.
    fn bits(&self) -> u64 {
        let mut bits = self.plain;
        for counts in self.counts.iter().flatten().filter(|counts| !counts.is_empty()) {
            let table = counts.table();
            bits += counts.bits(&table) + 8 * (21 + table.symbols.len() as u64);
        }
        bits
    }

    /// The best tables: class, number, table.
    pub(super) fn tables(&self) -> Vec<(usize, usize, Huffman)> {
        let mut tables = Vec::new();
        for number in 0..2 {
            for class in 0..2 {
                let counts = &self.counts[class][number];
                if !counts.is_empty() {
                    tables.push((class, number, counts.table()));
                }
            }
        }
        tables
    }
}

impl Output for Tally {
    fn symbol(&mut self, class: usize, table: usize, symbol: u8, _: u32, size: u32) {
        self.counts[class][table].add(symbol);
        self.plain = self.plain.wrapping_add(size.into());
    }

    fn bits(&mut self, _: u32, size: u32) {
        self.plain = self.plain.wrapping_add(size.into());
    }

    fn restart(&mut self, _: u8) {}

    fn row(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Writes symbols.
pub(super) struct Emit<'a> {
    bits: &'a mut Bits,
    codes: [[Box<[u32; 256]>; 2]; 2],
    flush: &'a mut dyn FnMut(&mut Bits) -> Result<()>,
}

impl<'a> Emit<'a> {
    /// Write to `bits`, which `flush` empties after every row of MCUs.
    pub(super) fn new(
        tables: &[(usize, usize, Huffman)],
        bits: &'a mut Bits,
        flush: &'a mut dyn FnMut(&mut Bits) -> Result<()>,
    ) -> Result<Self> {
        let none = || Box::new([0; 256]);
        let mut codes = [[none(), none()], [none(), none()]];
        for (class, number, table) in tables {
            *codes[*class][*number] = assigned(table)?;
        }
        Ok(Self { bits, codes, flush })
    }
}

impl Output for Emit<'_> {
    fn symbol(&mut self, class: usize, table: usize, symbol: u8, bits: u32, size: u32) {
        self.bits.symbol(self.codes[class][table][usize::from(symbol)], bits, size);
    }

    fn bits(&mut self, bits: u32, size: u32) {
        self.bits.put(bits, size);
    }

    fn restart(&mut self, number: u8) {
        self.bits.marker(0xD0 | number & 7);
    }

    fn row(&mut self) -> Result<()> {
        (self.flush)(self.bits)
    }
}

/// Run `scan` over the coefficients of `store`.
pub(super) fn run(
    frame: &Frame,
    store: &Store,
    interval: u16,
    scan: &Scan,
    out: &mut impl Output,
) -> Result<()> {
    let restarts = Restarts { interval: interval.into(), ..Restarts::default() };
    if *scan.band.start() == 0 {
        return interleaved(frame, store, restarts, scan, out);
    }
    let mut coder = Refiner::new(scan, frame);
    bands(frame, store, restarts, std::slice::from_mut(&mut coder), std::slice::from_mut(out))
}

/// Count the symbols of each of `scans`. Those of the AC coefficients of one component are counted
/// in one go.
pub(super) fn tallies(
    frame: &Frame,
    store: &Store,
    interval: u16,
    scans: &[Scan],
) -> Result<Vec<Tally>> {
    let mut tallies = vec![Tally::default(); scans.len()];
    let restarts = Restarts { interval: interval.into(), ..Restarts::default() };
    for (scan, tally) in scans.iter().zip(&mut tallies) {
        if *scan.band.start() == 0 {
            let dc = Scan { band: 0..=0, ..scan.clone() };
            interleaved(frame, store, restarts, &dc, tally)?;
        }
        if scan.band == (0..=63) {
            tally.counts[1].clone_from(&store.counts);
        }
    }
    for component in 0..frame.components.len() {
        let ac = |scan: &Scan| *scan.band.start() > 0 && scan.components[0] == component;
        let places: Vec<usize> = (0..scans.len()).filter(|&i| ac(&scans[i])).collect();
        let mut coders: Vec<_> = places.iter().map(|&i| Refiner::new(&scans[i], frame)).collect();
        let mut counted = vec![Tally::default(); places.len()];
        bands(frame, store, restarts, &mut coders, &mut counted)?;
        for (place, tally) in places.into_iter().zip(counted) {
            tallies[place] = tally;
        }
    }
    Ok(tallies)
}

/// Scans of the AC coefficients of one component, each with its output.
fn bands(
    frame: &Frame,
    store: &Store,
    mut restarts: Restarts,
    coders: &mut [Refiner],
    outs: &mut [impl Output],
) -> Result<()> {
    let Some(index) = coders.first().map(|coder| coder.component) else { return Ok(()) };
    let component = frame.components[index];
    let mut memory = [Coefficient::default(); 64];
    for row in store.components[index].iter().take(component.blocks_down) {
        let mut reader = Reader::new(row);
        for _ in 0..component.blocks_across {
            let restart = restarts.due();
            let block = reader.block(&mut memory);
            for (coder, out) in coders.iter_mut().zip(outs.iter_mut()) {
                if let Some(number) = restart {
                    coder.end_of_band(out);
                    out.restart(number);
                }
                coder.block(block, out);
            }
        }
        for out in outs.iter_mut() {
            out.row()?;
        }
    }
    for (coder, out) in coders.iter_mut().zip(outs) {
        coder.end_of_band(out);
    }
    Ok(())
}

/// Counts MCUs up to the next restart marker.
#[derive(Clone, Copy, Debug, Default)]
struct Restarts {
    interval: u64,
    done: u64,
}

impl Restarts {
    /// The number of the marker that stands before the next MCU, if one does.
    fn due(&mut self) -> Option<u8> {
        let done = self.done;
        self.done += 1;
        let due = self.interval > 0 && done > 0 && done.is_multiple_of(self.interval);
        due.then(|| ((done / self.interval - 1) % 8) as u8)
    }
}

/// A scan that starts with DC: MCU by MCU, where there is more than one component.
fn interleaved(
    frame: &Frame,
    store: &Store,
    mut restarts: Restarts,
    scan: &Scan,
    out: &mut impl Output,
) -> Result<()> {
    let mut predictor = [0; 4];
    for mcu_row in 0..frame.mcus_down() {
        let mut readers: Vec<Vec<Reader<'_>>> = scan
            .components
            .iter()
            .map(|&i| rows(frame, store, i, mcu_row).iter().map(Reader::new).collect())
            .collect();
        for mcu in 0..frame.mcus_across() {
            if let Some(number) = restarts.due() {
                out.restart(number);
                predictor = [0; 4];
            }
            for (&index, readers) in scan.components.iter().zip(&mut readers) {
                let component = frame.components[index];
                for (y, row) in rows(frame, store, index, mcu_row).iter().enumerate() {
                    let down = mcu_row * component.vertical + y;
                    for x in mcu * component.horizontal..(mcu + 1) * component.horizontal {
                        let dc = i32::from(row.dc[x]);
                        send_dc(scan, component.tables, dc, &mut predictor[index], out);
                        if *scan.band.end() == 63 {
                            let real = down < component.blocks_down && x < component.blocks_across;
                            send_ac(component.tables, real.then_some(&mut readers[y]), out);
                        }
                    }
                }
            }
        }
        out.row()?;
    }
    Ok(())
}

/// The rows of blocks of a row of MCUs.
fn rows<'a>(
    frame: &Frame,
    store: &'a Store,
    component: usize,
    mcu_row: usize,
) -> &'a [super::tokens::BlockRow] {
    let vertical = frame.components[component].vertical;
    &store.components[component][mcu_row * vertical..][..vertical]
}

fn send_dc(scan: &Scan, table: usize, dc: i32, predictor: &mut i32, out: &mut impl Output) {
    if scan.high > 0 {
        out.bits((dc >> scan.low) as u32 & 1, 1);
        return;
    }
    let value = dc >> scan.low;
    let difference = value - *predictor;
    *predictor = value;
    let size = size(difference);
    out.symbol(0, table, size as u8, value_bits(difference, size), size);
}

/// The AC coefficients of a block of a sequential scan; none of a block of padding.
fn send_ac(table: usize, reader: Option<&mut Reader<'_>>, out: &mut impl Output) {
    let mut k = 0;
    if let Some(reader) = reader {
        while let Some(token) = reader.next() {
            k += u32::from(token.symbol >> 4) + 1;
            out.symbol(1, table, token.symbol, token.bits, token.size);
        }
    }
    if k < 63 {
        out.symbol(1, table, 0, 0, 0);
    }
}

fn value_bits(value: i32, size: u32) -> u32 {
    (value + (value >> 31)) as u32 & ((1 << size) - 1)
}

/// Correction bits that may wait before a run of ended blocks is sent: what other encoders allow.
const MOST_CORRECTIONS: u32 = 1000;

/// The coder of an AC scan, with its run of ended blocks.
#[derive(Debug)]
struct Refiner {
    component: usize,
    table: usize,
    first: u32,
    last: u32,
    low: u32,
    refines: bool,
    /// Blocks that have ended and are not sent yet.
    ended: u32,
    /// Correction bits of those blocks, block by block.
    waiting: Vec<Corrections>,
    /// How many bits that is.
    corrections: u32,
}

/// Correction bits of one block, at most 63, the first one highest.
#[derive(Clone, Copy, Debug, Default)]
struct Corrections {
    bits: u64,
    count: u32,
}

impl Corrections {
    fn push(&mut self, bit: u32) {
        self.bits = self.bits << 1 | u64::from(bit);
        self.count += 1;
    }

    fn send(&mut self, out: &mut impl Output) {
        if self.count > 32 {
            out.bits((self.bits >> 32) as u32, self.count - 32);
        }
        if self.count > 0 {
            out.bits(self.bits as u32, self.count.min(32));
        }
        *self = Self::default();
    }
}

impl Refiner {
    fn new(scan: &Scan, frame: &Frame) -> Self {
        let component = scan.components[0];
        Self {
            component,
            table: frame.components[component].tables,
            first: *scan.band.start() as u32,
            last: *scan.band.end() as u32,
            low: scan.low,
            refines: scan.high > 0,
            ended: 0,
            waiting: Vec::new(),
            corrections: 0,
        }
    }

    /// The next block: its coefficients that are not zero.
    #[inline]
    fn block(&mut self, block: &[Coefficient], out: &mut impl Output) {
        let start = block.iter().position(|c| c.place >= self.first).unwrap_or(block.len());
        let block = &block[start..];
        if self.refines { self.refine(block, out) } else { self.begin(block, out) }
    }

    /// The first scan of a band.
    fn begin(&mut self, block: &[Coefficient], out: &mut impl Output) {
        let mut before = self.first - 1;
        for &Coefficient { place, value } in block {
            if place > self.last {
                break;
            }
            let magnitude = value.abs() >> self.low;
            if magnitude == 0 {
                continue;
            }
            self.end_of_band(out);
            let mut run = place - before - 1;
            before = place;
            while run > 15 {
                out.symbol(1, self.table, 0xF0, 0, 0);
                run -= 16;
            }
            let size = size(magnitude);
            let value = if value < 0 { -magnitude } else { magnitude };
            out.symbol(1, self.table, (run << 4 | size) as u8, value_bits(value, size), size);
        }
        if before < self.last {
            self.end_block(Corrections::default(), out);
        }
    }

    /// A later scan: one more bit of what is known, and what becomes known.
    fn refine(&mut self, block: &[Coefficient], out: &mut impl Output) {
        let low = self.low;
        let newest = block.iter().rposition(|c| c.place <= self.last && c.value.abs() >> low == 1);
        let mut corrections = Corrections::default();
        let mut before = self.first - 1;
        let mut run = 0;
        for (i, &Coefficient { place, value }) in block.iter().enumerate() {
            let magnitude = value.unsigned_abs() >> low;
            if place > self.last {
                break;
            }
            if magnitude == 0 {
                continue;
            }
            run += place - before - 1;
            before = place;
            while run > 15 && newest.is_some_and(|newest| i <= newest) {
                self.end_of_band(out);
                out.symbol(1, self.table, 0xF0, 0, 0);
                run -= 16;
                corrections.send(out);
            }
            if magnitude > 1 {
                corrections.push(magnitude & 1);
                continue;
            }
            self.end_of_band(out);
            out.symbol(1, self.table, (run << 4 | 1) as u8, u32::from(value > 0), 1);
            corrections.send(out);
            run = 0;
        }
        run += self.last - before;
        if run > 0 || corrections.count > 0 {
            self.end_block(corrections, out);
        }
    }

    /// The block in hand has nothing more to send but these.
    #[inline]
    fn end_block(&mut self, corrections: Corrections, out: &mut impl Output) {
        self.ended += 1;
        if corrections.count > 0 {
            self.waiting.push(corrections);
            self.corrections += corrections.count;
        }
        if self.ended == 0x7FFF || self.corrections > MOST_CORRECTIONS - 63 {
            self.end_of_band(out);
        }
    }

    /// Send the run of ended blocks, with their corrections.
    #[inline]
    fn end_of_band(&mut self, out: &mut impl Output) {
        if self.ended == 0 {
            return;
        }
        let size = size(self.ended as i32) - 1;
        let bits = self.ended & ((1 << size) - 1);
        out.symbol(1, self.table, (size << 4) as u8, bits, size);
        self.ended = 0;
        self.corrections = 0;
        for mut corrections in self.waiting.drain(..) {
            corrections.send(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_of_every_coefficient_is_sent_once() {
        for (components, ycc) in [(1, false), (3, true), (4, false)] {
            let mut known = vec![[32_u32; 64]; components];
            for scan in progressive(components, ycc) {
                for &component in &scan.components {
                    for k in scan.band.clone() {
                        let known = &mut known[component][k];
                        assert!(scan.high == *known || (scan.high == 0 && *known == 32));
                        *known = scan.low;
                    }
                }
            }
            assert!(known.iter().flatten().all(|&low| low == 0));
        }
    }

    #[test]
    fn scans_are_ordered_coarse_to_fine() {
        let scan = |i, band, high, low| Scan { components: vec![i], band, high, low };
        let first =
            vec![vec![scan(0, 1..=5, 0, 2), scan(0, 6..=63, 0, 2)], vec![scan(1, 1..=63, 0, 1)]];
        let later = vec![scan(0, 1..=63, 1, 0), scan(0, 1..=63, 2, 1), scan(1, 1..=63, 1, 0)];
        let ordered = in_order(vec![scan(0, 0..=0, 0, 1), scan(0, 0..=0, 1, 0)], first, later);
        let lows: Vec<_> = ordered.iter().map(|scan| (*scan.band.start(), scan.low)).collect();
        assert_eq!(lows, [(0, 1), (1, 2), (1, 1), (6, 2), (1, 1), (0, 0), (1, 0), (1, 0)]);
    }

    #[test]
    fn restart_markers_are_numbered_in_turn() {
        let mut restarts = Restarts { interval: 2, done: 0 };
        let due: Vec<_> = (0..20).filter_map(|_| restarts.due()).collect();
        assert_eq!(due, [0, 1, 2, 3, 4, 5, 6, 7, 0]);
    }
}
