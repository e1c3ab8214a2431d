//! CIE XYZ as logarithmic luma and colour (Ward Larson, "The `LogLuv` Encoding for Full Gamut, High
//! Dynamic Range Images", 1998), in runs of the bytes of a row.

/// A pixel of 32 bits: luma of 15 bits, u' and v' of 8 bits each.
pub(super) fn pixel([x, y, z]: [f32; 3]) -> u32 {
    let [x, y, z] = [x, y, z].map(f64::from);
    let luma = match y {
        y if y >= 1.843_901_9e19 => 0x7FFF,
        y if y > 5.424_2e-20 => (256.0 * (libm::log2(y) + 64.0)) as u32,
        _ => 0,
    };
    let sum = x + 15.0 * y + 3.0 * z;
    // white, where there is no colour
    let (u, v) = if luma == 0 || sum <= 0.0 {
        (0.210_526_316, 0.473_684_211)
    } else {
        (4.0 * x / sum, 9.0 * y / sum)
    };
    let code = |part: f64| (410.0 * part).clamp(0.0, 255.0) as u32;
    luma << 16 | code(u) << 8 | code(v)
}

/// Appends a row of pixels to `out`: their highest bytes, then the next ones.
pub(super) fn row(pixels: &[u32], out: &mut Vec<u8>) {
    for shift in [24, 16, 8, 0] {
        let bytes: Vec<u8> = pixels.iter().map(|pixel| (pixel >> shift) as u8).collect();
        let mut rest = &bytes[..];
        while let Some(&first) = rest.first() {
            let run = rest.iter().take(129).take_while(|byte| **byte == first).count();
            if run >= 4 {
                out.extend([(126 + run) as u8, first]);
                rest = &rest[run..];
                continue;
            }
            let starts = |four: &&[u8]| four.iter().any(|byte| *byte != four[0]);
            let literal = rest.windows(4).take(127).take_while(starts).count();
            let count =
                if literal + 3 >= rest.len() { rest.len().min(127) } else { literal.max(1) };
            out.push(count as u8);
            out.extend_from_slice(&rest[..count]);
            rest = &rest[count..];
        }
    }
}
