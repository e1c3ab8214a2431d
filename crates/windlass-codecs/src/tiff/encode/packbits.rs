//! `PackBits` (TIFF 6.0 §9), row by row: runs of at least three equal bytes, and bytes as they are.

/// Appends a row to `out`.
pub(super) fn encode(row: &[u8], out: &mut Vec<u8>) {
    let mut rest = row;
    while let Some(&first) = rest.first() {
        let run = rest.iter().take(128).take_while(|byte| **byte == first).count();
        if run >= 3 {
            out.extend([(257 - run) as u8, first]);
            rest = &rest[run..];
            continue;
        }
        let windows = rest.windows(3).take(128);
        let literal = windows.take_while(|three| three[0] != three[1] || three[1] != three[2]);
        let count = match literal.count() {
            // no run of three is left
            count if count + 2 >= rest.len() => rest.len().min(128),
            count => count.max(1),
        };
        out.push((count - 1) as u8);
        out.extend_from_slice(&rest[..count]);
        rest = &rest[count..];
    }
}
