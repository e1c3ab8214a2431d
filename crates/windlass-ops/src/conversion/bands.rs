//! Bands of pixels moved as bytes, for operations that join and take apart.

/// Puts pixels of `size` bytes into `output`, one every `stride` bytes from its start on.
pub(super) fn spread(size: usize, input: &[u8], output: &mut [u8], stride: usize) {
    match size {
        1 => spread_pixels::<1>(input, output, stride),
        2 => spread_pixels::<2>(input, output, stride),
        3 => spread_pixels::<3>(input, output, stride),
        4 => spread_pixels::<4>(input, output, stride),
        6 => spread_pixels::<6>(input, output, stride),
        8 => spread_pixels::<8>(input, output, stride),
        12 => spread_pixels::<12>(input, output, stride),
        16 => spread_pixels::<16>(input, output, stride),
        _ => {
            let pixels = output.chunks_mut(stride).zip(input.chunks_exact(size));
            pixels.for_each(|(out, x)| out[..size].copy_from_slice(x));
        }
    }
}

fn spread_pixels<const N: usize>(input: &[u8], output: &mut [u8], stride: usize) {
    for (out, x) in output.chunks_mut(stride).zip(input.as_chunks::<N>().0) {
        out[..N].copy_from_slice(x);
    }
}

/// Puts the same bytes into `output` every `stride` bytes.
pub(super) fn stamp(ink: &[u8], output: &mut [u8], stride: usize) {
    match *ink {
        [value] => output.iter_mut().step_by(stride).for_each(|out| *out = value),
        _ => output.chunks_mut(stride).for_each(|out| out[..ink.len()].copy_from_slice(ink)),
    }
}

/// Takes `size` bytes from every `stride` bytes of `input`.
pub(super) fn gather(size: usize, input: &[u8], stride: usize, output: &mut [u8]) {
    match (size, stride) {
        (1, 3) => gather_pixels::<1, 3>(input, output),
        (1, 4) => gather_pixels::<1, 4>(input, output),
        (3, 4) => gather_pixels::<3, 4>(input, output),
        (2, 6) => gather_pixels::<2, 6>(input, output),
        (2, 8) => gather_pixels::<2, 8>(input, output),
        (6, 8) => gather_pixels::<6, 8>(input, output),
        _ => {
            let pixels = output.chunks_exact_mut(size).zip(input.chunks(stride));
            pixels.for_each(|(out, x)| out.copy_from_slice(&x[..size]));
        }
    }
}

fn gather_pixels<const N: usize, const STRIDE: usize>(input: &[u8], output: &mut [u8]) {
    let (whole, last) = input.as_chunks::<STRIDE>();
    let output = output.as_chunks_mut::<N>().0;
    for (out, x) in output.iter_mut().zip(whole) {
        out.copy_from_slice(&x[..N]);
    }
    // bands behind the first ones: the last pixel starts late in its stride
    if let (Some(out), true) = (output.get_mut(whole.len()), last.len() >= N) {
        out.copy_from_slice(&last[..N]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spread_is_gathered_again() {
        for size in 1..=17 {
            for stride in size..=size + 5 {
                for offset in 0..=stride - size {
                    let input: Vec<u8> = (0..size * 3).map(|i| i as u8 + 1).collect();
                    let mut wide = vec![0; stride * 3];
                    spread(size, &input, &mut wide[offset..], stride);
                    let mut back = vec![0; size * 3];
                    gather(size, &wide[offset..], stride, &mut back);
                    assert_eq!(back, input, "{size} of {stride} at {offset}");
                }
            }
        }
    }
}
