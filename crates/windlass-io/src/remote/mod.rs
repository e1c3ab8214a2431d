//! What connections to other machines share: threads of their own, so that who waits can be
//! cancelled; a cache of blocks with read-ahead; and state that a fork leaves usable.

mod cache;
mod pipe;
mod ranges;
mod uploads;
mod wait;

pub(crate) use cache::{BLOCK, Cache, Fetch};
pub(crate) use pipe::{Pipe, PipeReader, Pump};
pub(crate) use ranges::Ranges;
pub(crate) use uploads::{Shelf, Uploads};
pub(crate) use wait::{Backoff, Stop};
