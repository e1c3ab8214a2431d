//! `PackBits` (TIFF 6.0 §9): runs of a byte, and bytes as they are.

/// Decompresses `input` until `out` is full; how many bytes of it are, and whether that is all that
/// was to be.
pub(in crate::tiff) fn decode(mut input: &[u8], out: &mut [u8]) -> (usize, bool) {
    let mut at = 0;
    while at < out.len() {
        let Some((&head, rest)) = input.split_first() else { return (at, false) };
        input = rest;
        let room = out.len() - at;
        match head as i8 {
            -128 => {}
            repeat @ ..0 => {
                let Some((&value, rest)) = input.split_first() else { return (at, false) };
                input = rest;
                let count = (1 - isize::from(repeat)) as usize;
                let count = count.min(room);
                out[at..at + count].fill(value);
                at += count;
            }
            literal => {
                let count = literal as usize + 1;
                let there = count.min(room).min(input.len());
                out[at..at + there].copy_from_slice(&input[..there]);
                at += there;
                if input.len() < count && at < out.len() {
                    return (at, false);
                }
                input = &input[count.min(input.len())..];
            }
        }
    }
    (at, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_manual() {
        let packed = [0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22];
        let mut out = [0; 14];
        assert_eq!(decode(&packed, &mut out), (14, true));
        assert_eq!(
            out,
            [0xAA, 0xAA, 0xAA, 0x80, 0, 0x2A, 0xAA, 0xAA, 0xAA, 0xAA, 0x80, 0, 0x2A, 0x22]
        );
        assert_eq!(decode(&packed[..4], &mut out), (4, false));
    }
}
