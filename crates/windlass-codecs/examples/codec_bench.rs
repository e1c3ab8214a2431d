//! Decodes or encodes a file again and again and prints the processor time of one go: for
//! comparisons with other codecs on the same machine.
//!
//! `codec_bench FILE load|jpeg|png TIMES [OPTION…]`; options are `filter`, `level1`, `q92`, `shrink8`.

#![expect(clippy::print_stdout, reason = "a program that measures")]

use windlass_codecs::jpeg::{JpegLoad, JpegSave};
use windlass_codecs::png::{PngFilter, PngLoad, PngSave};
use windlass_core::foreign::{Load, Save};
use windlass_core::{Image, Result, Source, Target};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let [_, file, what, times, options @ ..] = &args[..] else {
        return Ok(());
    };
    let has = |name: &str| options.iter().any(|option| option == name);
    let times: u32 = times.parse().unwrap_or(1);
    let source = Source::from_memory(Source::from_file(file)?.read_to_vec(u64::MAX)?);
    let open = || -> Result<Image> {
        if source.sniff(1)? == [0xFF] {
            JpegLoad::default().shrink(if has("shrink8") { 8 } else { 1 }).load(&source)
        } else {
            PngLoad::default().load(&source)
        }
    };
    let held = if what == "load" { None } else { Some(open()?.hold()?) };
    let mut size = 0;
    let start = cpu();
    for _ in 0..times {
        let target = Target::to_memory();
        match (&held, what.as_str()) {
            (Some(image), "jpeg") => {
                let q = if has("q92") { 92 } else { 75 };
                JpegSave::default().q(q).save(image, &target)?;
            }
            (Some(image), _) => {
                let filter = if has("filter") { PngFilter::ALL } else { PngFilter::NONE };
                let level = if has("level1") { 1 } else { 6 };
                PngSave::default().filter(filter).compression(level).save(image, &target)?;
            }
            (None, _) => drop(open()?.pixels()?),
        }
        size = target.bytes().len();
    }
    let each = (cpu() - start) / f64::from(times);
    println!("{what} {options:?}: {each:.1} ms, {size} bytes");
    Ok(())
}

/// Milliseconds of processor time so far, of all threads.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: f64 =
        after.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<f64>().ok()).sum();
    ticks * 10.0
}
