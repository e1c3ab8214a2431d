//! Opening and saving by name, as the faces do it.

use crate::declare::{Args, Value};
use crate::{
    Error, ErrorKind, Image, Result, ResultExt, Source, Target, foreign, options, registry,
};
use windlass_io::{format_name, is_url, shown};

/// The image in a file; options of its loader may stand in brackets: `photo.jpg[shrink=2]`.
pub fn open(name: &str) -> Result<Image> {
    let (path, options) = options::split(name);
    let source = Source::from_name(path)?;
    if is_url(path) {
        // The connection that was just made serves on.
        return open_source(&source, options.unwrap_or_default());
    }
    let format = foreign::find_load(&source)?;
    let loader = format.and_then(|format| format.loader).ok_or_else(|| {
        Error::new(
            ErrorKind::Unsupported,
            format!("VipsForeignLoad: \"{name}\" is not a known file format"),
        )
    })?;
    let mut args = Args::new(registry().get(loader)?);
    args.set("filename", Value::String(path.into()))?;
    image(&said(args, options.unwrap_or_default())?).with("file", || path.to_owned())
}

/// The image in a source; `options` are those of its loader, with or without brackets.
pub fn open_source(source: &Source, options: &str) -> Result<Image> {
    let format = foreign::find_load(source)?;
    let loader = format.and_then(|format| format.loader).ok_or_else(|| {
        Error::new(ErrorKind::Unsupported, "VipsForeignLoad: source is not in a known format")
    })?;
    let mut args = Args::new(registry().get(&format!("{loader}_source"))?);
    args.set("source", Value::Source(source.clone()))?;
    image(&said(args, options)?).with("source", || source.nick().to_owned())
}

/// Saves an image; the suffix decides the format, options of its saver may stand in brackets.
pub fn save(image: &Image, name: &str) -> Result<()> {
    let (path, options) = options::split(name);
    let target = Target::to_name(path)?;
    let saved = save_to(image, &target, format_name(path), options.unwrap_or_default());
    // An address may hold secrets, which the nick of the target does not.
    saved.with("file", || target.nick().to_owned())
}

/// Saves an image to a target in the format of `suffix`.
pub fn save_to(image: &Image, target: &Target, suffix: &str, options: &str) -> Result<()> {
    let saver = foreign::find_save(suffix).and_then(|format| format.saver).ok_or_else(|| {
        Error::new(
            ErrorKind::Unsupported,
            format!("VipsForeignSave: \"{}\" is not a known target format", shown(suffix)),
        )
    })?;
    let mut args = Args::new(registry().get(&format!("{saver}_target"))?);
    args.set("in", Value::Image(image.clone()))?;
    args.set("target", Value::Target(target.clone()))?;
    registry().call(&said(args, options)?).map(|_| ())
}

/// The arguments with options written as text; a bare word is a truth value.
fn said(mut args: Args, options: &str) -> Result<Args> {
    for (name, value) in options::parse(options) {
        let value = value.map_or(Value::Bool(true), |text| Value::String(text.into()));
        args.set(&name, value)?;
    }
    Ok(args)
}

fn image(args: &Args) -> Result<Image> {
    let outputs = registry().call(args)?;
    outputs
        .into_iter()
        .find_map(|(_, value)| match value {
            Value::Image(image) => Some(image),
            _ => None,
        })
        .ok_or_else(|| Error::new(ErrorKind::Internal, "a loader without an image"))
}
