//! Thumbnails of many files, with a progress bar.

use crate::names;
use anyhow::{Context, Result, bail};
use clap::{Arg, ArgMatches, Command};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::path::Path;
use windlass::declare::{Args, Value};
use windlass::{Image, options};

pub(crate) fn command() -> Command {
    Command::new("thumbnails")
        .about("Make thumbnails of many files")
        .arg(Arg::new("files").required(true).num_args(1..).help("Images"))
        .arg(
            Arg::new("size")
                .long("size")
                .short('s')
                .default_value("128")
                .help("Width, or WIDTHxHEIGHT, of the box that they fit into"),
        )
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .default_value("tn_{}.jpg")
                .help("Name of the results; {} is the name of the file without suffix. Without a folder they lie beside the file"),
        )
        .arg(Arg::new("crop").long("crop").help("Crop to fill the box: centre, entropy, attention, …"))
        .arg(Arg::new("linear").long("linear").num_args(0).help("Shrink in linear light"))
        .arg(
            Arg::new("output-profile")
                .long("output-profile")
                .help("Profile of the results: a file, srgb, p3"),
        )
}

/// Makes them all; one that fails is told, and the others are made.
pub(crate) fn run(matches: &ArgMatches) -> Result<()> {
    let files: Vec<&String> = matches.get_many("files").into_iter().flatten().collect();
    let bar = bar(files.len() as u64);
    let mut failed = 0;
    for file in &files {
        if let Err(error) = thumbnail(file, matches) {
            failed += 1;
            bar.suspend(|| writeln!(std::io::stderr().lock(), "windlass: {file}: {error:#}"))?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if failed > 0 {
        bail!("{failed} of {} files failed", files.len());
    }
    Ok(())
}

fn bar(files: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {eta}");
    ProgressBar::new(files).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn thumbnail(file: &str, matches: &ArgMatches) -> Result<()> {
    let word = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let size = word("size").unwrap_or("128");
    let (width, height) = size.split_once('x').map_or((size, None), |(w, h)| (w, Some(h)));
    let mut args = Args::new(windlass::registry().get("thumbnail")?);
    args.set("filename", file.into())?;
    args.set("width", width.into())?;
    args.set("height", height.unwrap_or(width).into())?;
    if let Some(crop) = word("crop") {
        args.set("crop", crop.into())?;
    }
    if let Some(profile) = word("output-profile") {
        args.set("output_profile", profile.into())?;
    }
    if matches.get_flag("linear") {
        args.set("linear", Value::Bool(true))?;
    }
    let outputs = windlass::registry().call(&args)?;
    let image: &Image = outputs
        .iter()
        .find_map(|(_, value)| match value {
            Value::Image(image) => Some(image),
            _ => None,
        })
        .context("no image")?;
    names::save(image, &output_name(file, word("output").unwrap_or("tn_{}.jpg"))?)?;
    Ok(())
}

/// The name of a result: beside its file, unless the pattern has a folder.
fn output_name(file: &str, pattern: &str) -> Result<String> {
    let path = Path::new(options::split(file).0);
    let stem = path.file_stem().context("no file name")?.to_string_lossy();
    let name = pattern.replace("{}", &stem).replace("%s", &stem);
    Ok(match path.parent() {
        Some(folder)
            if !options::split(&name).0.contains('/') && !folder.as_os_str().is_empty() =>
        {
            format!("{}/{name}", folder.display())
        }
        _ => name,
    })
}

#[cfg(test)]
mod tests {
    use super::output_name;

    #[test]
    fn results_lie_beside_their_files() {
        assert_eq!(output_name("a/b.png", "tn_{}.jpg[Q=80]").unwrap(), "a/tn_b.jpg[Q=80]");
        assert_eq!(output_name("b.png", "tn_{}.jpg").unwrap(), "tn_b.jpg");
        assert_eq!(output_name("a/b.png", "out/{}.webp").unwrap(), "out/b.webp");
    }
}
