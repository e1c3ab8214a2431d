//! Metadata as XML after the pixels.

use super::base64;
use crate::text::number;
use std::fmt::Write;
use windlass_core::{Meta, Metadata};

/// What the name space of a file begins with.
const NAMESPACE: &str = "http://www.vips.ecs.soton.ac.uk/vips/";
/// The version that files say they are of.
pub(crate) const VERSION: &str = "8.18.7";
/// Bytes after which the text of an array is cut off.
const ARRAY: usize = 1024;

/// Metadata as the file has it.
pub(super) fn write(metadata: &Metadata) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\"?>\n<root xmlns=\"{NAMESPACE}{VERSION}\">\n  <header>\n    \
         <field type=\"VipsRefString\" name=\"Hist\"></field>\n  </header>\n  <meta>\n"
    );
    for (name, value) in metadata.iter() {
        let (kind, text) = match value {
            Meta::Int(value) => ("gint", value.to_string()),
            Meta::Bool(value) => ("gint", i32::from(*value).to_string()),
            Meta::Double(value) => ("gdouble", number(*value)),
            Meta::String(value) => ("VipsRefString", escape(value)),
            Meta::Blob(value) => ("VipsBlob", base64::encode(value)),
            Meta::Ints(values) => ("VipsArrayInt", array(values.iter().map(i32::to_string))),
            Meta::Doubles(values) => {
                ("VipsArrayDouble", array(values.iter().map(|value| number(*value))))
            }
            _ => continue,
        };
        let name = escape(name);
        // writing to a string does not fail
        let _done = writeln!(out, "    <field type=\"{kind}\" name=\"{name}\">{text}</field>");
    }
    out.push_str("  </meta>\n</root>\n");
    out
}

/// Numbers, each followed by a blank, as many as there is room for.
pub(crate) fn array(numbers: impl Iterator<Item = String>) -> String {
    let mut out = String::new();
    for number in numbers {
        if out.len() + number.len() + 1 > ARRAY {
            break;
        }
        out.push_str(&number);
        out.push(' ');
    }
    out
}

/// Text without what XML does not take: marks as entities, control characters as their pictures.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\t' | '\n' | '\r' => out.push(letter),
            '\0'..='\x1F' => {
                let _done = write!(out, "&#x24{:02x};", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out
}

/// The metadata in a file's XML; nothing where it is broken.
pub(super) fn parse(text: &str) -> Option<Metadata> {
    let mut metadata = Metadata::default();
    let mut scanner = Scanner { rest: text };
    let mut known = false;
    let mut within = false;
    while let Some(tag) = scanner.tag()? {
        match tag.name {
            "root" => known |= tag.attribute("xmlns").is_some_and(|ns| ns.starts_with(NAMESPACE)),
            "meta" => within = true,
            "/meta" => within = false,
            "field" if !tag.empty => {
                let content = scanner.content("field")?;
                if let (true, Some(name), Some(kind)) =
                    (within, tag.attribute("name"), tag.attribute("type"))
                    && let Some(value) = value(&kind, &unescape(content)?)
                {
                    metadata.set(&name, value);
                }
            }
            _ => {}
        }
    }
    known.then_some(metadata)
}

fn value(kind: &str, text: &str) -> Option<Meta> {
    let words = || text.split_ascii_whitespace();
    Some(match kind {
        "gint" => Meta::Int(text.trim().parse().ok()?),
        "gdouble" => Meta::Double(text.trim().parse().ok()?),
        "VipsRefString" => Meta::String(text.into()),
        "VipsBlob" => Meta::Blob(base64::decode(text)?.into()),
        "VipsArrayInt" => {
            Meta::Ints(words().map(str::parse).collect::<Result<Vec<_>, _>>().ok()?.into())
        }
        "VipsArrayDouble" => {
            Meta::Doubles(words().map(str::parse).collect::<Result<Vec<_>, _>>().ok()?.into())
        }
        _ => return None,
    })
}

/// Goes through a text from tag to tag.
struct Scanner<'a> {
    rest: &'a str,
}

struct Tag<'a> {
    /// `field`, or `/field` at its end
    name: &'a str,
    attributes: &'a str,
    /// Whether it ends itself
    empty: bool,
}

impl<'a> Scanner<'a> {
    /// The next tag; `Some(None)` at the end of the text, `None` where it is broken.
    #[expect(clippy::option_option, reason = "the end is neither a tag nor an error")]
    fn tag(&mut self) -> Option<Option<Tag<'a>>> {
        loop {
            let Some((_, rest)) = self.rest.split_once('<') else { return Some(None) };
            if let Some(comment) = rest.strip_prefix("!--") {
                self.rest = comment.split_once("-->")?.1;
                continue;
            }
            let (tag, rest) = rest.split_once('>')?;
            self.rest = rest;
            if tag.starts_with(['?', '!']) {
                continue;
            }
            let (tag, empty) = match tag.strip_suffix('/') {
                Some(tag) => (tag, true),
                None => (tag, false),
            };
            let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
            return Some(Some(Tag { name, attributes, empty }));
        }
    }

    /// The text up to the end of the element.
    fn content(&mut self, name: &str) -> Option<&'a str> {
        let (content, rest) = self.rest.split_once("</")?;
        self.rest = rest.strip_prefix(name)?.trim_start().strip_prefix('>')?;
        Some(content)
    }
}

impl Tag<'_> {
    fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            let (name, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let (value, after) = after.strip_prefix(quote)?.split_once(quote)?;
            if name.trim() == wanted {
                return unescape(value);
            }
            rest = after;
        }
    }
}

/// Text with its entities replaced; nothing where one is not known.
fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (entity, after) = after.split_once(';')?;
        out.push(match entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let digits = entity.strip_prefix('#')?;
                let number = match digits.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => digits.parse().ok()?,
                };
                char::from_u32(number)?
            }
        });
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_come_back() {
        let mut metadata = Metadata::default();
        metadata.set("text", Meta::String("x<&>\"'\t\n é".into()));
        metadata.set("n<a>me", Meta::Int(-5));
        metadata.set("number", Meta::Double(0.1));
        metadata.set("blob", Meta::Blob(vec![1, 2, 3, 255].into()));
        metadata.set("ints", Meta::Ints([1, 2, 3].into()));
        metadata.set("doubles", Meta::Doubles([1.0, 2.5, 1e300].into()));
        let text = write(&metadata);
        assert!(
            text.contains("<field type=\"gdouble\" name=\"number\">0.10000000000000001</field>")
        );
        assert!(text.contains("<field type=\"VipsArrayInt\" name=\"ints\">1 2 3 </field>"));
        let back = parse(&text).unwrap();
        assert_eq!(format!("{back:?}"), format!("{metadata:?}"));
    }

    #[test]
    fn control_characters_become_pictures() {
        assert_eq!(escape("a\x01b"), "a&#x2401;b");
    }

    #[test]
    fn broken_text_gives_nothing() {
        let good = write(&Metadata::default());
        assert!(parse(&good).is_some());
        for bad in ["", "<root", "<root xmlns=\"http://other/\"></root>"] {
            assert!(parse(bad).is_none(), "{bad}");
        }
        let field =
            |inner: &str| {
                parse(&good.replace(
                    "  <meta>\n",
                    &format!("<meta><field type=\"gint\" name=\"x\">{inner}"),
                ))
            };
        assert!(field("1").is_none() && field("&nonsense;</field>").is_none());
        assert_eq!(field("1</field>").unwrap().int("x"), Some(1));
        assert_eq!(field("one</field>").unwrap().int("x"), None);
    }
}
