//! Pieces of a file that are decoded before their turn, so that several threads share one file.
//!
//! A loader in order that can split its file hands out pieces, which any worker decodes; rows are read when
//! the pieces that hold them are back. Nobody waits for a piece: whoever finds rows not ready splits off
//! another piece or does something else.

use crate::codec::Lead;
use std::any::Any;
use std::collections::VecDeque;

/// What a loader keeps of a piece.
pub(super) type Raw = Box<dyn Any + Send>;

/// The pieces of one file.
#[derive(Default)]
pub(super) struct Pieces {
    /// What is known of the next rows; nothing before the first look
    pub(super) lead: Option<Lead>,
    /// Pieces that somebody decodes or is to decode
    out: usize,
    /// Those that nobody decodes as yet, in the order of their rows
    todo: VecDeque<Raw>,
    /// Those that came back
    back: Vec<Raw>,
}

/// What to do next for the sake of the next rows.
pub(super) enum Next {
    Read,
    Split,
    Decode(Raw),
    Nothing,
}

impl Pieces {
    /// What can be done, by somebody who may read the file or not, where `most` pieces may be out.
    pub(super) fn next(&mut self, may_read: bool, most: usize) -> Next {
        let read = if may_read { self.read(most) } else { Next::Nothing };
        match read {
            Next::Nothing => self.todo.pop_front().map_or(Next::Nothing, Next::Decode),
            read => read,
        }
    }

    /// What somebody can do who may read the file and leaves decoding to others.
    pub(super) fn read(&mut self, most: usize) -> Next {
        let Lead { ready, splits } = self.lead.unwrap_or(Lead { ready: false, splits: true });
        if most == 0 || ready || !self.back.is_empty() {
            return Next::Read;
        }
        if splits && self.out < most {
            self.out += 1;
            return Next::Split;
        }
        if self.out == 0 { Next::Read } else { Next::Nothing }
    }

    /// The pieces that came back, and whether others are still out.
    pub(super) fn take(&mut self) -> (Vec<Raw>, bool) {
        (std::mem::take(&mut self.back), self.out > 0)
    }

    /// A piece was split off or there was none; `raw` is one that others are to decode.
    pub(super) fn split(&mut self, taken: bool, lead: Lead, raw: Option<Raw>) {
        self.out -= usize::from(!taken);
        // who found none to split off does not look again before something came back
        self.lead = Some(Lead { splits: lead.splits && taken, ..lead });
        self.todo.extend(raw);
    }

    /// A piece was decoded.
    pub(super) fn come_back(&mut self, raw: Raw) {
        self.out -= 1;
        self.back.push(raw);
    }
}
