//! The second pass over kept coefficients: sequential with the best Huffman tables, or progressive
//! (ITU-T T.81 annex G). Every scan is run twice, to count its symbols and to write them.

use super::bits::Bits;
use super::frame::Frame;
use super::huffman::{Counts, assigned};
use super::tables::Huffman;
use super::tokens::{Reader, Store, size};
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
    let all: Vec<usize> = (0..frame.components.len()).collect();
    let scan = |components: &[usize], band, high, low| Scan {
        components: components.to_vec(),
        band,
        high,
        low,
    };
    let cost = |scans: &[Scan]| -> Result<u64> {
        let mut bits = 0;
        for scan in scans {
            let mut tally = Tally::default();
            run(frame, store, interval, scan, &mut tally)?;
            bits += tally.bits() + 8 * (8 + 2 * scan.components.len() as u64);
        }
        Ok(bits)
    };
    let whole = vec![scan(&all, 0..=0, 0, 0)];
    let halves = vec![scan(&all, 0..=0, 0, 1), scan(&all, 0..=0, 1, 0)];
    let dc = if cost(&halves)? < cost(&whole)? { halves } else { whole };
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for &component in &all {
        let one = |band, high, low| vec![scan(&[component], band, high, low)];
        let (mut low, mut refined) = (0, 0);
        let mut least = cost(&one(1..=63, 0, 0))?;
        for bits in 1..=3 {
            refined += cost(&one(1..=63, bits, bits - 1))?;
            let total = refined + cost(&one(1..=63, 0, bits))?;
            if total >= least {
                break;
            }
            (low, least) = (bits, total);
        }
        let mut best = one(1..=63, 0, low);
        let mut least = cost(&best)?;
        for cut in [2, 5, 8, 12, 18] {
            let parts = [one(1..=cut, 0, low), one(cut + 1..=63, 0, low)].concat();
            let bits = cost(&parts)?;
            if bits < least {
                (best, least) = (parts, bits);
            }
        }
        first.push(best);
        later.extend((0..low).map(|bit| scan(&[component], 1..=63, bit + 1, bit)));
    }
    Ok(in_order(dc, first, later))
}

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
    counts: [[Option<Box<Counts>>; 2]; 2],
    /// Bits that are no symbols.
    plain: u64,
}

impl Tally {
    /// What the scan and its tables take.
    fn bits(&self) -> u64 {
        let mut bits = self.plain;
        for counts in self.counts.iter().flatten().flatten() {
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
                if let Some(counts) = &self.counts[class][number] {
                    tables.push((class, number, counts.table()));
                }
            }
        }
        tables
    }
}

impl Output for Tally {
    fn symbol(&mut self, class: usize, table: usize, symbol: u8, _: u32, size: u32) {
        self.counts[class][table].get_or_insert_default().add(symbol);
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
    let index = scan.components[0];
    let component = frame.components[index];
    let mut coder = Refiner { table: component.tables, ..Refiner::default() };
    let mut restarts = restarts;
    let mut block = Vec::new();
    for row in store.components[index].iter().take(component.blocks_down) {
        let mut reader = Reader::new(row);
        for _ in 0..component.blocks_across {
            if let Some(number) = restarts.due() {
                coder.end_of_band(out);
                out.restart(number);
            }
            reader.block(&scan.band, &mut block);
            if scan.high == 0 {
                coder.first(scan, &block, out);
            } else {
                coder.refine(scan, &block, out);
            }
        }
        out.row()?;
    }
    coder.end_of_band(out);
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
const MOST_CORRECTIONS: usize = 1000;

/// The coder of AC scans, with its run of ended blocks.
#[derive(Debug, Default)]
struct Refiner {
    table: usize,
    /// Blocks that have ended and are not sent yet.
    ended: u32,
    /// Correction bits of those blocks.
    corrections: Vec<u8>,
}

impl Refiner {
    /// The first scan of a band.
    fn first(&mut self, scan: &Scan, block: &[(usize, i32)], out: &mut impl Output) {
        let mut last = scan.band.start() - 1;
        for &(k, value) in block {
            let magnitude = value.abs() >> scan.low;
            if magnitude == 0 {
                continue;
            }
            self.end_of_band(out);
            let run = self.long_run(k - last - 1, out);
            last = k;
            let size = size(magnitude);
            let value = if value < 0 { -magnitude } else { magnitude };
            out.symbol(1, self.table, (run << 4 | size) as u8, value_bits(value, size), size);
        }
        if last < *scan.band.end() {
            self.end_block(out);
        }
    }

    /// A later scan: one more bit of what is known, and what becomes known.
    fn refine(&mut self, scan: &Scan, block: &[(usize, i32)], out: &mut impl Output) {
        let magnitude = |value: i32| value.abs() >> scan.low;
        let newest = block.iter().rev().find(|(_, value)| magnitude(*value) == 1);
        let newest = newest.map_or(0, |(k, _)| *k);
        let mut corrections = Vec::new();
        let mut last = scan.band.start() - 1;
        let mut run = 0;
        for &(k, value) in block.iter().filter(|(_, value)| magnitude(*value) > 0) {
            run += (k - last - 1) as u32;
            last = k;
            while run > 15 && k <= newest {
                self.end_of_band(out);
                out.symbol(1, self.table, 0xF0, 0, 0);
                run -= 16;
                send(&mut corrections, out);
            }
            if magnitude(value) > 1 {
                corrections.push((magnitude(value) & 1) as u8);
                continue;
            }
            self.end_of_band(out);
            out.symbol(1, self.table, (run << 4 | 1) as u8, u32::from(value > 0), 1);
            send(&mut corrections, out);
            run = 0;
        }
        run += (scan.band.end() - last) as u32;
        if run > 0 || !corrections.is_empty() {
            self.corrections.append(&mut corrections);
            self.end_block(out);
        }
    }

    /// Send the sixteens of a run; gives what is left.
    fn long_run(&self, run: usize, out: &mut impl Output) -> u32 {
        for _ in 0..run / 16 {
            out.symbol(1, self.table, 0xF0, 0, 0);
        }
        (run % 16) as u32
    }

    /// The block in hand has nothing more to send.
    fn end_block(&mut self, out: &mut impl Output) {
        self.ended += 1;
        if self.ended == 0x7FFF || self.corrections.len() > MOST_CORRECTIONS - 63 {
            self.end_of_band(out);
        }
    }

    /// Send the run of ended blocks, with their corrections.
    fn end_of_band(&mut self, out: &mut impl Output) {
        if self.ended == 0 {
            return;
        }
        let size = size(self.ended as i32) - 1;
        let bits = self.ended & ((1 << size) - 1);
        out.symbol(1, self.table, (size << 4) as u8, bits, size);
        self.ended = 0;
        send(&mut self.corrections, out);
    }
}

/// Send bits that waited.
fn send(corrections: &mut Vec<u8>, out: &mut impl Output) {
    for bit in corrections.drain(..) {
        out.bits(bit.into(), 1);
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
