//! What the system's allocator does with memory that was freed.

use std::sync::atomic::{AtomicBool, Ordering};

/// Larger blocks come from the system and go back to it at once.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGEST_KEPT: i32 = 4 << 20;
/// Bytes at the end of a heap that stay with it: what a JPEG of 25 MP is decoded with.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: i32 = 6 << 20;

/// Lets the allocator keep freed memory for the next image, up to a bound, once in the process.
///
/// Left alone, glibc gives what is freed back at once until it sees a large block freed, which was a
/// third of the time of a thumbnail; then it keeps twice as much as that block in every heap, which
/// took 30 MiB when parts of uploads were freed. Elsewhere nothing is done. See mallopt(3).
pub fn keep_freed_memory() {
    static DONE: AtomicBool = AtomicBool::new(false);
    if !DONE.swap(true, Ordering::Relaxed) {
        set_thresholds();
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn set_thresholds() {
    // what stands in for glibc's allocator, such as that of a sanitizer, knows neither: nothing is kept then
    let _known = [(libc::M_MMAP_THRESHOLD, LARGEST_KEPT), (libc::M_TRIM_THRESHOLD, KEPT)].map(
        |(name, bytes)|
        // SAFETY: a number that the allocator looks at; it changes it itself whenever it frees a large
        // block, without a lock and beside other threads, as long as nobody has set it.
        unsafe { libc::mallopt(name, bytes) },
    );
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn set_thresholds() {}
