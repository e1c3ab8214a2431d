//! `ThunderScan`'s pixels of four bits: runs, and differences of two or three bits to the pixel before.

/// Decompresses rows of `width` pixels, `row` bytes each.
pub(super) fn decode(width: u32, row: usize, mut input: &[u8], out: &mut [u8]) -> (usize, bool) {
    let mut filled = 0;
    for row in out.chunks_exact_mut(row) {
        row.fill(0);
        let mut line = Line { row, at: 0, width: width as usize, last: 0 };
        while line.at < line.width {
            let Some((&byte, rest)) = input.split_first() else { return (filled, false) };
            input = rest;
            let bits = byte & 0x3F;
            match byte >> 6 {
                0 => (0..bits).for_each(|_| line.put(line.last)),
                1 => [4, 2, 0].into_iter().for_each(|shift| line.change(bits >> shift & 3, 2)),
                2 => [3, 0].into_iter().for_each(|shift| line.change(bits >> shift & 7, 4)),
                _ => line.put(bits),
            }
        }
        filled += line.row.len();
    }
    (filled, true)
}

struct Line<'a> {
    row: &'a mut [u8],
    at: usize,
    width: usize,
    last: u8,
}

impl Line<'_> {
    /// Appends a pixel; what is too much for the row is left out.
    fn put(&mut self, value: u8) {
        self.last = value & 15;
        if self.at < self.width {
            self.row[self.at / 2] |=
                if self.at.is_multiple_of(2) { self.last << 4 } else { self.last };
            self.at += 1;
        }
    }

    /// Appends a pixel by its difference, where `half` says that there is none; larger ones are negative.
    fn change(&mut self, difference: u8, half: u8) {
        if difference < half {
            self.put(self.last + difference);
        } else if difference > half {
            self.put(self.last.wrapping_sub(2 * half - difference));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_differences() {
        // 5; three times the same; +1, none, -1; +2, -3
        let packed = [0xC5, 0x03, 0b01_01_10_11, 0b10_010_101];
        let mut out = [0; 4];
        assert_eq!(decode(8, 4, &packed, &mut out), (4, true));
        assert_eq!(out, [0x55, 0x55, 0x65, 0x74]);
        assert_eq!(decode(8, 4, &packed[..2], &mut out), (0, false));
    }
}
