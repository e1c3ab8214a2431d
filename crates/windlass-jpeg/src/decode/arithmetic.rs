//! Arithmetic decoding (ITU-T T.81, annex D and sections F.2.4 and G.2.3).

use super::coefficients::Blocks;
use super::parse::{Scan, State};
use crate::markers::NATURAL;

/// How a scan codes its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    Sequential,
    DcFirst,
    DcRefine,
    AcFirst,
    AcRefine,
}

/// A component of the scan.
#[derive(Debug)]
struct Component {
    dc_table: usize,
    ac_table: usize,
    last: i32,
    /// The class of the last difference: it chooses the bins of the next.
    context: usize,
}

/// The decoder of a scan: one code for all of its components.
#[derive(Debug)]
pub(crate) struct Coder {
    pass: Pass,
    start: usize,
    end: usize,
    low: u32,
    components: Vec<Component>,
    dc_bins: [[u8; 64]; 16],
    ac_bins: [[u8; 256]; 16],
    dc_conditioning: [(u8, u8); 16],
    ac_conditioning: [u8; 16],
    /// The code register, the interval, and the bits of the register that are not yet used.
    code: i64,
    interval: i64,
    ready: i32,
    /// Whether the code makes no sense, so that nothing is decoded until the next restart.
    lost: bool,
    /// Whether that was so for the first time since anybody asked.
    pub(crate) bad: bool,
}

impl Coder {
    pub(crate) fn new(scan: &Scan, state: &State, progressive: bool) -> Self {
        let pass = match (progressive, scan.start, scan.high) {
            (false, _, _) => Pass::Sequential,
            (true, 0, 0) => Pass::DcFirst,
            (true, 0, _) => Pass::DcRefine,
            (true, _, 0) => Pass::AcFirst,
            (true, _, _) => Pass::AcRefine,
        };
        let components = scan.components.iter().map(|component| Component {
            dc_table: usize::from(component.dc_table & 15),
            ac_table: usize::from(component.ac_table & 15),
            last: 0,
            context: 0,
        });
        let (start, end) = if progressive { (scan.start, scan.end) } else { (1, 63) };
        let mut coder = Self {
            pass,
            start: usize::from(start),
            end: usize::from(end),
            low: if progressive { u32::from(scan.low) } else { 0 },
            components: components.collect(),
            dc_bins: [[0; 64]; 16],
            ac_bins: [[0; 256]; 16],
            dc_conditioning: state.dc_conditioning,
            ac_conditioning: state.ac_conditioning,
            code: 0,
            interval: 0,
            ready: 0,
            lost: false,
            bad: false,
        };
        coder.restart();
        coder
    }

    /// Begins anew after a restart marker.
    pub(crate) fn restart(&mut self) {
        self.dc_bins = [[0; 64]; 16];
        self.ac_bins = [[0; 256]; 16];
        for component in &mut self.components {
            component.last = 0;
            component.context = 0;
        }
        self.code = 0;
        self.interval = 0;
        self.ready = -16;
        self.lost = false;
    }

    /// Decodes what the scan says about the block at `place` of the component at `index` of the scan,
    /// from `position` of `data` on. `fresh` clears the block before.
    pub(crate) fn block(
        &mut self,
        (data, position): (&[u8], &mut usize),
        index: usize,
        blocks: &mut Blocks,
        place: usize,
        fresh: bool,
    ) {
        if fresh {
            blocks.clear(place);
        }
        if self.lost {
            return;
        }
        let mut bytes = Bytes { data, position };
        let done = match self.pass {
            Pass::Sequential => self.sequential(&mut bytes, index, blocks, place),
            Pass::DcFirst => self.first(&mut bytes, index, blocks, place),
            Pass::DcRefine => {
                let mut even = FIXED;
                if self.decide(&mut bytes, &mut even)
                    && let Some(first) = blocks.first(place)
                {
                    *first |= 1 << self.low;
                }
                Some(())
            }
            Pass::AcFirst => {
                with_block(blocks, place, |block| self.others(&mut bytes, index, block))
            }
            Pass::AcRefine => {
                with_block(blocks, place, |block| self.refine(&mut bytes, index, block))
            }
        };
        if done.is_none() {
            self.lost = true;
            self.bad = true;
        }
    }

    fn sequential(
        &mut self,
        bytes: &mut Bytes<'_>,
        index: usize,
        blocks: &mut Blocks,
        place: usize,
    ) -> Option<()> {
        self.first(bytes, index, blocks, place)?;
        with_block(blocks, place, |block| self.others(bytes, index, block))
    }

    /// Decodes a first coefficient (F.2.4.1).
    fn first(
        &mut self,
        bytes: &mut Bytes<'_>,
        index: usize,
        blocks: &mut Blocks,
        place: usize,
    ) -> Option<()> {
        let Component { dc_table, context, .. } = *self.components.get(index)?;
        let mut bins = self.dc_bins[dc_table];
        let difference = self.difference(bytes, &mut bins, context, dc_table);
        self.dc_bins[dc_table] = bins;
        let (difference, context) = difference?;
        let component = self.components.get_mut(index)?;
        component.context = context;
        component.last = component.last.wrapping_add(difference);
        if let Some(first) = blocks.first(place) {
            *first = component.last.wrapping_shl(self.low) as i16;
        }
        Some(())
    }

    /// Decodes the difference of a first coefficient, and its class.
    fn difference(
        &mut self,
        bytes: &mut Bytes<'_>,
        bins: &mut [u8; 64],
        context: usize,
        table: usize,
    ) -> Option<(i32, usize)> {
        if !self.decide(bytes, &mut bins[context]) {
            return Some((0, 0));
        }
        let negative = self.decide(bytes, &mut bins[context + 1]);
        let mut bin = context + 2 + usize::from(negative);
        let mut magnitude = i32::from(self.decide(bytes, &mut bins[bin]));
        if magnitude != 0 {
            bin = 20;
            while self.decide(bytes, &mut bins[bin]) {
                magnitude <<= 1;
                if magnitude == 0x8000 {
                    return None;
                }
                bin += 1;
            }
        }
        let (low, high) = self.dc_conditioning[table];
        let sign = if negative { 4 } else { 0 };
        let context = if magnitude < (1 << low) >> 1 {
            0
        } else if magnitude > (1 << high) >> 1 {
            12 + sign
        } else {
            4 + sign
        };
        let value = self.value(bytes, &mut bins[bin + 14], magnitude);
        Some((if negative { -value } else { value }, context))
    }

    /// Decodes the bits below the highest of a magnitude; all of them take one bin.
    fn value(&mut self, bytes: &mut Bytes<'_>, bin: &mut u8, mut magnitude: i32) -> i32 {
        let mut value = magnitude;
        while magnitude > 1 {
            magnitude >>= 1;
            if self.decide(bytes, bin) {
                value |= magnitude;
            }
        }
        value + 1
    }

    /// Decodes the coefficients after the first one (F.2.4.2).
    fn others(&mut self, bytes: &mut Bytes<'_>, index: usize, block: &mut [i16; 64]) -> Option<()> {
        let table = self.components.get(index)?.ac_table;
        let mut bins = self.ac_bins[table];
        let done = self.others_with(bytes, &mut bins, table, block);
        self.ac_bins[table] = bins;
        done
    }

    fn others_with(
        &mut self,
        bytes: &mut Bytes<'_>,
        bins: &mut [u8; 256],
        table: usize,
        block: &mut [i16; 64],
    ) -> Option<()> {
        let mut place = self.start.max(1);
        while place <= self.end {
            if self.decide(bytes, &mut bins[3 * (place - 1)]) {
                break;
            }
            while !self.decide(bytes, &mut bins[3 * (place - 1) + 1]) {
                place += 1;
                if place > self.end {
                    return None;
                }
            }
            let negative = self.decide(bytes, &mut { FIXED });
            let mut bin = 3 * (place - 1) + 2;
            let mut magnitude = i32::from(self.decide(bytes, &mut bins[bin]));
            if magnitude != 0 && self.decide(bytes, &mut bins[bin]) {
                magnitude <<= 1;
                let low = place <= usize::from(self.ac_conditioning[table]);
                bin = if low { 189 } else { 217 };
                while self.decide(bytes, &mut bins[bin]) {
                    magnitude <<= 1;
                    if magnitude == 0x8000 {
                        return None;
                    }
                    bin += 1;
                }
            }
            let value = self.value(bytes, &mut bins[bin + 14], magnitude);
            let value = if negative { -value } else { value };
            block[usize::from(NATURAL[place])] = value.wrapping_shl(self.low) as i16;
            place += 1;
        }
        Some(())
    }

    /// Decodes a further bit of coefficients (G.2.3).
    fn refine(&mut self, bytes: &mut Bytes<'_>, index: usize, block: &mut [i16; 64]) -> Option<()> {
        let table = self.components.get(index)?.ac_table;
        let mut bins = self.ac_bins[table];
        let done = self.refine_with(bytes, &mut bins, block);
        self.ac_bins[table] = bins;
        done
    }

    fn refine_with(
        &mut self,
        bytes: &mut Bytes<'_>,
        bins: &mut [u8; 256],
        block: &mut [i16; 64],
    ) -> Option<()> {
        let plus = 1i16 << self.low;
        let known = |place: &usize| block[usize::from(NATURAL[*place])] != 0;
        let last = (1..=self.end).rev().find(known).unwrap_or(0);
        let mut place = self.start.max(1);
        while place <= self.end {
            if place > last && self.decide(bytes, &mut bins[3 * (place - 1)]) {
                break;
            }
            loop {
                let bin = 3 * (place - 1);
                let coefficient = &mut block[usize::from(NATURAL[place])];
                if *coefficient != 0 {
                    if self.decide(bytes, &mut bins[bin + 2]) {
                        let step = if *coefficient < 0 { -plus } else { plus };
                        *coefficient = coefficient.wrapping_add(step);
                    }
                    break;
                }
                if self.decide(bytes, &mut bins[bin + 1]) {
                    let negative = self.decide(bytes, &mut { FIXED });
                    *coefficient = if negative { -plus } else { plus };
                    break;
                }
                place += 1;
                if place > self.end {
                    return None;
                }
            }
            place += 1;
        }
        Some(())
    }

    /// Decodes a decision with the estimate in `bin` (D.2): its state in 7 bits, the likelier outcome in
    /// the top one.
    fn decide(&mut self, bytes: &mut Bytes<'_>, bin: &mut u8) -> bool {
        while self.interval < 0x8000 {
            self.ready -= 1;
            if self.ready < 0 {
                self.code = (self.code << 8) | i64::from(bytes.next());
                self.ready += 8;
                if self.ready < 0 {
                    // The first two bytes.
                    self.ready += 1;
                    if self.ready == 0 {
                        self.interval = 0x8000;
                    }
                }
            }
            self.interval <<= 1;
        }
        let (likely, state) = (*bin & 0x80, *bin & 0x7F);
        let (estimate, after_less, after_more, switch) = STATES[usize::from(state).min(113)];
        let estimate = i64::from(estimate);
        self.interval -= estimate;
        let bound = self.interval << self.ready;
        let upper = self.code >= bound;
        if !upper && self.interval >= 0x8000 {
            return likely != 0;
        }
        // The smaller part of the interval is the less likely one, whichever it is.
        let less = upper == (self.interval >= estimate);
        if upper {
            self.code -= bound;
            self.interval = estimate;
        }
        if less {
            *bin = after_less | (likely ^ if switch { 0x80 } else { 0 });
            likely == 0
        } else {
            *bin = after_more | likely;
            likely != 0
        }
    }
}

/// Entropy-coded bytes; behind them are zeros.
struct Bytes<'a> {
    data: &'a [u8],
    position: &'a mut usize,
}

impl Bytes<'_> {
    fn next(&mut self) -> u8 {
        let byte = self.data.get(*self.position).copied();
        *self.position += usize::from(byte.is_some());
        byte.unwrap_or(0)
    }
}

/// Runs `decode` on the block at `place`, or on one for which there is no place yet or ever.
fn with_block(
    blocks: &mut Blocks,
    place: usize,
    decode: impl FnOnce(&mut [i16; 64]) -> Option<()>,
) -> Option<()> {
    match blocks.block(place) {
        Some((block, extent)) => {
            *extent = 64;
            decode(block)
        }
        None => blocks.beyond_first(place, |block| decode(block.coefficients)),
    }
}

/// The bin of decisions that are as likely as not.
const FIXED: u8 = 113;

/// The estimate of the less likely outcome, the states after that and after the other, and whether the
/// first makes the outcomes change places (table D.3; the last state is the one that never changes).
#[rustfmt::skip]
const STATES: [(u16, u8, u8, bool); 114] = [
    (0x5A1D, 1, 1, true), (0x2586, 14, 2, false), (0x1114, 16, 3, false), (0x080B, 18, 4, false),
    (0x03D8, 20, 5, false), (0x01DA, 23, 6, false), (0x00E5, 25, 7, false), (0x006F, 28, 8, false),
    (0x0036, 30, 9, false), (0x001A, 33, 10, false), (0x000D, 35, 11, false), (0x0006, 9, 12, false),
    (0x0003, 10, 13, false), (0x0001, 12, 13, false), (0x5A7F, 15, 15, true), (0x3F25, 36, 16, false),
    (0x2CF2, 38, 17, false), (0x207C, 39, 18, false), (0x17B9, 40, 19, false), (0x1182, 42, 20, false),
    (0x0CEF, 43, 21, false), (0x09A1, 45, 22, false), (0x072F, 46, 23, false), (0x055C, 48, 24, false),
    (0x0406, 49, 25, false), (0x0303, 51, 26, false), (0x0240, 52, 27, false), (0x01B1, 54, 28, false),
    (0x0144, 56, 29, false), (0x00F5, 57, 30, false), (0x00B7, 59, 31, false), (0x008A, 60, 32, false),
    (0x0068, 62, 33, false), (0x004E, 63, 34, false), (0x003B, 32, 35, false), (0x002C, 33, 9, false),
    (0x5AE1, 37, 37, true), (0x484C, 64, 38, false), (0x3A0D, 65, 39, false), (0x2EF1, 67, 40, false),
    (0x261F, 68, 41, false), (0x1F33, 69, 42, false), (0x19A8, 70, 43, false), (0x1518, 72, 44, false),
    (0x1177, 73, 45, false), (0x0E74, 74, 46, false), (0x0BFB, 75, 47, false), (0x09F8, 77, 48, false),
    (0x0861, 78, 49, false), (0x0706, 79, 50, false), (0x05CD, 48, 51, false), (0x04DE, 50, 52, false),
    (0x040F, 50, 53, false), (0x0363, 51, 54, false), (0x02D4, 52, 55, false), (0x025C, 53, 56, false),
    (0x01F8, 54, 57, false), (0x01A4, 55, 58, false), (0x0160, 56, 59, false), (0x0125, 57, 60, false),
    (0x00F6, 58, 61, false), (0x00CB, 59, 62, false), (0x00AB, 61, 63, false), (0x008F, 61, 32, false),
    (0x5B12, 65, 65, true), (0x4D04, 80, 66, false), (0x412C, 81, 67, false), (0x37D8, 82, 68, false),
    (0x2FE8, 83, 69, false), (0x293C, 84, 70, false), (0x2379, 86, 71, false), (0x1EDF, 87, 72, false),
    (0x1AA9, 87, 73, false), (0x174E, 72, 74, false), (0x1424, 72, 75, false), (0x119C, 74, 76, false),
    (0x0F6B, 74, 77, false), (0x0D51, 75, 78, false), (0x0BB6, 77, 79, false), (0x0A40, 77, 48, false),
    (0x5832, 80, 81, true), (0x4D1C, 88, 82, false), (0x438E, 89, 83, false), (0x3BDD, 90, 84, false),
    (0x34EE, 91, 85, false), (0x2EAE, 92, 86, false), (0x299A, 93, 87, false), (0x2516, 86, 71, false),
    (0x5570, 88, 89, true), (0x4CA9, 95, 90, false), (0x44D9, 96, 91, false), (0x3E22, 97, 92, false),
    (0x3824, 99, 93, false), (0x32B4, 99, 94, false), (0x2E17, 93, 86, false), (0x56A8, 95, 96, true),
    (0x4F46, 101, 97, false), (0x47E5, 102, 98, false), (0x41CF, 103, 99, false), (0x3C3D, 104, 100, false),
    (0x375E, 99, 93, false), (0x5231, 105, 102, false), (0x4C0F, 106, 103, false), (0x4639, 107, 104, false),
    (0x415E, 103, 99, false), (0x5627, 105, 106, true), (0x50E7, 108, 107, false), (0x4B85, 109, 103, false),
    (0x5597, 110, 109, false), (0x504F, 111, 107, false), (0x5A10, 110, 111, true), (0x5522, 112, 109, false),
    (0x59EB, 112, 111, true), (0x5A1D, 113, 113, false),
];
