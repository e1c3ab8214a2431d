//! Objects of known length behind a cache of blocks.

use super::Cache;
use crate::process::PerProcess;
use crate::source::Reader;
use crate::stats::Counters;
use crate::{Result, Tick};
use std::sync::Arc;

/// What is read by ranges and never changes its length.
pub(crate) struct Ranges {
    pub(crate) cache: PerProcess<Cache>,
    pub(crate) len: u64,
    pub(crate) counters: Arc<Counters>,
}

impl Reader for Ranges {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.read_with(offset, buffer, &Tick::never())
    }

    fn len(&self) -> Result<Option<u64>> {
        Ok(Some(self.len))
    }

    fn read_with(&self, offset: u64, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        self.cache.get().read(offset, buffer, tick)
    }

    fn counters(&self) -> Option<Arc<Counters>> {
        Some(self.counters.clone())
    }
}
