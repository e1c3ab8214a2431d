//! What is to become a thumbnail, opened as small as its format can.

use super::Options;
use bytes::Bytes;
use windlass_core::declare::{ArgValue, Registry, Value, image_operation};
use windlass_core::foreign::names;
use windlass_core::foreign::options::FailOn;
use windlass_core::foreign::search::{find_load, may_load};
use windlass_core::{Error, ErrorKind, Header, Image, Result, Source};
use windlass_io::is_url;

/// A file, buffer or source with its loader.
pub(super) struct Input {
    /// The name of the format's file loader: `jpegload`
    format: &'static str,
    /// The loader that takes this kind of input
    loader: String,
    /// What is loaded, and options of the loader
    args: Vec<(String, Value)>,
}

impl Input {
    /// A file by name, with options of its loader in brackets.
    pub(super) fn file(name: &str, fail_on: FailOn) -> Result<Self> {
        let (path, options) = split(name);
        let source = Source::from_name(path)?;
        if is_url(path) {
            // The connection that was just made serves on.
            let mut input = Self::source(&source, options)?;
            input.check(fail_on);
            return Ok(input);
        }
        let format = loader_of(&source)?.ok_or_else(|| {
            unknown(format!("VipsForeignLoad: \"{name}\" is not a known file format"))
        })?;
        let args = vec![("filename".to_owned(), Value::String(path.into()))];
        let mut input = Self { format, loader: format.to_owned(), args };
        input.check(fail_on);
        Ok(input.with(options))
    }

    /// Sets what the loader takes for an error.
    fn check(&mut self, fail_on: FailOn) {
        if fail_on != FailOn::None {
            self.args.push(("fail_on".to_owned(), fail_on.to_value()));
        }
    }

    /// Bytes.
    pub(super) fn buffer(bytes: &Bytes, options: &str) -> Result<Self> {
        let format = loader_of(&Source::from_memory(bytes.clone()))?
            .ok_or_else(|| unknown("VipsForeignLoad: buffer is not in a known format"))?;
        let args = vec![("buffer".to_owned(), Value::Blob(bytes.clone()))];
        Ok(Self { format, loader: format!("{format}_buffer"), args }.with(options))
    }

    /// A source.
    pub(super) fn source(source: &Source, options: &str) -> Result<Self> {
        let format = loader_of(source)?
            .ok_or_else(|| unknown("VipsForeignLoad: source is not in a known format"))?;
        let args = vec![("source".to_owned(), Value::Source(source.clone()))];
        Ok(Self { format, loader: format!("{format}_source"), args }.with(options))
    }

    fn with(mut self, options: &str) -> Self {
        let spec = Registry::installed().and_then(|registry| registry.get(&self.loader).ok());
        for (name, value) in names::parse(options) {
            match value {
                Some(value) => self.args.push((name, Value::String(value.into()))),
                // words alone that this loader does not know are passed over
                None if spec.is_none_or(|spec| spec.arg(&name).is_some()) => {
                    self.args.push((name, Value::Bool(true)));
                }
                None => {}
            }
        }
        self.args.push(("access".to_owned(), Value::String("sequential".into())));
        self
    }

    /// Whether the user gave one of these options.
    fn has(&self, names: &[&str]) -> bool {
        self.args.iter().any(|(name, _)| names.contains(&name.as_str()))
    }

    /// The image, with one more option of the loader.
    fn open(&self, extra: Option<(&str, Value)>) -> Result<Image> {
        let args = self.args.iter().map(|(name, value)| (name.as_str(), value.clone()));
        image_operation(&self.loader, args.chain(extra))
    }
}

impl Options {
    /// The thumbnail of what `input` holds.
    pub(super) fn opened(&self, width: i32, input: &Input) -> Result<Image> {
        let full = input.open(None)?;
        let header = full.header();
        let (across, down) = self.shrinks(width, header, header.page_height());
        let common = across.min(down);
        let small = match input.format {
            "jpegload" | "uhdrload" => match self.jpeg_shrink(common) {
                1 => None,
                shrink => Some(("shrink", Value::Int(shrink))),
            },
            "webpload" if common > 1.0 => Some(("scale", Value::Double(1.0 / common))),
            "svgload" | "pdfload" => Some(("scale", Value::Double(1.0 / common))),
            "tiffload" => {
                let level = self.level(width, input, header);
                return self.thumbnail(width, &level.unwrap_or(full));
            }
            _ => None,
        };
        match small {
            None => self.thumbnail(width, &full),
            extra => self.thumbnail(width, &input.open(extra)?),
        }
    }

    /// The smallest level of a TIFF pyramid that is larger than the thumbnail.
    ///
    /// Levels lie below the page, each half the one before, or are the pages, the first one full size. So
    /// their sizes are known; what is opened is the one that is wanted, to see that it has its size.
    fn level(&self, width: i32, input: &Input, header: &Header) -> Option<Image> {
        if input.has(&["page", "n", "subifd"]) {
            return None;
        }
        let below = header.metadata.int("n-subifds").filter(|count| (1..=28).contains(count));
        let pages = header.metadata.int("n-pages").filter(|count| (2..=29).contains(count));
        let (option, levels) = match (below, pages) {
            (Some(count), _) => ("subifd", 1..=count),
            (None, Some(count)) => ("page", 1..=count - 1),
            (None, None) => return None,
        };
        for halves in levels.rev() {
            let (full_width, full_height) = (header.width >> halves, header.height >> halves);
            let size = Header { width: full_width, height: full_height, ..header.clone() };
            let (across, down) = self.shrinks(width, &size, full_height);
            if full_width.min(full_height) < 2 || across.min(down) <= 1.0 {
                continue;
            }
            let number = if option == "page" { halves } else { halves - 1 };
            let level = input.open(Some((option, Value::Int(number.into())))).ok()?;
            let found = level.header();
            let near = |wanted: i32, found: i32| found >= 2 && (found - wanted).abs() <= 5;
            if !near(full_width, found.width) || !near(full_height, found.height) {
                return None;
            }
            let (across, down) = self.shrinks(width, found, found.page_height());
            if across.min(down) > 1.0 {
                return Some(level);
            }
        }
        None
    }

    /// By how much a JPEG is shrunk as it is decoded; the rest, at least a half, is left to the kernel.
    fn jpeg_shrink(&self, common: f64) -> i64 {
        if self.linear || common < 4.0 {
            1
        } else if common < 8.0 {
            2
        } else if common < 16.0 {
            4
        } else {
            8
        }
    }
}

fn loader_of(source: &Source) -> Result<Option<&'static str>> {
    Ok(find_load(source, may_load)?.and_then(|format| format.loader))
}

fn unknown(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unsupported, text)
}

/// A filename and the options in brackets at its end.
fn split(name: &str) -> (&str, &str) {
    let (path, options) = names::split(name);
    (path, options.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_stand_at_the_end() {
        assert_eq!(split("a.jpg"), ("a.jpg", ""));
        assert_eq!(split("a.jpg[shrink=2,unlimited]"), ("a.jpg", "shrink=2,unlimited"));
        assert_eq!(split("a[1].jpg"), ("a[1].jpg", ""));
    }

    #[test]
    fn a_jpeg_keeps_twice_the_pixels_it_needs() {
        let options = Options::default();
        let shrinks = [1.0, 3.9, 4.0, 8.0, 15.0, 16.0, 100.0].map(|c| options.jpeg_shrink(c));
        assert_eq!(shrinks, [1, 1, 2, 4, 4, 8, 8]);
        assert_eq!(options.linear(true).jpeg_shrink(100.0), 1);
    }
}
