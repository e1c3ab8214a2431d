//! Names of images on the command line: files with options, standard input and output, descriptors.

use windlass::{Error, ErrorKind, Image, Result, Source, Target, options};

/// The image that a name stands for.
pub(crate) fn open(name: &str) -> Result<Image> {
    match source(name)? {
        Some(source) => {
            let options = options::split(name).1.unwrap_or_default();
            let of_the_loader = |option: &&str| !option.trim_start().starts_with("descriptor=");
            let kept: Vec<&str> = options.split(',').filter(of_the_loader).collect();
            windlass::open_source(&source, &kept.join(","))
        }
        None => windlass::open(name),
    }
}

/// The source of a name that is not a file's.
fn source(name: &str) -> Result<Option<Source>> {
    let (path, options) = options::split(name);
    if path == "stdin" {
        return Source::from_descriptor(0).map(Some);
    }
    match descriptor(path, options)? {
        Some(number) => Source::from_descriptor(number).map(Some),
        None => Ok(None),
    }
}

/// Any name as a source, files included.
pub(crate) fn any_source(name: &str) -> Result<Source> {
    source(name)?.map_or_else(|| Source::from_name(name), Ok)
}

/// Writes an image to what a name stands for: `.png` is standard output.
pub(crate) fn save(image: &Image, name: &str) -> Result<()> {
    let (path, options) = options::split(name);
    let is_suffix = path.starts_with('.') && !path.contains('/') && path.matches('.').count() == 1;
    if is_suffix {
        let target = Target::to_descriptor(1)?;
        return windlass::save_to(image, &target, path, options.unwrap_or_default());
    }
    windlass::save(image, name)
}

/// Any name as a target.
pub(crate) fn target(name: &str) -> Result<Target> {
    let (path, options) = options::split(name);
    match descriptor(path, options)? {
        Some(number) => Target::to_descriptor(number),
        None if path == "stdout" => Target::to_descriptor(1),
        None => Target::to_name(name),
    }
}

/// The number in `[descriptor=N]`.
fn descriptor(path: &str, options: Option<&str>) -> Result<Option<i32>> {
    let Some(options) = options.filter(|_| path.is_empty()) else { return Ok(None) };
    let mut said = options::parse(options).into_iter();
    let number = said.find_map(|(name, value)| (name == "descriptor").then_some(value).flatten());
    let Some(number) = number else { return Ok(None) };
    let parsed = number.parse();
    parsed.map(Some).map_err(|_| {
        Error::new(ErrorKind::BadArgument, format!("descriptor is {number}, not a number"))
    })
}
