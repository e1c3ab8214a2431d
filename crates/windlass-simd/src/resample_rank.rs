//! Order statistics by sorting networks: comparisons whose order does not depend on the data.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use crate::resample::wide;

/// A step of a network: the lesser of two wires goes to the first, the greater to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Exchange {
    low: u16,
    high: u16,
    /// Which of the two results somebody needs
    wants: Wants,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wants {
    Both,
    Low,
    High,
}

/// The network that finds one order statistic of several sorted lists of equal length.
///
/// Batcher's odd-even merge sort (1968) over the lists, without the comparisons that the order
/// inside the lists makes needless and those that the wanted rank does not depend on.
#[derive(Clone, Debug)]
pub struct Selection {
    exchanges: Vec<Exchange>,
    inputs: usize,
    output: u16,
}

impl Selection {
    /// The `rank`-th smallest, from 0, of `lists` sorted lists of `length` samples each.
    ///
    /// # Panics
    /// Where there are not that many samples.
    pub fn new(lists: usize, length: usize, rank: usize) -> Self {
        let slot = length.next_power_of_two();
        let size = (lists * slot).next_power_of_two();
        // wires hold inputs, or an infinity that is greater than all
        let mut wires: Vec<Option<u16>> = vec![None; size];
        for (list, slots) in wires.chunks_mut(slot).take(lists).enumerate() {
            let first = (list * length) as u16;
            slots[..length].iter_mut().zip(first..).for_each(|(wire, input)| *wire = Some(input));
        }
        let mut exchanges = Vec::new();
        let mut width = slot;
        while width < size {
            width *= 2;
            for start in (0..size).step_by(width) {
                merge(&mut wires, start, width, 1, &mut exchanges);
            }
        }
        let output = wires[rank].expect("a rank below the number of samples");
        Self { exchanges: needed(&exchanges, output), inputs: lists * length, output }
    }
}

/// Batcher's merge of the two sorted halves of `length` wires from `start`, every `step`-th.
fn merge(
    wires: &mut [Option<u16>],
    start: usize,
    length: usize,
    step: usize,
    exchanges: &mut Vec<(u16, u16)>,
) {
    let twice = step * 2;
    if twice >= length {
        return exchange(wires, start, start + step, exchanges);
    }
    merge(wires, start, length, twice, exchanges);
    merge(wires, start + step, length, twice, exchanges);
    for at in (start + step..start + length - step).step_by(twice) {
        exchange(wires, at, at + step, exchanges);
    }
}

/// Orders two wires, where that is not known already.
fn exchange(wires: &mut [Option<u16>], low: usize, high: usize, exchanges: &mut Vec<(u16, u16)>) {
    match (wires[low], wires[high]) {
        (Some(a), Some(b)) => exchanges.push((a, b)),
        (None, Some(_)) => wires.swap(low, high),
        _ => {}
    }
}

/// The exchanges on which `output` depends, in order.
fn needed(exchanges: &[(u16, u16)], output: u16) -> Vec<Exchange> {
    let mut alive = vec![output];
    let mut kept = Vec::new();
    for (low, high) in exchanges.iter().rev().copied() {
        let wants = match (alive.contains(&low), alive.contains(&high)) {
            (true, true) => Wants::Both,
            (true, false) => Wants::Low,
            (false, true) => Wants::High,
            (false, false) => continue,
        };
        kept.push(Exchange { low, high, wants });
        for wire in [low, high] {
            if !alive.contains(&wire) {
                alive.push(wire);
            }
        }
    }
    kept.reverse();
    kept
}

/// Samples that a network works on at once.
const BLOCK: usize = 64;

/// Fills `out` with the order statistic of windows: sample `x` of it from samples
/// `x`, `x + step`, … of `rows`, `width` of each.
///
/// `columns` selects of `width` lists, each as long as there are rows, and is sorted here;
/// every row has `(width - 1) · step` samples more than `out`.
///
/// # Panics
/// Where the selection is of another window, or a row is shorter.
pub fn rank<T: Copy + Ord + Default>(
    rows: &[&[T]],
    step: usize,
    width: usize,
    selection: &Selection,
    out: &mut [T],
) {
    assert_eq!(selection.inputs, rows.len() * width, "a selection of this window");
    let span = out.len() + (width - 1) * step;
    assert!(rows.iter().all(|row| row.len() >= span), "rows cover the windows");
    wide(
        #[inline(always)]
        || {
            let mut sorted: Vec<Vec<T>> = rows.iter().map(|row| row[..span].to_vec()).collect();
            sort_columns(&mut sorted);
            select(&sorted, step, width, selection, out);
        },
    );
}

/// Sorts each column of `rows` from top to bottom.
#[inline(always)]
fn sort_columns<T: Copy + Ord>(rows: &mut [Vec<T>]) {
    // odd-even transposition: as short as any for the few rows of a window
    for round in 0..rows.len() {
        for pair in rows[round % 2..].chunks_exact_mut(2) {
            let (low, high) = pair.split_at_mut(1);
            for (low, high) in low[0].iter_mut().zip(&mut high[0]) {
                (*low, *high) = ((*low).min(*high), (*low).max(*high));
            }
        }
    }
}

#[inline(always)]
fn select<T: Copy + Ord + Default>(
    sorted: &[Vec<T>],
    step: usize,
    width: usize,
    selection: &Selection,
    out: &mut [T],
) {
    let mut wires = vec![[T::default(); BLOCK]; selection.inputs];
    let length = out.len();
    for (block, out) in out.chunks_mut(BLOCK).enumerate() {
        let start = block * BLOCK;
        let count = out.len().min(length - start);
        for (list, wires) in wires.chunks_exact_mut(sorted.len()).enumerate().take(width) {
            for (wire, row) in wires.iter_mut().zip(sorted) {
                wire[..count].copy_from_slice(&row[start + list * step..][..count]);
            }
        }
        for exchange in &selection.exchanges {
            let (low, high) = (exchange.low as usize, exchange.high as usize);
            let (a, b) = (wires[low], wires[high]);
            if exchange.wants != Wants::High {
                let wire = &mut wires[low];
                for k in 0..BLOCK {
                    wire[k] = a[k].min(b[k]);
                }
            }
            if exchange.wants != Wants::Low {
                let wire = &mut wires[high];
                for k in 0..BLOCK {
                    wire[k] = a[k].max(b[k]);
                }
            }
        }
        out.copy_from_slice(&wires[selection.output as usize][..count]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rank_of_small_windows() {
        let value = |k: usize| (k * 7919 % 251) as u8;
        for (width, height) in [(1, 1), (2, 2), (3, 3), (5, 5), (3, 4), (1, 6), (7, 2)] {
            let rows: Vec<Vec<u8>> = (0..height)
                .map(|y| (0..150).map(|x| value(x * 31 + y * y * 17 + 3)).collect())
                .collect();
            let rows: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
            for step in [1, 3] {
                for index in 0..width * height {
                    let selection = Selection::new(width, height, index);
                    let mut out = vec![0; 150 - (width - 1) * step];
                    rank(&rows, step, width, &selection, &mut out);
                    for (x, out) in out.iter().enumerate() {
                        let columns = (0..width).map(|i| x + i * step);
                        let mut window: Vec<u8> =
                            columns.flat_map(|x| rows.iter().map(move |row| row[x])).collect();
                        window.sort_unstable();
                        assert_eq!(*out, window[index], "rank {index} of {width} x {height}");
                    }
                }
            }
        }
    }
}
