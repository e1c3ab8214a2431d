//! Facsimile: rows of two colours, by the lengths of runs, or by what changed from row to row.

use super::super::ccitt::{COLOURS, Colour, LONGEST, MODES, Mode};
use super::super::tags;
use std::sync::LazyLock;

/// How rows are coded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Variant {
    /// Runs, each row from a byte on
    Aligned,
    /// Runs, or changes where a bit says so, between marks
    Group3 { changes: bool },
    /// Changes only
    Group4,
}

/// What became of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::tiff) enum Row {
    /// It is right
    Right,
    /// It is not, and white behind the damage
    Damaged,
    /// There is none any more
    End,
}

/// Decodes the rows of a strip or tile.
#[derive(Clone, Debug)]
pub(in crate::tiff) struct Ccitt {
    variant: Variant,
    width: usize,
    /// Bits that were read
    at: usize,
    /// Where the colour changes in the row above and in this one
    above: Vec<usize>,
    changes: Vec<usize>,
    /// Marks stand between rows
    marked: bool,
    damaged: bool,
}

impl Ccitt {
    /// A decoder of rows of `width` pixels.
    pub(in crate::tiff) fn new(compression: u16, t4_options: u64, width: u32) -> Self {
        let variant = match compression {
            tags::CCITT_RLE => Variant::Aligned,
            tags::CCITT_G3 => Variant::Group3 { changes: t4_options & 1 != 0 },
            _ => Variant::Group4,
        };
        Self {
            variant,
            width: width as usize,
            at: 0,
            above: Vec::new(),
            changes: Vec::new(),
            marked: false,
            damaged: false,
        }
    }

    /// Decodes the next row of `input` into bits, black being 1.
    pub(in crate::tiff) fn row(&mut self, input: &[u8], out: &mut [u8]) -> Row {
        std::mem::swap(&mut self.above, &mut self.changes);
        self.changes.clear();
        let mut bits = Bits { input, at: self.at };
        let by_changes = match self.variant {
            Variant::Aligned => {
                bits.at = bits.at.next_multiple_of(8);
                Some(false)
            }
            Variant::Group3 { changes } => self.mark(&mut bits, changes),
            Variant::Group4 => Some(true),
        };
        let right = match by_changes {
            Some(_) if bits.is_empty() => None,
            Some(true) => self.by_changes(&mut bits),
            Some(false) => self.by_runs(&mut bits),
            None => None,
        };
        self.at = bits.at;
        let Some(right) = right else { return Row::End };
        fill(out, &self.changes, self.width);
        self.damaged = !right;
        if right { Row::Right } else { Row::Damaged }
    }

    /// Passes over the mark before a row of Group 3; whether the row is given by changes, or nothing
    /// where the picture ends.
    fn mark(&mut self, bits: &mut Bits<'_>, changes: bool) -> Option<bool> {
        let mut marks = 0;
        loop {
            let start = bits.at;
            if self.damaged && self.marked && marks == 0 {
                // what follows damage is found again behind the next mark
                while !bits.is_empty() && bits.peek(11) != 0 {
                    bits.at += 1;
                }
            }
            if bits.peek(11) != 0 {
                break;
            }
            while !bits.is_empty() && bits.peek(1) == 0 {
                bits.at += 1;
            }
            if bits.is_empty() {
                return None;
            }
            bits.at += 1;
            marks += 1;
            self.marked = true;
            if changes && bits.peek(13) == 0b1_0000_0000_0001 {
                // between marks that end a picture there are bits as well
                bits.at += 1;
            }
            debug_assert!(bits.at > start);
        }
        match marks {
            2.. => None,
            // without marks rows by changes can't be told
            0 => Some(false),
            _ if changes => {
                bits.at += 1;
                Some(bits.input_bit(bits.at - 1) == 0)
            }
            _ => Some(false),
        }
    }

    /// A row given by runs; whether it is right.
    fn by_runs(&mut self, bits: &mut Bits<'_>) -> Option<bool> {
        let mut at = 0;
        let mut black = false;
        loop {
            match bits.run(&COLOURS[usize::from(black)]) {
                Some(run) if self.changes.len() <= 2 * self.width => {
                    at = (at + run).min(self.width);
                }
                Some(_) => return Some(false),
                None if bits.is_empty() && self.changes.is_empty() => return None,
                None => return Some(false),
            }
            self.changes.push(at);
            if at == self.width {
                return Some(true);
            }
            black = !black;
        }
    }

    /// A row given by changes; whether it is right.
    fn by_changes(&mut self, bits: &mut Bits<'_>) -> Option<bool> {
        let width = self.width;
        let (mut at, mut black) = (0, false);
        // the change above to the right of here, to the other colour
        let mut next = 0;
        let mut started = false;
        while at < width {
            let beyond = |index: usize| self.above.get(index).copied().unwrap_or(width);
            while beyond(next) < width && beyond(next) <= at && (started || beyond(next) < at) {
                next += 2;
            }
            match bits.mode() {
                Some(Mode::Pass) => at = beyond(next + 1),
                Some(Mode::Horizontal) => {
                    let (first, second) = (usize::from(black), usize::from(!black));
                    let Some(run) = bits.run(&COLOURS[first]) else { return Some(false) };
                    at = (at + run).min(width);
                    self.changes.push(at);
                    let Some(run) = bits.run(&COLOURS[second]) else { return Some(false) };
                    at = (at + run).min(width);
                    self.changes.push(at);
                }
                Some(Mode::Vertical(by)) => {
                    let to = beyond(next).checked_add_signed(isize::from(by));
                    match to {
                        Some(to) if to >= at && self.changes.len() <= 2 * width => {
                            at = to.min(width);
                        }
                        _ => return Some(false),
                    }
                    self.changes.push(at);
                    black = !black;
                    next = next.checked_sub(1).unwrap_or(next + 1);
                }
                None if !started && (bits.is_empty() || bits.peek(12) == 1) => return None,
                None => return Some(false),
            }
            started = true;
        }
        Some(true)
    }
}

/// Sets the bits of black runs.
fn fill(out: &mut [u8], changes: &[usize], width: usize) {
    out.fill(0);
    for pair in changes.chunks(2) {
        let [start, rest @ ..] = pair else { continue };
        // what follows a run of white at which damage ends is white
        let Some(&end) = rest.first() else { continue };
        let (start, end) = (*start.min(&width), end.min(width));
        if start >= end {
            continue;
        }
        let (first, last) = (start / 8, (end - 1) / 8);
        let (head, tail) = (0xFF_u8 >> (start % 8), 0xFF_u8 << (7 - (end - 1) % 8));
        if first == last {
            out[first] |= head & tail;
        } else {
            out[first] |= head;
            out[first + 1..last].fill(0xFF);
            out[last] |= tail;
        }
    }
}

/// Bits of a stream, the highest of a byte first.
struct Bits<'a> {
    input: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn is_empty(&self) -> bool {
        self.at >= self.input.len() * 8
    }

    fn input_bit(&self, at: usize) -> u8 {
        self.input.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1)
    }

    /// The next `count` bits, up to 24; what is not there is 0.
    fn peek(&self, count: u32) -> u32 {
        let start = self.at / 8;
        let word = match self.input.get(start..).and_then(<[u8]>::first_chunk::<4>) {
            Some(four) => u32::from_be_bytes(*four),
            None => (0..4).fold(0, |word, index| {
                word << 8 | u32::from(self.input.get(start + index).copied().unwrap_or(0))
            }),
        };
        (word << (self.at % 8)) >> (32 - count)
    }

    /// The length of a run: codes of multiples of 64, then one of less.
    fn run(&mut self, colour: &Colour) -> Option<usize> {
        let mut total = 0;
        loop {
            let (run, length) = colour.runs[self.peek(LONGEST) as usize];
            if length == 0 || self.is_empty() {
                return None;
            }
            self.at += usize::from(length);
            total += usize::from(run);
            if run < 64 {
                return Some(total);
            }
        }
    }

    fn mode(&mut self) -> Option<Mode> {
        if self.is_empty() {
            return None;
        }
        let (mode, length) = MODE[self.peek(7) as usize]?;
        self.at += usize::from(length);
        Some(mode)
    }
}

/// For seven bits, the mode that they start with and the length of its code.
static MODE: LazyLock<[Option<(Mode, u8)>; 128]> = LazyLock::new(|| {
    let mut table = [None; 128];
    for (mode, code) in MODES {
        let free = 7 - code.length;
        let start = usize::from(code.bits) << free;
        table[start..start + (1 << free)].fill(Some((mode, code.length)));
    }
    table
});
