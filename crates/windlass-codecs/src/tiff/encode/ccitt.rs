//! Facsimile Group 4 (ITU-T T.6): each row by what changed from the one above.

use super::super::ccitt::{COLOURS, Code, Colour, MODES, Mode};

/// Rows on their way out.
pub(super) struct Ccitt<'a> {
    out: &'a mut Vec<u8>,
    held: u64,
    count: u32,
    width: usize,
    /// Where the colour changes in the row above and in this one
    above: Vec<usize>,
    changes: Vec<usize>,
}

impl<'a> Ccitt<'a> {
    pub(super) fn new(width: usize, out: &'a mut Vec<u8>) -> Self {
        Self { out, held: 0, count: 0, width, above: Vec::new(), changes: Vec::new() }
    }

    /// Appends a row of bits, black being 1.
    pub(super) fn row(&mut self, row: &[u8]) {
        std::mem::swap(&mut self.above, &mut self.changes);
        changes(row, self.width, &mut self.changes);
        let (above, own) = (std::mem::take(&mut self.above), std::mem::take(&mut self.changes));
        let width = self.width;
        let change = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(width);
        let (mut at, mut black, mut started) = (0, false, false);
        // the next change of this row, and the change above that it lies by
        let (mut index, mut next) = (0, 0);
        while at < width {
            next = next_above(&above, at, black, started, next);
            let (here, there, behind) =
                (change(&own, index), change(&above, next), change(&above, next + 1));
            let by = here as i64 - there as i64;
            if behind < here {
                self.mode(Mode::Pass);
                at = behind;
            } else if (-3..=3).contains(&by) {
                self.mode(Mode::Vertical(by as i8));
                at = here;
                black = !black;
                index += 1;
            } else {
                let end = change(&own, index + 1);
                self.mode(Mode::Horizontal);
                self.run(here - at, &COLOURS[usize::from(black)]);
                self.run(end - here, &COLOURS[usize::from(!black)]);
                at = end;
                index += 2;
            }
            started = true;
        }
        (self.above, self.changes) = (above, own);
    }

    /// The two marks at the end of a picture.
    pub(super) fn end(mut self) {
        let mark = Code { bits: 1, length: 12 };
        self.put(mark);
        self.put(mark);
        while self.count > 0 {
            self.put(Code { bits: 0, length: 1 });
            if self.count.is_multiple_of(8) {
                self.flush();
                break;
            }
        }
    }

    fn mode(&mut self, mode: Mode) {
        let code = MODES.iter().find(|(known, _)| *known == mode).map(|(_, code)| *code);
        self.put(code.expect("the table has all modes that rows are coded in"));
    }

    fn run(&mut self, mut length: usize, colour: &Colour) {
        while length >= 2560 + 64 {
            self.put(colour.codes[63 + 40]);
            length -= 2560;
        }
        if length >= 64 {
            self.put(colour.codes[63 + length / 64]);
        }
        self.put(colour.codes[length % 64]);
    }

    fn put(&mut self, code: Code) {
        self.held = self.held << code.length | u64::from(code.bits);
        self.count += u32::from(code.length);
        if self.count >= 32 {
            self.flush();
        }
    }

    /// Writes whole bytes.
    fn flush(&mut self) {
        while self.count >= 8 {
            self.count -= 8;
            self.out.push((self.held >> self.count) as u8);
        }
    }
}

/// The first change above to the right of `at` that is to the other colour than `black`.
fn next_above(above: &[usize], at: usize, black: bool, started: bool, from: usize) -> usize {
    // changes to black have even numbers; the last one looked at may have been too far
    let mut next = from.saturating_sub(2) & !1 | usize::from(black);
    while above.get(next).is_some_and(|&there| there < at || (there == at && started)) {
        next += 2;
    }
    next
}

/// Where the colour of a row changes, white being before it.
fn changes(row: &[u8], width: usize, out: &mut Vec<usize>) {
    out.clear();
    let mut flip = 0_u8;
    for (place, &byte) in row.iter().enumerate() {
        if byte == flip {
            continue;
        }
        for bit in 0..8 {
            let at = place * 8 + bit;
            let black = byte >> (7 - bit) & 1;
            if at < width && black != flip & 1 {
                out.push(at);
                flip = !flip;
            }
        }
    }
}
