//! Values of which each process has its own.

use std::process;
use std::sync::OnceLock;

/// A value that a child process makes anew at its first use, since the threads and connections
/// behind its parent's are not there or not its own.
///
/// Finding it takes no lock, which a fork could have caught locked.
pub(crate) struct PerProcess<T> {
    make: Box<dyn Fn() -> T + Send + Sync>,
    first: Node<T>,
}

struct Node<T> {
    process: u32,
    /// There until the node is dropped.
    value: Option<T>,
    next: OnceLock<Box<Node<T>>>,
}

impl<T> PerProcess<T> {
    /// Makes the value of this process.
    pub(crate) fn new(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let first = Node::new(make());
        Self { make: Box::new(make), first }
    }

    /// The value of this process.
    pub(crate) fn get(&self) -> &T {
        let process = process::id();
        let mut node = &self.first;
        while node.process != process {
            node = node.next.get_or_init(|| Box::new(Node::new((self.make)())));
        }
        node.value.as_ref().expect("taken by drop alone")
    }
}

impl<T> Node<T> {
    fn new(value: T) -> Self {
        Self { process: process::id(), value: Some(value), next: OnceLock::new() }
    }
}

impl<T> Drop for Node<T> {
    /// What is a parent's is left as it is: its threads are not there to be told, its locks may
    /// be held, and a connection that is ended here would end in the parent too.
    #[expect(clippy::mem_forget, reason = "the value is another process's")]
    fn drop(&mut self) {
        if self.process != process::id() {
            std::mem::forget(self.value.take());
        }
    }
}
