//! Pictures from standard input and descriptors, and to them.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files, and fail")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const PNG: &[u8] = b"\x89PNG";
const JPEG: &[u8] = &[0xff, 0xd8, 0xff];

/// Runs a line of the shell in which `windlass` is the command under test.
fn shell(folder: &Path, line: &str, input: &[u8]) -> Output {
    let line = line.replace("windlass ", &format!("{} ", env!("CARGO_BIN_EXE_windlass")));
    let mut child = Command::new("sh")
        .args(["-c", &line])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // who reads nothing closes the pipe
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

fn good(folder: &Path, line: &str, input: &[u8]) -> Vec<u8> {
    let output = shell(folder, line, input);
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn folder() -> (tempfile::TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    good(folder.path(), "windlass black black.png 64 48 && windlass invert black.png x.png", b"");
    let data = fs::read(folder.path().join("x.png")).unwrap();
    assert!(data.starts_with(PNG));
    (folder, data)
}

#[test]
fn standard_input_and_output() {
    let (folder, data) = folder();
    let folder = folder.path();
    assert!(good(folder, "windlass invert stdin '.jpg[Q=50]'", &data).starts_with(JPEG));
    assert!(good(folder, "windlass pngsave_target stdin stdout", &data).starts_with(PNG));
    let piped = "cat x.png | windlass invert stdin .png | windlass invert stdin y.png";
    good(folder, piped, b"");
    assert_eq!(good(folder, "windlass avg y.png", b""), good(folder, "windlass avg x.png", b""));
}

#[test]
fn descriptors() {
    let (folder, _) = folder();
    let folder = folder.path();
    let line = "windlass thumbnail_source '[descriptor=3]' '.png' 32 3<x.png";
    assert!(good(folder, line, b"").starts_with(PNG));
    good(folder, "windlass pngsave_target x.png '[descriptor=4]' 4>y.png", b"");
    good(folder, "windlass invert '[descriptor=0]' z.png <y.png", b"");
    assert_eq!(good(folder, "windlass avg z.png", b"").trim_ascii(), b"0");
}

#[test]
fn what_is_no_picture_or_descriptor() {
    let (folder, _) = folder();
    for (line, input, text) in [
        ("windlass invert stdin y.png", &b"no picture"[..], "known format"),
        ("windlass invert '[descriptor=77]' y.png", b"", "77"),
        ("windlass invert '[descriptor=x]' y.png", b"", "not a number"),
    ] {
        let output = shell(folder.path(), line, input);
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(text), "{line}: {said}");
        assert!(!folder.path().join("y.png").exists());
    }
}
