//! Metadata items back into entries (`reference/formats/common.md` §7.2, steps 2 and 3).

use super::block::{Block, DIRECTORIES, Entry, Kind, Number, Order};
use super::tags::{self, Class, Tag, Text};
use super::text;
use super::{ORIENTATION, item_name, thousandths};
use windlass_core::{Header, Meta};

/// Entries of more numbers than this are not written from items.
const MAX_NUMBERS: usize = 9;

/// Takes out the entries whose items were removed, and those whose text was changed.
///
/// What has no name stays, but not where everything with a name has gone.
pub(super) fn forget(block: &mut Block<'_>, header: &Header) {
    let order = block.order;
    for (number, entries) in block.directories.iter_mut().enumerate() {
        let mut kept = entries.is_empty();
        entries.retain(|entry| {
            let Some(tag) = tags::find(number, entry.tag) else { return true };
            let keep = entry.tag != ORIENTATION && is_current(entry, tag, number, order, header);
            kept |= keep;
            keep
        });
        if !kept {
            entries.clear();
        }
    }
}

/// Whether the item of an entry is there and, where the entry is text, still says the same.
fn is_current(entry: &Entry<'_>, tag: &Tag, number: usize, order: Order, header: &Header) -> bool {
    match header.metadata.string(&item_name(number, tag.name)) {
        Some(item) => {
            tag.class == Class::Plain || text::value(item) == text::value_of(entry, tag, order)
        }
        None => false,
    }
}

/// Writes every item `exif-ifd<N>-<Name>` whose name is known.
pub(super) fn apply(block: &mut Block<'_>, header: &Header) {
    for (name, item) in header.metadata.iter() {
        let Meta::String(item) = item else { continue };
        if let Some((directory, tag)) = target(name) {
            apply_value(block, directory, tag, text::value(item));
        }
    }
}

/// The directory and the tag that an item is of.
fn target(name: &str) -> Option<(usize, &'static Tag)> {
    let (number, name) = name.strip_prefix("exif-ifd")?.split_once('-')?;
    let directory = number.parse().ok().filter(|&number: &usize| number < DIRECTORIES)?;
    Some((directory, tags::find_name(directory, name)?))
}

fn apply_value(block: &mut Block<'_>, directory: usize, tag: &Tag, value: &str) {
    let order = block.order;
    let old = block.get(directory, tag.number);
    let data = match (tag.class, old) {
        (Class::Plain, _) => {
            let fresh = fresh(tag, order);
            return match plain(old.unwrap_or(&fresh), tag, value, order) {
                Some(entry) => block.set(directory, entry),
                None if old.is_none() => block.set(directory, fresh),
                None => {}
            };
        }
        // the text is the same, or the entry would have gone
        (_, Some(_)) => return,
        (Class::Ascii, None) => [ascii(value).as_bytes(), &[0]].concat(),
        (Class::Comment, None) => [b"ASCII\0\0\0", ascii(value).as_bytes()].concat(),
        (Class::Utf16, None) => {
            value.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
        }
    };
    let kind = match tag.class {
        Class::Comment => Kind::Undefined,
        Class::Utf16 => Kind::Byte,
        Class::Plain | Class::Ascii => Kind::Ascii,
    };
    block.set(directory, Entry::new(tag.number, kind, data));
}

/// A new entry of a tag.
fn fresh(tag: &Tag, order: Order) -> Entry<'static> {
    match tag.kind {
        Kind::Byte | Kind::Undefined => Entry::new(tag.number, tag.kind, tag.initial),
        kind => Entry::of_numbers(tag.number, kind, &vec![Number::Whole(0); tag.count], order),
    }
}

/// An entry with the numbers of a value; none if it can't take them.
fn plain(entry: &Entry<'_>, tag: &Tag, value: &str, order: Order) -> Option<Entry<'static>> {
    let fraction = match entry.kind {
        Kind::Byte | Kind::Undefined if value == text::value_of(entry, tag, order) => return None,
        Kind::Byte | Kind::Undefined => {
            return Some(Entry::new(tag.number, entry.kind, bytes(entry, tag, value)?));
        }
        Kind::Rational | Kind::SRational => true,
        Kind::Short | Kind::Long | Kind::SShort | Kind::SLong => false,
        Kind::Ascii | Kind::SByte | Kind::Float | Kind::Double => return None,
    };
    if entry.count() > MAX_NUMBERS {
        return None;
    }
    let mut words = value.split_ascii_whitespace();
    let numbers: Vec<Number> =
        (0..entry.count()).map(|_| number(words.next().unwrap_or_default(), fraction)).collect();
    Some(Entry::of_numbers(tag.number, entry.kind, &numbers, order))
}

/// `n/d`, or a real: cut after three digits for a fraction, after the point otherwise.
fn number(word: &str, fraction: bool) -> Number {
    if let Some((n, d)) = word.split_once('/')
        && let (Ok(n), Ok(d), true) = (n.parse(), d.parse(), fraction)
    {
        return Number::Fraction(n, d);
    }
    let end = word.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
    let real = word.get(..end.unwrap_or(word.len())).and_then(|word| word.parse().ok());
    let real: f64 = real.unwrap_or(0.0);
    if fraction { thousandths(real) } else { Number::Whole(real as i64) }
}

/// The bytes of a value: a name of one, the digits of a version, or numbers.
fn bytes(entry: &Entry<'_>, tag: &Tag, value: &str) -> Option<Vec<u8>> {
    if let Text::Enumerated(_, names) = tag.text
        && let Some((number, _)) = names.iter().find(|(_, name)| *name == value)
    {
        return u8::try_from(*number).ok().map(|byte| vec![byte]);
    }
    let is_version = matches!(tag.text, Text::ExifVersion | Text::FlashpixVersion);
    let digits = value.len() == 4 && value.bytes().all(|byte| byte.is_ascii_digit());
    if is_version && digits {
        return Some(value.into());
    }
    let words = value.split([' ', ',', '.']).filter(|word| !word.is_empty());
    let bytes: Option<Vec<u8>> = words.map(byte).collect();
    bytes.filter(|bytes| bytes.len() == entry.count())
}

fn byte(word: &str) -> Option<u8> {
    match word.strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    }
}

/// Text in ASCII, as the standard asks for: letters lose their accents. Text of other letters stays
/// as it is, in UTF-8, as it is read back.
fn ascii(text: &str) -> String {
    let text: String = text.chars().take_while(|&c| c != '\0').collect();
    let plain: Option<Vec<&str>> = text
        .char_indices()
        .map(|(at, c)| {
            let end = at + c.len_utf8();
            if c.is_ascii() { text.get(at..end) } else { without_accent(c) }
        })
        .collect();
    plain.map_or(text.clone(), |plain| plain.concat())
}

/// Letters of Latin-1 and Latin Extended-A, quotes and dashes without what ASCII lacks.
fn without_accent(c: char) -> Option<&'static str> {
    Some(match c {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'Æ' => "AE",
        'æ' => "ae",
        'Ç' | 'Ć' | 'Ĉ' | 'Ċ' | 'Č' => "C",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'Ð' | 'Ď' | 'Đ' => "D",
        'ð' | 'ď' | 'đ' => "d",
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => "E",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' => "G",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'Ì'..='Ï' | 'Ĩ' | 'Ī' | 'Ĭ' | 'Į' | 'İ' => "I",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ŀ' | 'Ł' => "L",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'Ñ' | 'Ń' | 'Ņ' | 'Ň' => "N",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ŏ' | 'Ő' => "O",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'Œ' => "OE",
        'œ' => "oe",
        'Ŕ' | 'Ŗ' | 'Ř' => "R",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'Ś' | 'Ŝ' | 'Ş' | 'Š' => "S",
        'ś' | 'ŝ' | 'ş' | 'š' => "s",
        'ß' => "ss",
        'Ţ' | 'Ť' | 'Ŧ' => "T",
        'ţ' | 'ť' | 'ŧ' => "t",
        'Ù'..='Ü' | 'Ũ' | 'Ū' | 'Ŭ' | 'Ů' | 'Ű' | 'Ų' => "U",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'Ý' | 'Ŷ' | 'Ÿ' => "Y",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        '©' => "(C)",
        '®' => "(R)",
        '‘' | '’' => "'",
        '“' | '”' => "\"",
        '–' | '—' => "-",
        '…' => "...",
        _ => return None,
    })
}
