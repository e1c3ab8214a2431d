//! Small files that ask for much.

use windlass_jpeg::decode::{Decoder, Options};
use windlass_jpeg::{Error, ErrorKind};

/// The headers of an arithmetically coded file of `components` components of the same size.
fn head(marker: u8, (width, height): (u16, u16), components: u8) -> Vec<u8> {
    let mut out = vec![0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0];
    out.extend([16; 64]);
    out.extend([0xFF, marker, 0, 8 + 3 * components, 8]);
    out.extend(height.to_be_bytes());
    out.extend(width.to_be_bytes());
    out.push(components);
    out.extend((1..=components).flat_map(|id| [id, 0x11, 0]));
    out
}

/// A scan of `components`, with a few bytes of data.
fn scan(out: &mut Vec<u8>, components: &[u8], band: [u8; 2], data: &[u8]) {
    out.extend([0xFF, 0xDA, 0, 6 + 2 * components.len() as u8, components.len() as u8]);
    out.extend(components.iter().flat_map(|&id| [id, 0]));
    out.extend([band[0], band[1], 0]);
    out.extend(data);
}

fn error(file: &[u8]) -> Error {
    let decoder = Decoder::new(file, Options::default());
    decoder.and_then(|mut decoder| decoder.read_to_end()).expect_err("a bomb is refused")
}

#[test]
fn a_progressive_picture_of_two_billion_coefficients_in_few_bytes() {
    let mut file = head(0xCA, (50_000, 16_000), 1);
    scan(&mut file, &[1], [0, 0], &[0x35; 30]);
    scan(&mut file, &[1], [1, 63], &[0x91; 30]);
    let error = error(&file);
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
}

#[test]
fn scan_after_scan_over_nothing() {
    let mut file = head(0xCA, (20_000, 16_000), 1);
    for _ in 0..100 {
        scan(&mut file, &[1], [0, 0], &[0]);
    }
    let error = error(&file);
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
}

/// A picture of one grey in several scans takes little, however large it is.
#[test]
fn flat_pictures_are_no_bombs() {
    let mut file = head(0xCA, (9_000, 9_000), 1);
    scan(&mut file, &[1], [0, 0], &[]);
    scan(&mut file, &[1], [1, 63], &[0; 4]);
    file.extend([0xFF, 0xD9]);
    let mut options = Options::default();
    options.max_warnings = usize::MAX;
    let mut decoder = Decoder::new(&file[..], options).unwrap();
    let mut raw = windlass_jpeg::decode::Raw::new();
    let mut rows = 0;
    loop {
        decoder.read(4, &mut raw).unwrap();
        if raw.rows() == 0 {
            break;
        }
        rows += raw.rows();
    }
    assert_eq!(rows, 9_000);
}

#[test]
fn the_limit_may_be_another() {
    let mut file = head(0xCA, (2_000, 2_000), 1);
    scan(&mut file, &[1], [0, 0], &[0x35; 30]);
    scan(&mut file, &[1], [1, 63], &[0x91; 30]);
    let mut options = Options::default();
    options.max_coefficient_bytes = 1000;
    let error = Decoder::new(&file[..], options).unwrap().read_to_end().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert_eq!(
        Decoder::new(&file[..], Options::default()).unwrap().read_to_end().unwrap().len(),
        4_000_000
    );
}
