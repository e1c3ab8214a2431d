//! Memory whose size comes from a file: asked for fallibly, and within the limits.

use crate::{Error, ErrorKind, Limits, Result};

/// A vector of `len` default values, or an error of kind `Limit`.
pub fn try_vec<T: Clone + Default>(len: usize) -> Result<Vec<T>> {
    let mut values = try_with_capacity(len)?;
    values.resize(len, T::default());
    Ok(values)
}

/// An empty vector with room for `capacity` values, or an error of kind `Limit`.
pub fn try_with_capacity<T>(capacity: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    try_reserve(&mut values, capacity)?;
    Ok(values)
}

/// Makes room for `additional` more values, within the limits, or fails with kind `Limit`.
pub fn try_reserve<T>(values: &mut Vec<T>, additional: usize) -> Result<()> {
    Limits::current().allocation(bytes_with(values, additional))?;
    reserve(values, additional)
}

/// Makes room for values that are there already, so that only memory is a limit.
pub(crate) fn reserve<T>(values: &mut Vec<T>, additional: usize) -> Result<()> {
    let bytes = bytes_with(values, additional);
    values.try_reserve(additional).map_err(|error| {
        Error::new(ErrorKind::Limit, format!("out of memory for {bytes} bytes")).with_source(error)
    })
}

fn bytes_with<T>(values: &[T], additional: usize) -> u64 {
    let count = (values.len() as u64).saturating_add(additional as u64);
    count.saturating_mul(size_of::<T>() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_defaults() {
        assert_eq!(try_vec::<u16>(3).unwrap(), [0, 0, 0]);
        assert!(try_with_capacity::<u64>(5).unwrap().capacity() >= 5);
    }

    #[test]
    fn refuses_with_the_size() {
        let error = try_vec::<u32>(usize::MAX / 2).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert!(error.message().contains("bytes"), "{error}");
    }

    #[test]
    fn growing_counts_what_is_there() {
        let mut values = vec![0_u8; 10];
        try_reserve(&mut values, 10).unwrap();
        assert!(values.capacity() >= 20);
        assert_eq!(try_reserve(&mut values, usize::MAX).unwrap_err().kind(), ErrorKind::Limit);
    }
}
