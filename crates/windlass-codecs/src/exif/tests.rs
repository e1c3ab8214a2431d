//! Blocks made by hand, there and back.

use super::*;
use windlass_core::BandFormat;

/// An entry: tag, type, count, and its four bytes or the values that they point to.
type Record<'a> = (u16, u16, u32, &'a [u8]);

/// A little-endian block of one directory, without a second.
fn block(records: &[Record<'_>]) -> Vec<u8> {
    let mut values: Vec<u8> = Vec::new();
    let mut bytes = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    bytes.extend((records.len() as u16).to_le_bytes());
    let start = 8 + 2 + records.len() * 12 + 4;
    for (tag, kind, count, data) in records {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        let mut field = [0; 4];
        if data.len() <= 4 {
            field[..data.len()].copy_from_slice(data);
        } else {
            field = ((start + values.len()) as u32).to_le_bytes();
            values.extend(*data);
        }
        bytes.extend(field);
    }
    bytes.extend([0; 4]);
    bytes.extend(values);
    bytes
}

fn header() -> Header {
    let mut header = Header::new(16, 8, 3, BandFormat::U8);
    (header.xres, header.yres) = (72.0 / INCH, 72.0 / INCH);
    header
}

/// The header that an image with this block has after it was loaded.
fn loaded(block: &[u8]) -> Header {
    let mut header = header();
    header.metadata.set("exif-data", Meta::Blob(block.to_vec().into()));
    decode(block, &mut header).unwrap();
    header
}

/// The header after saving and loading.
fn again(header: &Header) -> Header {
    let block = encode(header).unwrap();
    loaded(&block)
}

fn item<'a>(header: &'a Header, name: &str) -> &'a str {
    header.metadata.string(name).unwrap_or("nothing")
}

fn set(header: &mut Header, name: &str, value: &str) {
    header.metadata.set(name, Meta::String(value.into()));
}

fn rational(n: u32, d: u32) -> Vec<u8> {
    [n.to_le_bytes(), d.to_le_bytes()].concat()
}

#[test]
fn items_are_as_in_the_reference() {
    let (x, y) = (rational(300, 1), rational(1500, 10));
    let block = block(&[
        (0x010F, 2, 6, b"Canon\0"),
        (0x0112, 3, 1, &[6, 0]),
        (0x011A, 5, 1, &x),
        (0x011B, 5, 1, &y),
        (0x0102, 3, 3, &[8, 0, 8, 0, 8, 0]),
        (0x0100, 7, 12, b"0123456789ab"),
    ]);
    let header = loaded(&block);
    assert_eq!((header.xres, header.yres), (300.0 / 25.4, 150.0 / 25.4));
    assert_eq!(header.metadata.int("orientation"), Some(6));
    let items = [
        ("resolution-unit", "in"),
        ("exif-ifd0-Make", "Canon (Canon, ASCII, 6 components, 6 bytes)"),
        ("exif-ifd0-Orientation", "6 (Right-top, Short, 1 components, 2 bytes)"),
        ("exif-ifd0-XResolution", "300/1 (300, Rational, 1 components, 8 bytes)"),
        ("exif-ifd0-YResolution", "1500/10 (150.0, Rational, 1 components, 8 bytes)"),
        ("exif-ifd0-BitsPerSample", "8 8 8 (8, 8, 8, Short, 3 components, 6 bytes)"),
        (
            "exif-ifd0-ImageWidth",
            "12 bytes undefined data (12 bytes undefined data, Undefined, 12 components, 12 bytes)",
        ),
        ("exif-ifd2-ColorSpace", "65535 (Uncalibrated, Short, 1 components, 2 bytes)"),
    ];
    for (name, expected) in items {
        assert_eq!(item(&header, name), expected);
    }
}

#[test]
fn sizes_have_limits() {
    let error = |block: &[u8]| decode(block, &mut header()).unwrap_err().message().to_owned();
    assert_eq!(error(b"Exi"), "exif: exif too small");
    assert_eq!(error(&vec![0; (8 << 20) + 1]), "exif: exif too large");
    let mut header = header();
    decode(b"Exif\0\0garbage", &mut header).unwrap();
    assert_eq!(header.metadata.iter().count(), 6);
}

#[test]
fn resolution_of_the_format_stays_where_the_block_has_none() {
    let mut header = header();
    (header.xres, header.yres) = (300.0 / INCH, 300.0 / INCH);
    decode(&block(&[]), &mut header).unwrap();
    assert_eq!(header.xres, 300.0 / INCH);
    let shown = "300000/1000 (300.000, Rational, 1 components, 8 bytes)";
    assert_eq!(item(&header, "exif-ifd0-XResolution"), shown);
}

#[test]
fn a_new_block_is_that_of_the_reference() {
    let mut header = Header::new(16, 8, 3, BandFormat::U8);
    (header.xres, header.yres) = (10.0, 20.0);
    let bytes = encode(&header).unwrap();
    assert_eq!(bytes.len(), 186);
    let header = loaded(&bytes);
    assert_eq!((header.xres, header.yres), (10.0, 20.0));
    let starts = [
        ("exif-ifd0-Orientation", "1 "),
        ("exif-ifd0-XResolution", "254000/1000 "),
        ("exif-ifd0-YResolution", "508000/1000 "),
        ("exif-ifd0-YCbCrPositioning", "1 "),
        ("exif-ifd2-ExifVersion", "Exif Version 2.1 "),
        ("exif-ifd2-ComponentsConfiguration", "Y Cb Cr - "),
        ("exif-ifd2-FlashpixVersion", "FlashPix Version 1.0 "),
        ("exif-ifd2-PixelXDimension", "16 "),
        ("exif-ifd2-PixelYDimension", "8 "),
    ];
    for (name, start) in starts {
        assert!(item(&header, name).starts_with(start), "{name}: {}", item(&header, name));
    }
}

#[test]
fn items_that_are_set_are_written() {
    let cases = [
        ("exif-ifd0-ImageDescription", "Foo (bar)", "Foo (bar) "),
        ("exif-ifd0-Artist", "Zoë", "Zoe "),
        ("exif-ifd0-Software", "絵", "絵 "),
        ("exif-ifd0-XPTitle", "Zoë", "Zoë "),
        ("exif-ifd2-UserComment", "hello", "hello "),
        ("exif-ifd2-ExposureTime", "1/60", "1/60 "),
        ("exif-ifd2-FNumber", "2.8", "2800/1000 "),
        ("exif-ifd2-ISOSpeedRatings", "100.7", "100 "),
        ("exif-ifd3-GPSLatitude", "51/1 30/1 1234/100", "51/1 30/1 1234/100 "),
        ("exif-ifd3-GPSAltitudeRef", "1", "Sea level reference "),
        ("exif-ifd4-InteroperabilityIndex", "R98", "R98 "),
    ];
    let mut header = header();
    for (name, value, _) in cases {
        set(&mut header, name, value);
    }
    set(&mut header, "exif-ifd0-NoSuchThing", "1");
    set(&mut header, "exif-ifd9-Make", "1");
    let mut header = again(&header);
    for _ in 0..2 {
        for (name, _, expected) in cases {
            assert!(item(&header, name).starts_with(expected), "{name}: {}", item(&header, name));
        }
        header = again(&header);
    }
}

#[test]
fn items_that_are_removed_or_changed_go() {
    let records: [Record<'_>; 3] =
        [(0x010F, 2, 6, b"Canon\0"), (0x0110, 2, 4, b"EOS\0"), (0x0112, 3, 1, &[6, 0])];
    let mut header = loaded(&block(&records));
    header.metadata.remove("exif-ifd0-Make");
    set(&mut header, "exif-ifd0-Model", "Pentax");
    header.metadata.set("orientation", Meta::Int(1));
    let header = again(&header);
    assert_eq!(item(&header, "exif-ifd0-Make"), "nothing");
    assert!(item(&header, "exif-ifd0-Model").starts_with("Pentax "));
    assert_eq!(header.metadata.int("orientation"), Some(1));
}

#[test]
fn resolution_of_the_header_is_written() {
    let mut header = loaded(&block(&[]));
    (header.xres, header.yres) = (10.0, 20.0);
    set(&mut header, "resolution-unit", "cm");
    let header = again(&header);
    assert_eq!((header.xres, header.yres), (10.0, 20.0));
    assert_eq!(item(&header, "resolution-unit"), "cm");
    assert!(item(&header, "exif-ifd0-YResolution").starts_with("200000/1000 "));
}

#[test]
fn nameless_entries_and_notes_stay_where_they_were() {
    let note = b"notes of a maker, with offsets of their own";
    // the Exif directory, with the note at an offset that a smaller block would not have
    let mut bytes = block(&[(0x7777, 2, 8, b"private\0"), (0x8769, 4, 1, &100_u32.to_le_bytes())]);
    bytes.resize(6 + 100, 0);
    bytes.extend([1, 0]);
    bytes.extend([0x7C, 0x92, 7, 0, note.len() as u8, 0, 0, 0, 0x2C, 0x01, 0, 0]);
    bytes.resize(6 + 300, 0);
    bytes.extend(note);
    let mut header = loaded(&bytes);
    set(&mut header, "exif-ifd0-ImageDescription", &"long ".repeat(80));
    let saved = encode(&header).unwrap();
    assert_eq!(&saved[6 + 300..][..note.len()], note);
    let parsed = Block::parse(&saved);
    assert_eq!(&*parsed.get(0, 0x7777).unwrap().data, b"private\0");
    assert_eq!(&*parsed.get(2, 0x927C).unwrap().data, note);
    let description = format!("{} ", "long ".repeat(80));
    assert!(item(&loaded(&saved), "exif-ifd0-ImageDescription").starts_with(&description));
}

#[test]
fn big_endian_stays() {
    let bytes = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0";
    let header = loaded(bytes);
    assert_eq!(header.metadata.int("orientation"), Some(8));
    let saved = encode(&header).unwrap();
    assert!(saved.starts_with(b"Exif\0\0MM\0*"));
    assert_eq!(loaded(&saved).metadata.int("orientation"), Some(8));
}

#[test]
fn thumbnails_come_and_go() {
    let mut header = header();
    header.metadata.set("jpeg-thumbnail-data", Meta::Blob(b"\xFF\xD8 thumb".to_vec().into()));
    let mut header = again(&header);
    assert_eq!(header.metadata.blob("jpeg-thumbnail-data").unwrap(), &b"\xFF\xD8 thumb"[..]);
    header.metadata.remove("jpeg-thumbnail-data");
    let header = again(&header);
    assert!(header.metadata.blob("jpeg-thumbnail-data").is_none());
    assert_eq!(item(&header, "exif-ifd1-Compression"), "nothing");
}

#[test]
fn directories_that_lead_back_are_read_once() {
    // next directory, Exif directory and GPS directory are all the first
    let own = 8_u32.to_le_bytes();
    let mut bytes = block(&[(0x010F, 2, 2, b"x\0"), (0x8769, 4, 1, &own), (0x8825, 4, 1, &own)]);
    let next = bytes.len() - 4;
    bytes[next..].copy_from_slice(&own);
    let header = loaded(&bytes);
    assert!(item(&header, "exif-ifd0-Make").starts_with("x "));
    assert_eq!(header.metadata.iter().filter(|(name, _)| name.contains("Make")).count(), 1);
}

#[test]
fn shared_values_are_not_multiplied() {
    // a thousand entries of all bytes of a block of 300 kilobytes
    let long = vec![b'x'; 300_000];
    let mut bytes = block(&[(0x010F, 2, 300_000, &long)]);
    let record = bytes[16..28].to_vec();
    for (i, chunk) in bytes[28..].chunks_exact_mut(12).take(1000).enumerate() {
        chunk.copy_from_slice(&record);
        chunk[..2].copy_from_slice(&(i as u16).to_le_bytes());
    }
    bytes[14..16].copy_from_slice(&1001_u16.to_le_bytes());
    let entries: Vec<usize> =
        Block::parse(&bytes).directories.iter().flatten().map(|e| e.data.len()).collect();
    assert!(entries.iter().sum::<usize>() <= bytes.len());
}

#[test]
fn damage_does_no_harm() {
    let mut header = header();
    for (name, value) in [
        ("exif-ifd0-XPTitle", "title"),
        ("exif-ifd0-Copyright", "me"),
        ("exif-ifd1-Make", "x"),
        ("exif-ifd2-UserComment", "comment"),
        ("exif-ifd2-ShutterSpeedValue", "6/1"),
        ("exif-ifd2-SubjectArea", "1 2"),
        ("exif-ifd3-GPSTimeStamp", "1/1 2/1 3/1"),
        ("exif-ifd4-InteroperabilityIndex", "R98"),
    ] {
        set(&mut header, name, value);
    }
    header.metadata.set("jpeg-thumbnail-data", Meta::Blob(b"\xFF\xD8 thumb".to_vec().into()));
    let whole = encode(&header).unwrap();
    for length in 4..whole.len() {
        encode(&loaded(&whole[..length])).unwrap();
    }
    for at in 6..whole.len() {
        for flip in [0x01, 0x08, 0x80, 0xFF] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            let header = loaded(&bytes);
            // what was read once reads the same again
            let saved = encode(&header).unwrap();
            let header = loaded(&saved);
            assert_eq!(encode(&header).unwrap(), saved, "byte {at} flipped by {flip}");
        }
    }
}
