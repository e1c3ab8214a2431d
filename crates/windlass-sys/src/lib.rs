//! What only the system can do for us, as safe functions: memory that nobody has written yet, files that go
//! to the disk.
//!
//! Pixels go out through memory that the system has not even mapped: whoever fills it with zeros first
//! pays for every page on one thread, before any other has begun. [`Fresh`] cuts it into [`Strip`]s
//! instead; each thread clears its own, in its cache, just before it writes pixels there. Beside
//! `windlass-simd` this is the only crate that may say `unsafe`.

#![expect(unsafe_code, reason = "what this crate is for; argued block by block")]

mod allocator;
mod files;
mod pages;
#[cfg(feature = "python")]
pub mod python;

pub use allocator::keep_freed_memory;
pub use files::start_writing_back;

use pages::{Pages, Watch};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Memory from which strips are cut, from the front.
#[derive(Debug)]
pub struct Fresh<'a> {
    rest: &'a mut [MaybeUninit<u8>],
    all: &'a All,
}

/// What is known of all strips.
#[derive(Debug)]
struct All {
    /// Bytes of those that were cleared or written
    cleared: AtomicUsize,
    pages: Pages,
}

impl All {
    /// A strip of `bytes` was cleared or written under `watch`.
    fn written(&self, bytes: usize, watch: &Watch) {
        self.pages.touched(bytes, watch.time());
        self.cleared.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl<'a> Fresh<'a> {
    /// Bytes that are not given out yet.
    pub fn len(&self) -> usize {
        self.rest.len()
    }

    /// Whether all is given out.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Where the rest begins.
    pub fn as_ptr(&self) -> *const u8 {
        self.rest.as_ptr().cast()
    }

    /// Cuts off the next `bytes`, or all that is left.
    pub fn strip(&mut self, bytes: usize) -> Strip<'a> {
        let rest = std::mem::take(&mut self.rest);
        let (memory, below) = rest.split_at_mut(bytes.min(rest.len()));
        self.rest = below;
        Strip { memory, all: self.all }
    }
}

/// A piece of [`Fresh`] memory.
#[derive(Debug)]
pub struct Strip<'a> {
    memory: &'a mut [MaybeUninit<u8>],
    all: &'a All,
}

impl<'a> Strip<'a> {
    /// The strip as zeros.
    pub fn clear(self) -> &'a mut [u8] {
        let watch = self.all.pages.watch();
        self.memory.fill(MaybeUninit::new(0));
        self.all.written(self.memory.len(), &watch);
        // SAFETY: `fill` wrote every byte, and `MaybeUninit<u8>` lies as `u8` does.
        unsafe { &mut *(std::ptr::from_mut(self.memory) as *mut [u8]) }
    }

    /// Fills the strip with `pieces`, one behind the other, and writes each byte once: what they leave out
    /// is 0, what is too much for it is passed over.
    pub fn write<'b>(self, pieces: impl IntoIterator<Item = &'b [u8]>) {
        let (bytes, watch) = (self.memory.len(), self.all.pages.watch());
        let mut rest = self.memory;
        for piece in pieces {
            let count = piece.len().min(rest.len());
            let (to, below) = rest.split_at_mut(count);
            for (to, from) in to.iter_mut().zip(piece) {
                to.write(*from);
            }
            rest = below;
        }
        rest.fill(MaybeUninit::new(0));
        self.all.written(bytes, &watch);
    }
}

/// `vec`, which has the room, with `bytes` more bytes that `fill` writes; `None` where `fill` left some
/// out.
///
/// # Errors
/// What `fill` says.
///
/// # Panics
/// Where the capacity of `vec` is too small.
pub fn vec_with<E>(
    mut vec: Vec<u8>,
    bytes: usize,
    fill: impl FnOnce(Fresh<'_>) -> Result<(), E>,
) -> Result<Option<Vec<u8>>, E> {
    let whole = written(&mut vec.spare_capacity_mut()[..bytes], fill)?;
    Ok(whole.then(|| {
        // SAFETY: the slice above shows the capacity, and `written` that so many bytes are written.
        unsafe { vec.set_len(vec.len() + bytes) };
        vec
    }))
}

/// Whether `fill` wrote all of `memory`.
fn written<E>(
    memory: &mut [MaybeUninit<u8>],
    fill: impl FnOnce(Fresh<'_>) -> Result<(), E>,
) -> Result<bool, E> {
    let (bytes, pages) = (memory.len(), Pages::large(memory));
    let all = All { cleared: AtomicUsize::new(0), pages };
    fill(Fresh { rest: memory, all: &all })?;
    // strips do not overlap and are cleared or written once at most: the sum is whole only if all are
    Ok(all.cleared.into_inner() == bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_make_the_whole() {
        let made = vec_with::<()>(Vec::with_capacity(10), 10, |mut fresh| {
            let (first, second) = (fresh.strip(3), fresh.strip(100));
            assert!(fresh.is_empty());
            second.clear().fill(2);
            first.clear()[0] = 1;
            Ok(())
        });
        assert_eq!(made.expect("no error").expect("whole"), [1, 0, 0, 2, 2, 2, 2, 2, 2, 2]);
    }

    #[test]
    fn pieces_fill_a_strip() {
        let made = vec_with::<()>(Vec::with_capacity(8), 8, |mut fresh| {
            let (first, second) = (fresh.strip(3), fresh.strip(5));
            first.write([&[1, 2][..], &[], &[3, 4]]);
            second.write([&[5, 6][..], &[7]]);
            Ok(())
        });
        assert_eq!(made.expect("no error").expect("whole"), [1, 2, 3, 5, 6, 7, 0, 0]);
    }

    #[test]
    fn what_is_left_out_is_seen() {
        let part = |clear: bool| {
            vec_with::<()>(Vec::with_capacity(10), 10, |mut fresh| {
                let strip = fresh.strip(9);
                if clear {
                    strip.clear();
                }
                Ok(())
            })
        };
        assert!(part(true).expect("no error").is_none());
        assert!(part(false).expect("no error").is_none());
    }

    #[test]
    fn large_memory_too() {
        let bytes = (8 << 20) + 17;
        let made = vec_with::<()>(Vec::with_capacity(bytes), bytes, |mut fresh| {
            std::thread::scope(|scope| {
                while !fresh.is_empty() {
                    let strip = fresh.strip(1 << 20);
                    scope.spawn(|| strip.clear().fill(7));
                }
            });
            Ok(())
        });
        let vec = made.expect("no error").expect("whole");
        assert!(vec.len() == bytes && vec.iter().all(|byte| *byte == 7));
    }
}
