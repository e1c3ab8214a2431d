//! What is in a file: its header and metadata, without decoding it.

use crate::names;
use anyhow::{Context, Result};
use clap::{Arg, ArgMatches, Command};
use std::io::Write;
use windlass::declare::ArgEnum;
use windlass::{Image, Meta};

pub(crate) fn command() -> Command {
    Command::new("info")
        .about("Print the header and metadata of images")
        .arg(Arg::new("files").required(true).num_args(1..).help("Images"))
        .arg(Arg::new("field").long("field").short('f').help("Print the value of this field only"))
        .arg(
            Arg::new("plan")
                .long("plan")
                .num_args(0)
                .help("Print how the pixels would be made, and the memory it takes"),
        )
}

pub(crate) fn run(matches: &ArgMatches) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for name in matches.get_many::<String>("files").into_iter().flatten() {
        let image = names::open(name)?;
        if matches.get_flag("plan") {
            writeln!(out, "{name}:\n{}", image.explain()?)?;
            continue;
        }
        let fields = fields(name, &image);
        if let Some(field) = matches.get_one::<String>("field") {
            let value = fields.iter().find(|(key, _)| key == field);
            let (_, value) = value.with_context(|| format!("{name}: no field {field}"))?;
            writeln!(out, "{value}")?;
            continue;
        }
        writeln!(out, "{name}:")?;
        for (key, value) in fields {
            writeln!(out, "  {key}: {value}")?;
        }
    }
    Ok(())
}

/// The fields of the header with the name of the file, then the metadata, as text.
fn fields(name: &str, image: &Image) -> Vec<(String, String)> {
    let header = image.header();
    let mut fields = vec![
        ("width".to_owned(), header.width.to_string()),
        ("height".to_owned(), header.height.to_string()),
        ("bands".to_owned(), header.bands.to_string()),
        ("format".to_owned(), header.format.to_string()),
        ("coding".to_owned(), header.coding.nick().to_owned()),
        ("interpretation".to_owned(), header.interpretation.nick().to_owned()),
        ("xres".to_owned(), header.xres.to_string()),
        ("yres".to_owned(), header.yres.to_string()),
        ("xoffset".to_owned(), header.xoffset.to_string()),
        ("yoffset".to_owned(), header.yoffset.to_string()),
        ("filename".to_owned(), name.to_owned()),
    ];
    fields.extend(header.metadata.iter().map(|(name, value)| (name.to_owned(), text(value))));
    fields
}

fn text(value: &Meta) -> String {
    match value {
        Meta::Bool(value) => value.to_string(),
        Meta::Int(value) => value.to_string(),
        Meta::UInt64(value) => value.to_string(),
        Meta::Double(value) => value.to_string(),
        Meta::String(value) => value.to_string(),
        Meta::Blob(value) => format!("{} bytes", value.len()),
        Meta::Ints(values) => format!("{values:?}"),
        Meta::Doubles(values) => format!("{values:?}"),
        Meta::Image(image) => format!("{image:?}"),
        Meta::Images(images) => format!("{} images", images.len()),
        _ => "?".to_owned(),
    }
}
