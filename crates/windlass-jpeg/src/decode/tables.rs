//! Tables that lie apart from the files that use them.

use super::options::FailOn;
use super::parse::{State, Stream};
use super::source::Source;
use super::start_of_image;
use super::warnings::Log;
use crate::{Error, ErrorKind, Result};

/// Bytes of the markers that every file begins and ends with.
const ENDS: u64 = 4;

/// The tables of an abbreviated stream (ITU-T T.81, B.5), for any number of files that leave them out: see
/// [`Decoder::with_tables`](super::Decoder::with_tables). What is computed of them is computed once, and
/// shared by the decoders and by clones of this.
#[derive(Clone, Debug)]
pub struct Tables {
    state: State,
    /// Bytes of the tables without those markers.
    bytes: u64,
}

impl Tables {
    /// Reads a stream that holds tables between a start of image and an end of image.
    ///
    /// # Errors
    ///
    /// If it is malformed or incomplete, or holds anything else.
    pub fn new(stream: &[u8]) -> Result<Self> {
        let length = stream.len() as u64;
        let mut stream = Stream::new(Source::new(stream), Log::new(FailOn::Warning, 1));
        start_of_image(&mut stream)?;
        let mut state = State::new(usize::MAX);
        let scan = state.next_scan(&mut stream)?;
        let only = scan.is_none() && state.frame.is_none() && stream.source.offset() == length;
        if only && state.segments.is_empty() {
            return Ok(Self { state, bytes: length.saturating_sub(ENDS) });
        }
        let message = "more than tables in a stream of tables";
        Err(Error::new(ErrorKind::Unsupported, message).at(stream.source.offset()))
    }

    /// The state of a file that begins with these tables.
    pub(super) fn state(&self, max_metadata_bytes: usize) -> State {
        let mut state = self.state.clone();
        state.metadata_left = max_metadata_bytes;
        state
    }

    /// The bytes that they took.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }
}
