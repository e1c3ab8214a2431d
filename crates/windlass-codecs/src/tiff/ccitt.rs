//! The codes of facsimile machines (ITU-T T.4 §4.1, T.6 §2.2).

use std::sync::LazyLock;

/// Longest code of a run.
pub(super) const LONGEST: u32 = 13;

/// The codes of runs of 0 to 63 pixels, of multiples of 64 up to 1728, in the order of lengths.
const WHITE: &str = "00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 \
    000011 110100 110101 101010 101011 0100111 0001100 0001000 0010111 0000011 0000100 0101000 \
    0101011 0010011 0100100 0011000 00000010 00000011 00011010 00011011 00010010 00010011 00010100 \
    00010101 00010110 00010111 00101000 00101001 00101010 00101011 00101100 00101101 00000100 \
    00000101 00001010 00001011 01010010 01010011 01010100 01010101 00100100 00100101 01011000 \
    01011001 01011010 01011011 01001010 01001011 00110010 00110011 00110100 11011 10010 010111 \
    0110111 00110110 00110111 01100100 01100101 01101000 01100111 011001100 011001101 011010010 \
    011010011 011010100 011010101 011010110 011010111 011011000 011011001 011011010 011011011 \
    010011000 010011001 010011010 011000 010011011";
const BLACK: &str = "0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 \
    0000111 00000100 00000111 000011000 0000010111 0000011000 0000001000 00001100111 00001101000 \
    00001101100 00000110111 00000101000 00000010111 00000011000 000011001010 000011001011 \
    000011001100 000011001101 000001101000 000001101001 000001101010 000001101011 000011010010 \
    000011010011 000011010100 000011010101 000011010110 000011010111 000001101100 000001101101 \
    000011011010 000011011011 000001010100 000001010101 000001010110 000001010111 000001100100 \
    000001100101 000001010010 000001010011 000000100100 000000110111 000000111000 000000100111 \
    000000101000 000001011000 000001011001 000000101011 000000101100 000001011010 000001100110 \
    000001100111 0000001111 000011001000 000011001001 000001011011 000000110011 000000110100 \
    000000110101 0000001101100 0000001101101 0000001001010 0000001001011 0000001001100 \
    0000001001101 0000001110010 0000001110011 0000001110100 0000001110101 0000001110110 \
    0000001110111 0000001010010 0000001010011 0000001010100 0000001010101 0000001011010 \
    0000001011011 0000001100100 0000001100101";
/// Multiples of 64 from 1792 to 2560, in both colours.
const LONG: &str = "00000001000 00000001100 00000001101 000000010010 000000010011 000000010100 \
    000000010101 000000010110 000000010111 000000011100 000000011101 000000011110 000000011111";

/// A code: its bits and how many they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Code {
    pub(super) bits: u16,
    pub(super) length: u8,
}

impl Code {
    fn of(text: &str) -> Self {
        let bits = text.bytes().fold(0, |bits, bit| bits << 1 | u16::from(bit & 1));
        Self { bits, length: text.len() as u8 }
    }
}

/// The codes of a colour, and the run of each start of 13 bits.
pub(super) struct Colour {
    /// Runs of 0 to 63, then of 64, 128, and so on to 2560
    pub(super) codes: Vec<Code>,
    /// For 13 bits: the run and the length of its code, 0 where there is none
    pub(super) runs: Vec<(u16, u8)>,
}

impl Colour {
    fn new(text: &str) -> Self {
        let codes: Vec<Code> =
            text.split_whitespace().chain(LONG.split_whitespace()).map(Code::of).collect();
        let mut runs = vec![(0, 0); 1 << LONGEST];
        for (number, code) in (0_u16..).zip(&codes) {
            let run = if number < 64 { number } else { (number - 63) * 64 };
            let free = LONGEST - u32::from(code.length);
            let start = usize::from(code.bits) << free;
            runs[start..start + (1 << free)].fill((run, code.length));
        }
        Self { codes, runs }
    }
}

pub(super) static COLOURS: LazyLock<[Colour; 2]> =
    LazyLock::new(|| [Colour::new(WHITE), Colour::new(BLACK)]);

/// How a change of colour lies to that of the row above.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// So many pixels to the right of it
    Vertical(i8),
    /// Two runs follow
    Horizontal,
    /// The two next changes above are not taken up
    Pass,
}

/// All modes with their codes.
pub(super) const MODES: [(Mode, Code); 9] = [
    (Mode::Vertical(0), Code { bits: 1, length: 1 }),
    (Mode::Vertical(1), Code { bits: 0b011, length: 3 }),
    (Mode::Vertical(-1), Code { bits: 0b010, length: 3 }),
    (Mode::Horizontal, Code { bits: 0b001, length: 3 }),
    (Mode::Pass, Code { bits: 0b0001, length: 4 }),
    (Mode::Vertical(2), Code { bits: 0b00_0011, length: 6 }),
    (Mode::Vertical(-2), Code { bits: 0b00_0010, length: 6 }),
    (Mode::Vertical(3), Code { bits: 0b000_0011, length: 7 }),
    (Mode::Vertical(-3), Code { bits: 0b000_0010, length: 7 }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_starts_another() {
        for colour in &*COLOURS {
            assert_eq!(colour.codes.len(), 64 + 27 + 13);
            for (at, a) in colour.codes.iter().enumerate() {
                for b in &colour.codes[at + 1..] {
                    let length = a.length.min(b.length);
                    assert_ne!(a.bits >> (a.length - length), b.bits >> (b.length - length));
                }
            }
        }
    }
}
