//! The serial half: markers, and the pieces joined.

use super::bits::Bits;
use super::piece::{Mark, Piece};
use super::scans::{self, Emit, Scan};
use super::segments::{Segments, segment};
use super::tables::Huffman;
use super::tokens::Store;
use super::{Colour, Encoder};
use crate::{Error, ErrorKind, Result};
use std::io::Write;
use std::sync::Arc;
use windlass_simd::jpeg_encode::NATURAL;

/// Writes the pieces of a picture, in their order, as a file.
#[derive(Debug)]
pub struct Writer<W: Write> {
    encoder: Arc<Encoder>,
    out: W,
    bits: Bits,
    /// The row that the next piece has to start at.
    next: usize,
    /// The last DC value of each component.
    predictor: [i32; 4],
    restarts: u8,
    /// What waits for the second pass.
    store: Store,
}

impl<W: Write> Writer<W> {
    /// Start a file: everything up to the tables is written at once.
    pub fn new(encoder: Arc<Encoder>, out: W, segments: &Segments) -> Result<Self> {
        let mut bits = Bits::default();
        bits.bytes.extend([0xFF, 0xD8]);
        let adobe = matches!(encoder.frame.colour, Colour::Cmyk | Colour::PlainRgb);
        let apart = encoder.settings.tables_apart;
        segments.append(adobe && !apart, &mut bits.bytes)?;
        if !apart {
            quantisation_tables(&encoder, &mut bits.bytes)?;
        }
        frame_header(&encoder, &mut bits.bytes)?;
        if !encoder.two_passes() {
            if !apart {
                standard_tables(&encoder, &mut bits.bytes)?;
            }
            restart_interval(&encoder, &mut bits.bytes)?;
            let all = scans::sequential(encoder.frame.components.len());
            scan_header(&encoder, &all[0], &mut bits.bytes)?;
        }
        let mut writer = Self {
            encoder,
            out,
            bits,
            next: 0,
            predictor: [0; 4],
            restarts: 0,
            store: Store::default(),
        };
        flush(&mut writer.out, &mut writer.bits)?;
        Ok(writer)
    }

    /// Write the next piece. Its memory can be used for another strip then.
    ///
    /// Fails where it is not the next one, or the output fails.
    pub fn commit(&mut self, piece: &mut Piece) -> Result<()> {
        if piece.top != self.next || piece.rows == 0 {
            return Err(Error::new(
                ErrorKind::Malformed,
                format!("piece starts at row {} instead of {}", piece.top, self.next),
            ));
        }
        self.next += piece.rows;
        piece.rows = 0;
        if self.encoder.two_passes() {
            self.store.take(&mut piece.store);
            return Ok(());
        }
        self.join(piece);
        flush(&mut self.out, &mut self.bits)
    }

    /// Write what is left and give the output back.
    ///
    /// Fails where rows are missing, or the output fails.
    pub fn finish(mut self) -> Result<W> {
        if self.next != self.encoder.frame.height {
            return Err(Error::new(
                ErrorKind::Malformed,
                format!("picture ends after {} of {} rows", self.next, self.encoder.frame.height),
            ));
        }
        if self.encoder.two_passes() {
            self.second_pass()?;
        }
        self.bits.marker(0xD9);
        flush(&mut self.out, &mut self.bits)?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Copy the bits of a piece, with its marks in their places.
    fn join(&mut self, piece: &Piece) {
        let mut from = 0;
        for &mark in &piece.marks {
            match mark {
                Mark::Difference { at, component, value } => {
                    self.bits.stream(&piece.bytes, from, at);
                    self.difference(component, value);
                    from = at;
                }
                Mark::Restart { at } => {
                    self.bits.stream(&piece.bytes, from, at);
                    self.bits.marker(0xD0 | self.restarts);
                    self.restarts = (self.restarts + 1) & 7;
                    from = at.next_multiple_of(8);
                }
            }
        }
        self.bits.stream(&piece.bytes, from, piece.bits);
        self.predictor = piece.last;
    }

    /// The DC difference of the first block of a piece.
    fn difference(&mut self, component: usize, value: i32) {
        let difference = value - self.predictor[component];
        let size = super::tokens::size(difference);
        let bits = (difference + (difference >> 31)) as u32 & ((1 << size) - 1);
        let codes = &self.encoder.codes[self.encoder.frame.components[component].tables];
        self.bits.symbol(codes.dc[size as usize & 15], bits, size);
    }

    fn second_pass(&mut self) -> Result<()> {
        let encoder = Arc::clone(&self.encoder);
        let frame = &encoder.frame;
        let components = frame.components.len();
        let interval = encoder.settings.restart_interval;
        let scans = match (encoder.settings.progressive, encoder.settings.optimize_scans) {
            (false, _) => scans::sequential(components),
            (true, false) => scans::progressive(components, frame.colour == Colour::Rgb),
            (true, true) => scans::search(frame, &self.store, interval)?,
        };
        let tallies = scans::tallies(frame, &self.store, interval, &scans)?;
        for (number, (scan, tally)) in scans.iter().zip(tallies).enumerate() {
            let tables = tally.tables();
            for (class, number, table) in &tables {
                huffman_table(*class, *number, table, &mut self.bits.bytes)?;
            }
            if number == 0 {
                restart_interval(&encoder, &mut self.bits.bytes)?;
            }
            scan_header(&encoder, scan, &mut self.bits.bytes)?;
            let out = &mut self.out;
            let mut empty = |bits: &mut Bits| flush(out, bits);
            let mut emit = Emit::new(&tables, &mut self.bits, &mut empty)?;
            scans::run(frame, &self.store, interval, scan, &mut emit)?;
            self.bits.pad();
        }
        Ok(())
    }
}

/// Hand the whole bytes on.
fn flush(out: &mut impl Write, bits: &mut Bits) -> Result<()> {
    out.write_all(&bits.bytes)?;
    bits.bytes.clear();
    Ok(())
}

/// The tables that do not depend on the picture.
pub(super) fn tables(encoder: &Encoder, out: &mut Vec<u8>) -> Result<()> {
    quantisation_tables(encoder, out)?;
    if encoder.two_passes() { Ok(()) } else { standard_tables(encoder, out) }
}

fn quantisation_tables(encoder: &Encoder, out: &mut Vec<u8>) -> Result<()> {
    for (number, table) in (0_u8..).zip(&encoder.tables[..encoder.frame.table_sets()]) {
        let zigzag = NATURAL.map(|place| table[usize::from(place)] as u8);
        segment(out, 0xDB, &[&[number], &zigzag])?;
    }
    Ok(())
}

fn standard_tables(encoder: &Encoder, out: &mut Vec<u8>) -> Result<()> {
    for (number, [dc, ac]) in encoder.standard_tables().iter().enumerate() {
        huffman_table(0, number, dc, out)?;
        huffman_table(1, number, ac, out)?;
    }
    Ok(())
}

fn frame_header(encoder: &Encoder, out: &mut Vec<u8>) -> Result<()> {
    let frame = &encoder.frame;
    let ([h0, h1], [w0, w1]) =
        ((frame.height as u16).to_be_bytes(), (frame.width as u16).to_be_bytes());
    let mut payload = vec![8, h0, h1, w0, w1, frame.components.len() as u8];
    for component in &frame.components {
        let sampling = component.horizontal << 4 | component.vertical;
        payload.extend([component.id, sampling as u8, component.tables as u8]);
    }
    let marker = if encoder.settings.progressive { 0xC2 } else { 0xC0 };
    segment(out, marker, &[&payload])
}

fn huffman_table(class: usize, number: usize, table: &Huffman, out: &mut Vec<u8>) -> Result<()> {
    segment(out, 0xC4, &[&[(class << 4 | number) as u8], &table.lengths, &table.symbols])
}

fn restart_interval(encoder: &Encoder, out: &mut Vec<u8>) -> Result<()> {
    match encoder.settings.restart_interval {
        0 => Ok(()),
        interval => segment(out, 0xDD, &[&interval.to_be_bytes()]),
    }
}

/// The header of a scan. Of the two table numbers only those that the scan uses are other than 0.
fn scan_header(encoder: &Encoder, scan: &Scan, out: &mut Vec<u8>) -> Result<()> {
    let mut payload = vec![scan.components.len() as u8];
    let dc = *scan.band.start() == 0 && scan.high == 0;
    let ac = *scan.band.end() > 0;
    for &index in &scan.components {
        let component = encoder.frame.components[index];
        let table = component.tables as u8;
        payload.extend([component.id, ((table * u8::from(dc)) << 4) | (table * u8::from(ac))]);
    }
    payload.extend([*scan.band.start() as u8, *scan.band.end() as u8]);
    payload.push((scan.high << 4 | scan.low) as u8);
    segment(out, 0xDA, &[&payload])
}
