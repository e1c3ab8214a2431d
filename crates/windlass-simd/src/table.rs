//! Look-up tables.

/// Looks every byte of `input` up in `table`.
pub fn look_up(table: &[u8; 256], input: &[u8], output: &mut [u8]) {
    for (out, x) in output.iter_mut().zip(input) {
        *out = table[usize::from(*x)];
    }
}
