//! Streams through a connection and tells time, requests and memory.
//!
//! `cargo run --release -p windlass-io --all-features --example stream -- read https://…`
//! `cargo run --release -p windlass-io --all-features --example stream -- write s3://b/k 1g`

use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::time::Instant;

use windlass_io::{Error, ErrorKind, Result, Source, Stats, Target};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let start = Instant::now();
    let stats = match words.as_slice() {
        ["read", name] => read(name)?,
        ["write", name, megabytes] => write(name, megabytes.parse().unwrap_or(1))?,
        _ => return Err(Error::new(ErrorKind::BadArgument, "read NAME | write NAME MEGABYTES")),
    };
    let memory = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = memory.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    let seconds = start.elapsed().as_secs_f64();
    writeln!(io::stdout(), "{seconds:.2} s, {peak}, {stats:?}")?;
    Ok(())
}

fn read(name: &str) -> Result<Stats> {
    let source = Source::from_name(name)?;
    source.spool(false);
    let mut reader = source.open()?;
    let mut piece = vec![0; 256 << 10];
    while reader.read(&mut piece)? > 0 {}
    Ok(source.stats())
}

fn write(name: &str, megabytes: usize) -> Result<Stats> {
    let target = Target::to_name(name)?;
    let mut writer = target.begin()?;
    let piece: Vec<u8> = (0..1 << 20).map(|i: u32| (i ^ (i >> 9)) as u8).collect();
    for _ in 0..megabytes {
        writer.write_all(&piece)?;
    }
    writer.commit()?;
    Ok(target.stats())
}
