//! Files on their way to the disk.

use std::fs::File;

/// Has the system begin to write `bytes` of `file` from `offset` on, and does not wait for them.
///
/// They stay in memory for who reads them. No is an answer, and elsewhere than on Linux nothing is done:
/// what is written so is on the disk no sooner than the system says. See `sync_file_range(2)`.
#[cfg(target_os = "linux")]
pub fn start_writing_back(file: &File, offset: u64, bytes: u64) {
    use std::os::fd::AsRawFd;
    let (Ok(offset), Ok(bytes)) = (offset.try_into(), bytes.try_into()) else { return };
    // SAFETY: numbers and a descriptor that is open as long as `file` is; no memory of ours is looked at.
    let _ = unsafe {
        libc::sync_file_range(file.as_raw_fd(), offset, bytes, libc::SYNC_FILE_RANGE_WRITE)
    };
}

/// Nothing, elsewhere than on Linux.
#[cfg(not(target_os = "linux"))]
pub fn start_writing_back(_file: &File, _offset: u64, _bytes: u64) {}
