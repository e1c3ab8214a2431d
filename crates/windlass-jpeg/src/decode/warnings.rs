//! What was wrong with a file and could be put up with.

use super::FailOn;
use crate::{Error, ErrorKind, Result};

/// Something wrong in the file that did not stop the decoder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// What was wrong.
    pub message: String,
    /// About where, in bytes from the start of the file.
    pub offset: u64,
}

/// The warnings so far, and what makes an error of the next one.
#[derive(Debug)]
pub(crate) struct Log {
    list: Vec<Warning>,
    fail_on: FailOn,
    limit: usize,
    cut: bool,
}

impl Log {
    pub(crate) fn new(fail_on: FailOn, limit: usize) -> Self {
        Self { list: Vec::new(), fail_on, limit, cut: false }
    }

    pub(crate) fn list(&self) -> &[Warning] {
        &self.list
    }

    /// Notes that something is wrong at `offset`.
    pub(crate) fn warn(&mut self, offset: u64, message: impl Into<String>) -> Result<()> {
        let message = message.into();
        if self.fail_on >= FailOn::Warning {
            return Err(Error::new(ErrorKind::Malformed, message).at(offset));
        }
        self.list.push(Warning { message, offset });
        if self.list.len() >= self.limit {
            return Err(Error::new(ErrorKind::Limit, "too many warnings").at(offset));
        }
        Ok(())
    }

    /// Notes that the file ends at `offset`, before its end marker; once.
    pub(crate) fn truncated(&mut self, offset: u64) -> Result<()> {
        if std::mem::replace(&mut self.cut, true) {
            return Ok(());
        }
        let message = "premature end of JPEG image";
        if self.fail_on >= FailOn::Truncated {
            return Err(Error::new(ErrorKind::Truncated, message).at(offset));
        }
        self.warn(offset, message)
    }
}
