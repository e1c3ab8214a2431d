//! What a file costs, held against its length.
//!
//! A few bytes can ask for much: scan after scan over a huge picture about which an arithmetic code, or
//! the lack of one, has next to nothing to say. Files of pictures spend bits on their blocks, so beyond an
//! allowance each byte read pays for so many blocks and so much memory, and no more.

use super::Options;
use crate::{Error, ErrorKind, Result};

/// Bytes of coefficients that any file may have.
const FREE_BYTES: u64 = 128 << 20;
/// Blocks that any file may have decoded, again and again.
const FREE_BLOCKS: u64 = 16 << 20;

/// What was spent on a file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    /// Bytes of coefficients that are held until the last scan.
    pub(crate) bytes: u64,
    /// Blocks decoded, those passed over aside, each as often as it was.
    pub(crate) blocks: u64,
}

impl Spent {
    /// Whether that is no more than the options allow after `read` bytes of the file.
    pub(crate) fn check(&self, read: u64, options: &Options) -> Result<()> {
        let earned = read.saturating_mul(options.max_expansion);
        if self.bytes > earned.saturating_add(FREE_BYTES) {
            let message =
                format!("{} bytes of coefficients after {read} bytes of file", self.bytes);
            return Err(Error::new(ErrorKind::Limit, message));
        }
        if self.blocks > earned.saturating_add(FREE_BLOCKS) {
            let message = format!("{} blocks decoded after {read} bytes of file", self.blocks);
            return Err(Error::new(ErrorKind::Limit, message));
        }
        Ok(())
    }
}
