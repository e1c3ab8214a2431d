//! Rows of an image, put together to pages.

use windlass_core::Part;

/// The rows of a part, one after the other.
pub(crate) fn copy_rows(part: &Part<'_>, rows: &mut Vec<u8>) {
    rows.clear();
    for y in part.rect.top..part.rect.bottom() {
        rows.extend_from_slice(part.region.bytes(y));
    }
}

/// Moves bytes from the start of `rows` to a page of `full` bytes, as many as it takes; whether it is full
/// now.
pub(crate) fn fill(page: &mut Vec<u8>, full: usize, rows: &mut &[u8]) -> bool {
    let (fits, rest) = rows.split_at(rows.len().min(full.saturating_sub(page.len())));
    page.extend_from_slice(fits);
    *rows = rest;
    !page.is_empty() && page.len() >= full
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_filled_one_after_the_other() {
        let (mut page, mut pages) = (Vec::new(), Vec::new());
        for mut rows in [&[1, 2][..], &[3, 4, 5, 6, 7, 8], &[9]] {
            while fill(&mut page, 3, &mut rows) {
                pages.push(std::mem::take(&mut page));
            }
        }
        assert_eq!(pages, [[1, 2, 3], [4, 5, 6], [7, 8, 9]]);
        assert!(page.is_empty());
    }
}
