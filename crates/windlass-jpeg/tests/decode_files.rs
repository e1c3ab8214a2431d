//! Files made of known coefficients, decoded.

mod decode_support;

use std::io::{self, BufReader};
use std::ops::Range;

use decode_support::{Picture, pixels};
use windlass_jpeg::decode::{
    Colour, Decoder, FailOn, Options, Raw, RowsMut, Scale, Tables, Transform,
};
use windlass_jpeg::{Error, ErrorKind, Result};

const SAMPLINGS: [&[(usize, usize)]; 9] = [
    &[(1, 1)],
    &[(1, 1), (1, 1), (1, 1)],
    &[(2, 1), (1, 1), (1, 1)],
    &[(2, 2), (1, 1), (1, 1)],
    &[(1, 2), (1, 1), (1, 1)],
    &[(4, 1), (1, 1), (1, 1)],
    &[(3, 2), (2, 1), (1, 1)],
    &[(1, 1), (2, 2)],
    &[(2, 2), (1, 1), (1, 2), (2, 1)],
];

const SCALES: [Scale; 4] = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth];

fn at(scale: Scale) -> Options {
    let mut options = Options::default();
    options.scale = scale;
    options
}

fn strict(fail_on: FailOn) -> Options {
    let mut options = Options::default();
    options.fail_on = fail_on;
    options
}

/// The inverse DCT by its definition.
#[expect(clippy::disallowed_methods, reason = "the last bit does not matter here")]
fn definition(coefficients: &[i32; 64], quantisation: &[u8; 64]) -> [f64; 64] {
    let factor = |k: usize| if k == 0 { 0.5f64.sqrt() } else { 1.0 };
    let wave = |x: usize, k: usize| {
        ((2 * x + 1) as f64 * k as f64 * std::f64::consts::PI / 16.0).cos() * factor(k) / 2.0
    };
    std::array::from_fn(|i| {
        let (x, y) = (i % 8, i / 8);
        let terms = (0..64).map(|k| {
            f64::from(coefficients[k] * i32::from(quantisation[k]))
                * wave(x, k % 8)
                * wave(y, k / 8)
        });
        (terms.sum::<f64>() + 128.0).clamp(0.0, 255.0)
    })
}

#[test]
fn grey_is_what_the_definition_says() {
    let picture = Picture::random(61, 43, &[(1, 1)], 5);
    let component = &picture.components[0];
    let out = pixels(&picture.sequential(), Options::default(), 2).unwrap();
    for (i, &sample) in out.iter().enumerate() {
        let (x, y) = (i % 61, i / 61);
        let block = &component.blocks[y / 8 * component.stride + x / 8];
        let exact = definition(block, &picture.quantisation)[y % 8 * 8 + x % 8];
        assert!((f64::from(sample) - exact).abs() < 1.01, "{x} {y}: {sample} {exact}");
    }
}

#[test]
fn an_eighth_is_the_mean_of_blocks() {
    let picture = Picture::random(61, 43, &[(1, 1)], 6);
    let out = pixels(&picture.sequential(), at(Scale::Eighth), 1).unwrap();
    let expected = picture.components[0].blocks.iter().map(|block| {
        let scaled = block[0] * i32::from(picture.quantisation[0]);
        ((scaled + 4) >> 3).clamp(-128, 127) + 128
    });
    assert!(out.iter().map(|&sample| i32::from(sample)).eq(expected));
}

#[test]
fn the_step_does_not_matter() {
    for sampling in SAMPLINGS {
        let file = Picture::random(83, 117, sampling, 7).sequential();
        for scale in SCALES {
            let whole = pixels(&file, at(scale), 1000).unwrap();
            assert_eq!(pixels(&file, at(scale), 1).unwrap(), whole);
            assert_eq!(pixels(&file, at(scale), 3).unwrap(), whole);
            let rows = 117usize.div_ceil(scale.divisor() as usize);
            let columns = 83usize.div_ceil(scale.divisor() as usize);
            assert_eq!(whole.len(), rows * columns * sampling.len());
        }
    }
}

#[test]
fn the_order_of_finishing_does_not_matter() {
    let file = Picture::random(83, 117, SAMPLINGS[3], 8).sequential();
    let mut decoder = Decoder::new(file.as_slice(), Options::default()).unwrap();
    let mut raws = Vec::new();
    loop {
        let mut raw = Raw::new();
        decoder.read(1, &mut raw).unwrap();
        if raw.rows() == 0 {
            break;
        }
        raws.push(raw);
    }
    let mut out = vec![0; 83 * 117 * 3];
    for mut raw in raws.into_iter().rev() {
        let start = raw.first_row() * 83 * 3;
        raw.finish(RowsMut::new(&mut out[start..], 83 * 3)).unwrap();
    }
    assert_eq!(out, pixels(&file, Options::default(), 4).unwrap());
}

#[test]
fn rows_may_be_passed_over() {
    let file = Picture::random(83, 117, SAMPLINGS[3], 8).sequential();
    let mut decoder = Decoder::new(file.as_slice(), Options::default()).unwrap();
    decoder.skip(3).unwrap();
    let rest = decoder.read_to_end().unwrap();
    let whole = pixels(&file, Options::default(), 4).unwrap();
    assert_eq!(rest, whole[3 * 16 * 83 * 3..]);
}

#[test]
fn the_scans_do_not_matter() {
    for sampling in SAMPLINGS {
        let picture = Picture::random(75, 61, sampling, 9);
        for scale in SCALES {
            let whole = pixels(&picture.sequential(), at(scale), 2).unwrap();
            assert!(pixels(&picture.separate(), at(scale), 2).unwrap() == whole, "separate");
            assert!(pixels(&picture.progressive(), at(scale), 2).unwrap() == whole, "progressive");
        }
    }
}

#[test]
fn restarts_and_small_reads_do_not_matter() {
    let mut picture = Picture::random(75, 61, SAMPLINGS[3], 10);
    let whole = pixels(&picture.sequential(), Options::default(), 2).unwrap();
    for restart in [1, 2, 7] {
        picture.restart = restart;
        for file in [picture.sequential(), picture.progressive(), picture.separate()] {
            let input = BufReader::with_capacity(1, file.as_slice());
            let mut decoder = Decoder::new(input, strict(FailOn::Warning)).unwrap();
            assert!(decoder.read_to_end().unwrap() == whole);
        }
    }
}

#[test]
fn a_damaged_restart_interval_stays_alone() {
    let mut picture = Picture::random(160, 80, &[(1, 1)], 11);
    picture.restart = 20;
    let whole = pixels(&picture.sequential(), Options::default(), 2).unwrap();
    let mut file = picture.sequential();
    let marker = file.windows(2).position(|pair| pair == [0xFF, 0xD2]).unwrap();
    file[marker - 20..marker - 4].fill(0x55);
    let mut decoder = Decoder::new(file.as_slice(), Options::default()).unwrap();
    let out = decoder.read_to_end().unwrap();
    let row = 8 * 160;
    assert!(out[..2 * row] == whole[..2 * row] && out[3 * row..] == whole[3 * row..]);
    assert!(out[2 * row..3 * row] != whole[2 * row..3 * row]);
}

#[test]
fn a_missing_restart_marker_costs_one_interval() {
    let mut picture = Picture::random(160, 80, &[(1, 1)], 12);
    picture.restart = 20;
    let whole = pixels(&picture.sequential(), Options::default(), 2).unwrap();
    let mut file = picture.sequential();
    let [from, to] = [[0xFF, 0xD2], [0xFF, 0xD3]]
        .map(|marker| file.windows(2).position(|pair| pair == marker).unwrap());
    file.drain(from..to);
    let mut decoder = Decoder::new(file.as_slice(), Options::default()).unwrap();
    let out = decoder.read_to_end().unwrap();
    let row = 8 * 160;
    assert!(out[..3 * row] == whole[..3 * row] && out[4 * row..] == whole[4 * row..]);
    assert!(!decoder.warnings().is_empty());
}

#[test]
fn what_is_missing_is_grey() {
    let picture = Picture::random(160, 80, &[(1, 1)], 13);
    let whole = pixels(&picture.sequential(), Options::default(), 2).unwrap();
    let mut file = picture.sequential();
    file.truncate(file.len() * 2 / 3);
    let mut decoder = Decoder::new(file.as_slice(), Options::default()).unwrap();
    let out = decoder.read_to_end().unwrap();
    assert_eq!(out[..20 * 160], whole[..20 * 160]);
    assert!(out[72 * 160..].iter().all(|&sample| sample == 128));
    let warnings: Vec<_> = decoder.warnings().iter().map(|w| w.message.as_str()).collect();
    assert_eq!(
        warnings,
        ["premature end of JPEG image", "Corrupt JPEG data: premature end of data segment"]
    );
    for fail_on in [FailOn::Truncated, FailOn::Error, FailOn::Warning] {
        let error = pixels(&file, strict(fail_on), 2).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
        assert_eq!(error.offset(), Some(file.len() as u64));
    }
}

#[test]
fn every_beginning_of_a_file_is_an_error_or_a_picture() {
    let mut picture = Picture::random(40, 40, SAMPLINGS[3], 14);
    picture.restart = 2;
    for file in [picture.sequential(), picture.progressive()] {
        for length in 0..file.len() {
            if let Ok(out) = pixels(&file[..length], Options::default(), 1) {
                assert_eq!(out.len(), 40 * 40 * 3);
            }
        }
    }
}

#[test]
fn the_height_may_come_late() {
    let picture = Picture::random(75, 61, SAMPLINGS[3], 15);
    let whole = pixels(&picture.sequential(), Options::default(), 2).unwrap();
    let file = picture.with_late_height();
    let decoder = Decoder::new(file.as_slice(), Options::default()).unwrap();
    assert_eq!(decoder.header().file_height, 61);
    assert!(pixels(&file, Options::default(), 2).unwrap() == whole);
}

#[test]
fn first_coefficients_alone_are_smoothed() {
    let mut picture = Picture::random(80, 80, &[(1, 1)], 23);
    for (i, block) in picture.components[0].blocks.iter_mut().enumerate() {
        *block = [0; 64];
        block[0] = 40 * (i as i32 % 10) - 180;
    }
    let mut file = picture.progressive();
    let second = file.windows(5).rposition(|w| w == [0xFF, 0xDA, 0, 8, 1]).unwrap();
    let out = pixels(&file, Options::default(), 1).unwrap();
    assert!(out[40 * 80..40 * 80 + 80].chunks(8).all(|block| block.iter().all(|&s| s == block[0])));

    // Without the scans after the first one, steps become a ramp.
    let first = file.windows(5).position(|w| w == [0xFF, 0xDA, 0, 8, 1]).unwrap();
    let next = first + 10 + file[first + 10..].windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    assert!(next <= second);
    file.truncate(next);
    file.extend([0xFF, 0xD9]);
    let out = pixels(&file, Options::default(), 1).unwrap();
    let row = &out[40 * 80 + 24..40 * 80 + 56];
    assert!(row.windows(2).all(|pair| pair[0] <= pair[1] && pair[1] - pair[0] < 6), "{row:?}");
}

#[test]
fn limits_hold() {
    let picture = Picture::random(75, 61, SAMPLINGS[3], 16);
    let mut options = Options::default();
    options.max_pixels = 75 * 60;
    let error = Decoder::new(picture.sequential().as_slice(), options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);

    let mut options = Options::default();
    options.max_scans = 7;
    let error = pixels(&picture.progressive(), options, 1).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Limit, "too many scans"));

    let mut options = Options::default();
    options.max_coefficient_bytes = 5 * 4 * 6 * 128;
    let error = pixels(&picture.progressive(), options, 1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
}

#[test]
fn the_callers_error_comes_back() {
    let picture = Picture::random(75, 61, SAMPLINGS[3], 17);
    for file in [picture.sequential(), picture.progressive()] {
        let mut options = Options::default();
        let mut left = 3;
        options.tick = Some(Box::new(move || {
            left -= 1;
            if left == 0 { Err(Error::from(io::Error::other("enough"))) } else { Ok(()) }
        }));
        let error = pixels(&file, options, 1).unwrap_err();
        assert_eq!(error.into_io().unwrap().to_string(), "enough");
    }
}

#[test]
fn other_kinds_are_named() {
    for (place, value, kind, part) in [
        (1, 0xC3, ErrorKind::Unsupported, "lossless"),
        (1, 0xC5, ErrorKind::Unsupported, "SOF type 0xc5"),
        (4, 12, ErrorKind::Unsupported, "precision 12"),
        (4, 11, ErrorKind::Unsupported, "precision 11"),
    ] {
        let mut file = Picture::random(8, 8, &[(1, 1)], 18).sequential();
        let frame = file.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
        file[frame + place] = value;
        let error = pixels(&file, Options::default(), 1).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.message().contains(part), "{error}");
    }
}

/// An application segment.
fn segment(marker: u8, parts: &[&[u8]]) -> Vec<u8> {
    let data = parts.concat();
    let length = (data.len() as u16 + 2).to_be_bytes();
    [&[0xFF, marker], length.as_slice(), &data].concat()
}

#[test]
fn metadata_is_found() {
    let mut picture = Picture::random(8, 8, &[(1, 1)], 19);
    picture.extra = [
        segment(0xE0, &[b"JFIF\0\x01\x02\x01\x01\x2C\x00\x96\0\0"]),
        segment(0xE1, &[b"Exif\0\0MM"]),
        segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0<x/>"]),
        segment(0xE2, &[b"ICC_PROFILE\0\x02\x02", b"cd"]),
        segment(0xE2, &[b"ICC_PROFILE\0\x01\x02", b"ab"]),
        segment(0xED, &[b"Photoshop 3.0\0x"]),
        segment(0xFE, &[b"a comment"]),
        segment(
            0xE1,
            &[
                b"http://ns.adobe.com/xmp/extension/\0",
                &[b'0'; 32],
                &[0, 0, 0, 4, 0, 0, 0, 2],
                b"34",
            ],
        ),
        segment(
            0xE1,
            &[
                b"http://ns.adobe.com/xmp/extension/\0",
                &[b'0'; 32],
                &[0, 0, 0, 4, 0, 0, 0, 0],
                b"12",
            ],
        ),
    ]
    .concat();
    let file = picture.sequential();
    let decoder = Decoder::new(file.as_slice(), Options::default()).unwrap();
    let header = decoder.header();
    assert_eq!(header.exif(), Some(b"Exif\0\0MM".as_slice()));
    assert_eq!(header.xmp(), Some(b"<x/>".as_slice()));
    assert_eq!(header.extended_xmp(), b"1234");
    assert_eq!(header.icc(), b"abcd");
    assert_eq!(header.iptc(), Some(b"Photoshop 3.0\0x".as_slice()));
    assert!(header.comments().eq([b"a comment".as_slice()]));
    let density = header.density.unwrap();
    assert_eq!((density.x, density.y), (300, 150));
}

#[test]
fn colours_follow_the_markers() {
    let adobe = |transform: u8| segment(0xEE, &[b"Adobe\0\x64\0\0\0\0", &[transform]]);
    let jfif = segment(0xE0, &[b"JFIF\0\x01\x02\x01\0\x01\0\x01\0\0"]);
    for (count, extra, names, colour, transform) in [
        (1, vec![], b"\x01   ", Colour::Grey, Transform::None),
        (2, vec![], b"\x01\x02  ", Colour::Unknown, Transform::None),
        (3, vec![], b"\x01\x02\x03 ", Colour::Rgb, Transform::YccToRgb),
        (3, vec![], b"RGB ", Colour::Rgb, Transform::None),
        (3, jfif, b"RGB ", Colour::Rgb, Transform::YccToRgb),
        (3, adobe(0), b"\x01\x02\x03 ", Colour::Rgb, Transform::None),
        (3, adobe(1), b"RGB ", Colour::Rgb, Transform::YccToRgb),
        (4, vec![], b"\x01\x02\x03\x04", Colour::Cmyk, Transform::None),
        (4, adobe(0), b"\x01\x02\x03\x04", Colour::Cmyk, Transform::None),
        (4, adobe(2), b"\x01\x02\x03\x04", Colour::Cmyk, Transform::YcckToCmyk),
    ] {
        let mut picture = Picture::random(8, 8, &vec![(1, 1); count], 20);
        picture.extra = extra;
        for (component, &id) in picture.components.iter_mut().zip(names) {
            component.id = id;
        }
        let file = picture.sequential();
        let decoder = Decoder::new(file.as_slice(), Options::default()).unwrap();
        let header = decoder.header();
        assert_eq!((header.colour, header.transform), (colour, transform));
    }
}

#[test]
fn cmyk_may_be_turned_round() {
    let picture = Picture::random(24, 24, &[(1, 1); 4], 21);
    let plain = pixels(&picture.sequential(), Options::default(), 1).unwrap();
    let mut options = Options::default();
    options.invert_cmyk = true;
    let turned = pixels(&picture.sequential(), options, 1).unwrap();
    assert!(plain.iter().map(|sample| 255 - sample).eq(turned));
}

#[test]
fn too_little_room_is_an_error() {
    let file = Picture::random(24, 24, &[(1, 1)], 22).sequential();
    let mut decoder = Decoder::new(file.as_slice(), Options::default()).unwrap();
    let mut raw = Raw::new();
    decoder.read(3, &mut raw).unwrap();
    let mut out = [0; 24 * 24 - 1];
    let error = raw.finish(RowsMut::new(&mut out, 24)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
}

/// Compares `columns` decoded alone with those of the whole picture.
fn same_columns(file: &[u8], scale: Scale, columns: &Range<usize>) -> Result<()> {
    let whole = pixels(file, at(scale), 2)?;
    let mut decoder = Decoder::new(file, at(scale))?;
    let (width, bands) = (decoder.header().width as usize, decoder.header().bands());
    let stride = columns.len() * bands;
    let (mut raw, mut y) = (Raw::new(), 0);
    loop {
        decoder.read(2, &mut raw)?;
        if raw.rows() == 0 {
            return Ok(());
        }
        let mut part = vec![0; raw.rows() * stride];
        raw.finish_columns(columns.clone(), RowsMut::new(&mut part, stride))?;
        for row in 0..if stride > 0 { raw.rows() } else { 0 } {
            let expected = &whole[(y + row) * width * bands..][..width * bands];
            let expected = &expected[columns.start * bands..columns.end * bands];
            assert_eq!(&part[row * stride..][..stride], expected, "{scale:?} {columns:?}");
        }
        y += raw.rows();
    }
}

#[test]
fn columns_are_those_of_the_whole() {
    for (seed, sampling) in (0..).zip(SAMPLINGS) {
        let file = Picture::random(101, 45, sampling, seed).sequential();
        for scale in SCALES {
            let mut decoder = Decoder::new(file.as_slice(), at(scale)).unwrap();
            let width = decoder.header().width as usize;
            for columns in [0..width, 0..1, width - 1..width, width / 3..width / 2, 5..5] {
                same_columns(&file, scale, &columns).unwrap();
            }
            let mut raw = Raw::new();
            assert!(raw.finish_columns(0..width + 1, RowsMut::new(&mut [], 0)).is_ok());
            decoder.read(1, &mut raw).unwrap();
            assert!(raw.finish_columns(0..width + 1, RowsMut::new(&mut [], 0)).is_err());
        }
    }
}

#[test]
fn wide_pictures_are_made_piece_by_piece() {
    let samplings: [&[(usize, usize)]; 3] =
        [&[(2, 2), (1, 1), (1, 1)], &[(3, 1), (1, 1), (1, 1)], &[(1, 1)]];
    for (seed, sampling) in (30..).zip(samplings) {
        let file = Picture::random(8805, 19, sampling, seed).sequential();
        for columns in [0..300, 4000..4095, 4095..4101, 4101..4300, 8100..8805, 3000..8500] {
            same_columns(&file, Scale::Full, &columns).unwrap();
        }
    }
}

/// The tables of a file as a stream of their own, and the file without them.
fn apart(file: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut tables, mut rest) = (vec![0xFF, 0xD8], vec![0xFF, 0xD8]);
    let mut at = 2;
    while file[at + 1] != 0xDA {
        let end = at + 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        let part = if matches!(file[at + 1], 0xC4 | 0xDB) { &mut tables } else { &mut rest };
        part.extend_from_slice(&file[at..end]);
        at = end;
    }
    rest.extend_from_slice(&file[at..]);
    tables.extend([0xFF, 0xD9]);
    (tables, rest)
}

/// What is decoded, and the warnings; or the message of the error.
fn outcome(decoder: Result<Decoder<&[u8]>>) -> std::result::Result<(Vec<u8>, Vec<String>), String> {
    let read = |mut decoder: Decoder<&[u8]>| {
        let pixels = decoder.read_to_end()?;
        let warnings = decoder.warnings().iter().map(|warning| warning.message.clone());
        Ok((pixels, warnings.collect()))
    };
    decoder.and_then(read).map_err(|error: Error| error.message().to_owned())
}

#[test]
fn tables_apart_do_what_those_within_do() {
    let files = SAMPLINGS.map(|sampling| Picture::random(61, 43, sampling, 5));
    for picture in &files {
        for file in [picture.sequential(), picture.progressive()] {
            let (tables, rest) = apart(&file);
            let tables = Tables::new(&tables).unwrap();
            for length in [rest.len(), rest.len() / 2] {
                let whole = &file[..file.len() - (rest.len() - length)];
                let shared = || Decoder::with_tables(&rest[..length], &tables, Options::default());
                let wanted = outcome(Decoder::new(whole, Options::default()));
                assert!(wanted.is_ok());
                assert_eq!(outcome(shared()), wanted);
                assert_eq!(outcome(shared()), wanted, "the second time");
            }
            let wanted = outcome(Decoder::new(&file, Options::default()));
            assert_ne!(outcome(Decoder::new(&rest, Options::default())), wanted);
        }
    }
}

#[test]
fn own_tables_come_before_those_apart() {
    let [one, other] = [5, 6].map(|seed| Picture::random(61, 43, SAMPLINGS[3], seed).sequential());
    let (tables, _) = apart(&other);
    let tables = Tables::new(&tables).unwrap();
    let shared = Decoder::with_tables(&one[..], &tables, Options::default());
    assert_eq!(outcome(shared), outcome(Decoder::new(&one, Options::default())));
}

#[test]
fn tables_apart_are_whole_and_alone() {
    let file = Picture::random(61, 43, SAMPLINGS[3], 5).sequential();
    let (tables, _) = apart(&file);
    assert!(Tables::new(&tables).is_ok());
    assert!(Tables::new(&[0xFF, 0xD8, 0xFF, 0xD9]).is_ok());
    for length in 0..tables.len() {
        assert!(Tables::new(&tables[..length]).is_err(), "{length}");
    }
    let end = tables.len() - 2;
    let with = |more: &[u8]| [&tables[..end], more, &tables[end..]].concat();
    assert!(Tables::new(&with(&[])).is_ok());
    assert!(Tables::new(&with(&[0xFF, 0xE1, 0, 3, 9])).is_err(), "a segment of an application");
    assert!(Tables::new(&with(&[7])).is_err(), "a byte between markers");
    assert!(Tables::new(&with(&[0xFF, 0xD9])).is_err(), "bytes behind the end");
    assert!(Tables::new(&file).is_err(), "a picture");
}
