//! Objects as files below a folder: all of them, or none.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::{collections::BTreeSet, process};

use bytes::Bytes;

use super::Objects;
use crate::error::reason;
use crate::source::{quoted, unique_id};
use crate::stats::Counters;
use crate::wait::lock;
use crate::{Error, ErrorKind, Result, Stats, Tick};

/// Files below a folder.
///
/// They are written to a hidden folder in it, from where `commit` moves them to their place, so
/// that a save that fails leaves nothing; what a killed process left is removed by the next save.
/// A file of the same name is replaced. Into a folder of the same name the new files are moved one by
/// one, so that what else lies there stays.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    hidden: PathBuf,
    /// Held for as long as the hidden folder is in use.
    guard: Mutex<Option<File>>,
    /// The root was made by us.
    made: bool,
    /// First parts of the names, in the order of their coming.
    tops: Mutex<Vec<String>>,
    folders: Mutex<BTreeSet<PathBuf>>,
    counters: Counters,
}

impl Folder {
    /// The folder `root`, which is made if it does not exist.
    pub fn new(root: impl AsRef<Path>) -> Result<Self> {
        let root = root.as_ref().to_owned();
        let made = !root.exists();
        fs::create_dir_all(&root).map_err(|error| folder_error(&root, error))?;
        remove_abandoned(&root);
        let hidden = root.join(format!("{PREFIX}{}-{}", process::id(), unique_id()));
        fs::create_dir(&hidden).map_err(|error| folder_error(&hidden, error))?;
        let guard = create(&hidden.join(GUARD)).inspect(|file| {
            // Where the file system knows no locks nobody can take the folder for abandoned.
            drop(file.try_lock());
        });
        let guard = guard.map_err(|error| folder_error(&hidden, error))?;
        Ok(Self {
            root,
            hidden,
            guard: Mutex::new(Some(guard)),
            made,
            tops: Mutex::default(),
            folders: Mutex::default(),
            counters: Counters::default(),
        })
    }

    /// Remembers the first part of a name.
    fn note_top(&self, name: &str) {
        let top = name.split('/').next().unwrap_or(name);
        let mut tops = lock(&self.tops);
        if !tops.iter().rev().any(|known| known == top) {
            tops.push(top.to_owned());
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            let mut folders = lock(&self.folders);
            if !folders.contains(folder) {
                fs::create_dir_all(folder)?;
                folders.insert(folder.to_owned());
            }
        }
        let mut file = create(path)?;
        file.write_all(bytes)?;
        Ok(nix::unistd::close(file)?)
    }

    /// Moves all to its place, in the order of coming; takes it back if that fails half-way.
    fn publish(&self) -> Result<()> {
        let tops = lock(&self.tops);
        let mut moved = Vec::new();
        for top in &*tops {
            let (from, to) = (self.hidden.join(top), self.root.join(top));
            let fresh = !to.exists();
            if let Err(error) = place(&from, &to) {
                for top in moved {
                    drop(fs::rename(self.root.join(top), self.hidden.join(top)));
                }
                return Err(folder_error(&to, error));
            }
            // what went into something that was there can't be told from it any more
            if fresh {
                moved.push(top);
            }
        }
        Ok(())
    }

    fn clean(&self) {
        drop(lock(&self.guard).take());
        drop(fs::remove_dir_all(&self.hidden));
    }
}

impl Objects for Folder {
    fn put(&self, name: &str, bytes: Bytes, _: &Tick) -> Result<()> {
        self.note_top(name);
        let path = self.hidden.join(name);
        self.write(&path, &bytes).map_err(|error| folder_error(&self.root.join(name), error))?;
        self.counters.requested();
        self.counters.passed(bytes.len() as u64);
        Ok(())
    }

    fn settle(&self, _: &Tick) -> Result<()> {
        Ok(())
    }

    fn commit(&self, _: &Tick) -> Result<()> {
        self.publish()?;
        self.clean();
        Ok(())
    }

    fn abort(&self, _: &Error) {
        self.clean();
        if self.made {
            // Fails where somebody else put something there, which then stays.
            drop(fs::remove_dir(&self.root));
        }
    }

    fn stats(&self) -> Stats {
        self.counters.stats()
    }
}

/// Moves a file or a folder to its place; what a folder has goes into one that is there already.
fn place(from: &Path, to: &Path) -> io::Result<()> {
    if !(to.is_dir() && from.is_dir()) {
        return fs::rename(from, to);
    }
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        place(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

/// Removes hidden folders whose process is gone.
fn remove_abandoned(root: &Path) {
    let Ok(entries) = fs::read_dir(root) else { return };
    for entry in entries.flatten() {
        let hidden = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if hidden && is_abandoned(&entry.path().join(GUARD)) {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "one of the places where files are opened")]
fn is_abandoned(guard: &Path) -> bool {
    OpenOptions::new().read(true).open(guard).is_ok_and(|file| file.try_lock().is_ok())
}

#[expect(clippy::disallowed_methods, reason = "one of the places where files are opened")]
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

fn folder_error(path: &Path, error: io::Error) -> Error {
    let message = format!("unable to write {}: {}", quoted(path), reason(&error));
    Error::new(ErrorKind::Io, message).with_source(error)
}

const PREFIX: &str = ".windlass-tree-";
const GUARD: &str = ".lock";

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests make files")]
mod tests {
    use super::super::Tree;
    use super::*;

    fn names(root: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(root)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn commit_shows_everything() {
        let root = tempfile::tempdir().unwrap();
        let tree = Tree::folder(root.path()).unwrap();
        tree.put("x_files/0/0_0.png", "tile").unwrap();
        tree.put("x_files/1/0_0.png", "tile").unwrap();
        tree.put_last("x.dzi", "manifest").unwrap();
        assert_eq!(names(root.path()).len(), 1);
        assert_eq!(tree.stats().requests, 2);
        tree.commit().unwrap();
        assert_eq!(names(root.path()), ["x.dzi", "x_files"]);
        assert_eq!(names(&root.path().join("x_files")), ["0", "1"]);
        let text = fs::read_to_string(root.path().join("x_files/1/0_0.png")).unwrap();
        assert_eq!(text, "tile");
    }

    #[test]
    fn abort_leaves_nothing() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("new");
        let tree = Tree::folder(&root).unwrap();
        tree.put("a/b", "c").unwrap();
        drop(tree);
        assert!(names(outer.path()).is_empty());
    }

    #[test]
    fn what_else_a_folder_has_stays() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("x_files/0")).unwrap();
        fs::write(root.path().join("x_files/0/0_0.png"), "old").unwrap();
        fs::write(root.path().join("x_files/mine"), "mine").unwrap();
        let tree = Tree::folder(root.path()).unwrap();
        tree.put("x_files/0/0_0.png", "new").unwrap();
        tree.put("x_files/1/0_0.png", "new").unwrap();
        tree.commit().unwrap();
        assert_eq!(names(&root.path().join("x_files")), ["0", "1", "mine"]);
        let text = fs::read_to_string(root.path().join("x_files/0/0_0.png")).unwrap();
        assert_eq!(text, "new");
        assert_eq!(names(root.path()), ["x_files"]);
    }

    #[test]
    fn what_a_killed_process_left_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let left = root.path().join(format!("{PREFIX}1-1"));
        fs::create_dir(&left).unwrap();
        drop(create(&left.join(GUARD)).unwrap());
        let first = Tree::folder(root.path()).unwrap();
        assert!(!left.exists());
        let second = Tree::folder(root.path()).unwrap();
        first.put("a", "1").unwrap();
        second.put("b", "2").unwrap();
        first.commit().unwrap();
        second.commit().unwrap();
        assert_eq!(names(root.path()), ["a", "b"]);
    }
}
