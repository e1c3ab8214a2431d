//! Sources that are opened at their first use, so within the time that their user allows.

use std::sync::OnceLock;

use super::Source;
use crate::wait::Turn;
use crate::{Result, Tick};

/// How to open a source, and the source once that was done.
pub(crate) struct Later {
    open: Open,
    opening: Turn<()>,
    opened: OnceLock<Source>,
}

type Open = Box<dyn Fn(&Tick) -> Result<Source> + Send + Sync>;

impl Later {
    pub(crate) fn new(open: impl Fn(&Tick) -> Result<Source> + Send + Sync + 'static) -> Self {
        Self { open: Box::new(open), opening: Turn::new(()), opened: OnceLock::new() }
    }

    /// The source, opened by the first who asks. A failure is not remembered.
    pub(crate) fn source(&self, tick: &Tick) -> Result<&Source> {
        if let Some(source) = self.opened.get() {
            return Ok(source);
        }
        let turn = self.opening.take(tick)?;
        if self.opened.get().is_none() {
            let source = (self.open)(tick)?;
            self.opened.get_or_init(|| source);
        }
        drop(turn);
        Ok(self.opened.get().expect("set above"))
    }

    /// The source, if it was opened.
    pub(crate) fn opened(&self) -> Option<&Source> {
        self.opened.get()
    }
}
