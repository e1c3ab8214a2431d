//! Pixels that are at hand before an evaluation: in memory, kept from an earlier one, or complete
//! because an operation needs them so.

use crate::image::{Node, Work};
use crate::{Image, Pixels};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use windlass_io::{Result, settings};

/// Bytes of kept pixels in the process at most.
const KEPT: u64 = 100 << 20;

/// The pixels of a node where they are at hand, or where the second pass over a loader makes it
/// worth to have them.
pub(crate) fn at_hand(node: &Arc<Node>) -> Result<Option<Pixels>> {
    if let Some(pixels) = peek(node) {
        return Ok(Some(pixels));
    }
    match &node.work {
        Work::Whole(whole) => {
            let inputs = node.inputs.iter().map(pixels_of).collect::<Result<Vec<_>>>()?;
            let pixels = whole.run(&inputs, &super::context::current().tick)?;
            keep(node, &pixels);
            Ok(Some(pixels))
        }
        Work::Rows(_) | Work::Tiles(_) => {
            let bytes = node.row_size() as u64 * node.height as u64;
            let again = node.passes.fetch_add(1, Ordering::Relaxed) == 1;
            if !again || bytes > settings::disc_threshold().min(KEPT) {
                return Ok(None);
            }
            let pixels = pixels_of(node)?;
            keep(node, &pixels);
            Ok(Some(pixels))
        }
        Work::Memory(_) | Work::Point(_) | Work::Area(_) => Ok(None),
    }
}

/// The pixels of a node where they are at hand already.
pub(crate) fn peek(node: &Node) -> Option<Pixels> {
    match &node.work {
        Work::Memory(pixels) => Some(pixels.clone()),
        Work::Point(_) | Work::Area(_) | Work::Whole(_) | Work::Rows(_) | Work::Tiles(_) => {
            kept(node)
        }
    }
}

fn pixels_of(node: &Arc<Node>) -> Result<Pixels> {
    Image::of_node(Arc::clone(node)).pixels()
}

/// Forgets all kept pixels, for what they were made from has changed.
pub(crate) fn invalidate() {
    EPOCH.fetch_add(1, Ordering::Relaxed);
    lock().list.clear();
    lock().bytes = 0;
}

static EPOCH: AtomicU64 = AtomicU64::new(0);

fn kept(node: &Node) -> Option<Pixels> {
    let kept = node.kept.lock().unwrap_or_else(PoisonError::into_inner);
    kept.as_ref()
        .filter(|(epoch, _)| *epoch == EPOCH.load(Ordering::Relaxed))
        .map(|(_, p)| p.clone())
}

fn keep(node: &Arc<Node>, pixels: &Pixels) {
    let epoch = EPOCH.load(Ordering::Relaxed);
    *node.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((epoch, pixels.clone()));
    let mut kept = lock();
    kept.bytes += pixels.size();
    kept.list.push_back((Arc::downgrade(node), pixels.size()));
    while kept.bytes > KEPT && kept.list.len() > 1 {
        let Some((old, bytes)) = kept.list.pop_front() else { break };
        kept.bytes -= bytes;
        if let Some(old) = old.upgrade() {
            *old.kept.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

/// The nodes that keep pixels, the oldest first.
struct Kept {
    list: VecDeque<(Weak<Node>, u64)>,
    bytes: u64,
}

fn lock() -> MutexGuard<'static, Kept> {
    static LIST: Mutex<Kept> = Mutex::new(Kept { list: VecDeque::new(), bytes: 0 });
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}
