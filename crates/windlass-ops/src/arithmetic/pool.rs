//! Large partial results, used again: what one unit of work has counted is counted on by a later
//! one, instead of being added up after each.

use std::sync::{Mutex, PoisonError};

/// Partial results that nobody is adding to. For sums that may be made in any order.
pub(super) struct Pool<P>(Mutex<Vec<P>>);

impl<P> Pool<P> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// One of them, or a new one.
    pub(super) fn take(&self, new: impl FnOnce() -> P) -> P {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(new)
    }

    /// Keeps a partial result for later.
    pub(super) fn put(&self, part: P) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(part);
    }

    /// All that are left.
    pub(super) fn drain(&self) -> Vec<P> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
