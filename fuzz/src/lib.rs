//! What all targets share: the bodies that the tests of `windlass-codecs` run on stable.

#[path = "../../crates/windlass-codecs/tests/bodies/mod.rs"]
mod bodies;

/// Loads `data` with the loader of this name, in all ways that there are.
///
/// # Panics
/// Where there is no such loader, and where it has a defect.
pub fn run(name: &str, data: &[u8]) {
    let (_, body) = bodies::ALL.iter().find(|(other, _)| *other == name).expect("a loader");
    let _pictures = body(data);
}

/// Small files to start from.
pub fn seeds() -> impl Iterator<Item = (&'static str, Vec<Vec<u8>>)> {
    bodies::ALL.iter().map(|(name, _)| (*name, bodies::seeds::of(name)))
}
