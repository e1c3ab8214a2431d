//! Many named objects that belong together, such as the tiles of a pyramid.

mod folder;

use std::fmt::{self, Debug, Formatter};
use std::path::Path;
use std::sync::Mutex;

use bytes::Bytes;

use crate::wait::lock;
use crate::{Error, ErrorKind, Result, Stats, Tick};
pub use folder::Folder;

/// A place that takes named objects: a folder, an archive, a bucket.
///
/// Used through [`Tree`], which checks names and sees to it that there is one `commit` or one
/// `abort`.
pub trait Objects: Send + Sync + 'static {
    /// Stores an object. May return before it is stored, and then wait for others; the error is
    /// that of a later call. May be called by several threads at once.
    fn put(&self, name: &str, bytes: Bytes, tick: &Tick) -> Result<()>;

    /// Waits until all that was put is stored. Called before `last` objects are put and before
    /// `commit`.
    fn settle(&self, tick: &Tick) -> Result<()>;

    /// Makes the objects visible, where the place can hide them until then.
    fn commit(&self, tick: &Tick) -> Result<()>;

    /// Something failed, even `commit`: removes what was stored as far as that is possible.
    fn abort(&self, error: &Error);

    /// What was done so far.
    fn stats(&self) -> Stats;
}

/// One save of many objects.
///
/// Ends with [`Tree::commit`] or [`Tree::abort`]; dropping it aborts. The objects of
/// [`Tree::put_last`] (manifests, such as the `.dzi` of a pyramid) are stored after all others,
/// so that who finds the manifest finds everything.
pub struct Tree {
    nick: String,
    objects: Box<dyn Objects>,
    tick: Tick,
    last: Mutex<Vec<(String, Bytes)>>,
    ended: bool,
}

impl Tree {
    /// Objects at a place of the program's own.
    pub fn new(nick: impl Into<String>, objects: impl Objects) -> Self {
        Self::boxed(nick.into(), Box::new(objects))
    }

    /// Files below the folder `root`, which is made if it does not exist. See [`Folder`].
    pub fn folder(root: impl AsRef<Path>) -> Result<Self> {
        let nick = root.as_ref().display().to_string();
        Ok(Self::boxed(nick, Box::new(Folder::new(root)?)))
    }

    pub(crate) fn boxed(nick: String, objects: Box<dyn Objects>) -> Self {
        Self { nick, objects, tick: Tick::never(), last: Mutex::default(), ended: false }
    }

    /// Looks at `tick` at each object, and ends with it where the other side takes nothing.
    pub fn with_tick(mut self, tick: Tick) -> Self {
        self.tick = tick;
        self
    }

    /// The name for messages.
    pub fn nick(&self) -> &str {
        &self.nick
    }

    /// Stores an object. Names are relative, with `/` between their parts.
    pub fn put(&self, name: &str, bytes: impl Into<Bytes>) -> Result<()> {
        let stored = check_name(name)
            .and_then(|()| self.tick.check())
            .and_then(|()| self.objects.put(name, bytes.into(), &self.tick));
        stored.map_err(|error| self.placed(error))
    }

    /// Stores an object after all others, when the save is committed.
    pub fn put_last(&self, name: &str, bytes: impl Into<Bytes>) -> Result<()> {
        check_name(name).map_err(|error| self.placed(error))?;
        lock(&self.last).push((name.to_owned(), bytes.into()));
        Ok(())
    }

    /// Ends the save with success: all objects are stored.
    pub fn commit(mut self) -> Result<()> {
        let done = self.finish().map_err(|error| self.placed(error));
        self.ended = true;
        if let Err(error) = &done {
            self.objects.abort(error);
        }
        done
    }

    /// Ends the save without success.
    pub fn abort(mut self, error: &Error) {
        self.ended = true;
        self.objects.abort(error);
    }

    /// What was done so far.
    pub fn stats(&self) -> Stats {
        self.objects.stats()
    }

    fn finish(&self) -> Result<()> {
        self.objects.settle(&self.tick)?;
        for (name, bytes) in std::mem::take(&mut *lock(&self.last)) {
            self.tick.check()?;
            self.objects.put(&name, bytes, &self.tick)?;
            self.objects.settle(&self.tick)?;
        }
        self.objects.commit(&self.tick)
    }

    fn placed(&self, error: Error) -> Error {
        error.with("target", &self.nick)
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        if !self.ended {
            self.objects.abort(&Error::new(ErrorKind::Cancelled, "the save was given up"));
        }
    }
}

impl Debug for Tree {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tree").field(&self.nick).finish()
    }
}

/// Refuses names that could lead out of the place.
fn check_name(name: &str) -> Result<()> {
    let bad = |part: &str| matches!(part, "" | "." | "..") || part.contains(['\\', '\0']);
    if name.split('/').any(bad) {
        let message = format!("{name:?} is not a name for an object");
        return Err(Error::new(ErrorKind::BadArgument, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[derive(Default, Clone)]
    struct Log(Arc<Mutex<Vec<String>>>);

    impl Log {
        fn note(&self, text: impl Into<String>) {
            lock(&self.0).push(text.into());
        }
    }

    impl Objects for Log {
        fn put(&self, name: &str, _: Bytes, _: &Tick) -> Result<()> {
            if name == "bad" {
                return Err(Error::new(ErrorKind::Io, "no room"));
            }
            self.note(name);
            Ok(())
        }

        fn settle(&self, _: &Tick) -> Result<()> {
            self.note("settle");
            Ok(())
        }

        fn commit(&self, _: &Tick) -> Result<()> {
            self.note("commit");
            Ok(())
        }

        fn abort(&self, error: &Error) {
            self.note(format!("abort: {}", error.message()));
        }

        fn stats(&self) -> Stats {
            Stats::default()
        }
    }

    #[test]
    fn manifests_come_last() {
        let log = Log::default();
        let tree = Tree::new("log", log.clone());
        tree.put_last("x.dzi", "manifest").unwrap();
        tree.put("x_files/0/0_0.jpeg", "tile").unwrap();
        tree.commit().unwrap();
        assert_eq!(*lock(&log.0), ["x_files/0/0_0.jpeg", "settle", "x.dzi", "settle", "commit"]);
    }

    #[test]
    fn a_failure_aborts_once() {
        let log = Log::default();
        let tree = Tree::new("log", log.clone());
        tree.put_last("bad", "manifest").unwrap();
        assert!(tree.commit().unwrap_err().to_string().contains("[target: log]"));
        assert_eq!(*lock(&log.0), ["settle", "abort: no room"]);
        drop(Tree::new("log", log.clone()));
        assert_eq!(lock(&log.0).last().unwrap(), "abort: the save was given up");
    }

    #[test]
    fn names_stay_inside() {
        for bad in ["", "/a", "a//b", "../a", "a/..", "a/./b", "a\\b", "a/"] {
            assert_eq!(check_name(bad).unwrap_err().kind(), ErrorKind::BadArgument, "{bad}");
        }
        assert!(check_name("a/b c/0_0.png").is_ok());
    }
}
