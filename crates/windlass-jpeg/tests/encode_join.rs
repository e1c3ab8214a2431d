//! Pieces joined: the same file whatever the heights of the strips and the order of encoding.

use std::sync::Arc;
use windlass_jpeg::ErrorKind;
use windlass_jpeg::encode::{Colour, Encoder, Piece, Rows, Segments, Settings, Subsample, Writer};

/// A picture with smooth parts, edges and noise.
fn picture(width: usize, height: usize, bands: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let mut out = Vec::with_capacity(width * height * bands);
    for y in 0..height {
        for x in 0..width {
            for band in 0..bands {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = (state >> 27) as usize;
                let edge = if (x / 19 + y / 23) % 2 == 0 { 90 } else { 0 };
                out.push((x / 3 + y / 2 * (band + 1) + edge + noise) as u8);
            }
        }
    }
    out
}

/// Encode in strips of `steps` rows of MCUs; all are encoded, last first, before one is written.
fn file(size: (usize, usize), colour: Colour, settings: &Settings, steps: usize) -> Vec<u8> {
    let (width, height) = size;
    let stride = width * colour.bands();
    let pixels = picture(width, height, colour.bands());
    let encoder =
        Arc::new(Encoder::new(width, height, colour, settings.clone()).expect("it works"));
    let step = steps * encoder.rows_per_step();
    let mut pieces: Vec<Piece> = Vec::new();
    for top in (0..height).step_by(step).rev() {
        let rows = step.min(height - top);
        let mut piece = Piece::default();
        let pixels = &pixels[top * stride..(top + rows) * stride];
        encoder.encode(Rows { pixels, stride, top, rows }, &mut piece).expect("it works");
        pieces.push(piece);
    }
    let mut writer = Writer::new(encoder, Vec::new(), &Segments::default()).expect("it works");
    for piece in pieces.iter_mut().rev() {
        writer.commit(piece).expect("it works");
    }
    writer.finish().expect("it works")
}

fn all_settings() -> Vec<Settings> {
    let mut all = Vec::new();
    for quality in [1, 75, 100] {
        for subsample in [Subsample::On, Subsample::Off] {
            for restart_interval in [0, 1, 5] {
                for mode in 0..3 {
                    let mut settings = Settings::default();
                    settings.quality = quality;
                    settings.subsample = subsample;
                    settings.restart_interval = restart_interval;
                    settings.optimize_coding = mode == 1;
                    settings.progressive = mode == 2;
                    all.push(settings);
                }
            }
        }
    }
    all
}

#[test]
fn strips_of_any_height_give_the_same_file() {
    for colour in [Colour::Grey, Colour::Rgb, Colour::Cmyk] {
        for settings in all_settings() {
            let whole = file((531, 77), colour, &settings, 100);
            for steps in [1, 2, 3] {
                let parts = file((531, 77), colour, &settings, steps);
                assert!(whole == parts, "{colour:?} {settings:?} {steps}");
            }
        }
    }
}

/// The trellis looks at a row of MCUs as a whole, but never beyond it.
#[test]
fn strips_of_any_height_give_the_same_trellis() {
    let mut settings = Settings::default();
    settings.trellis_quant = true;
    for colour in [Colour::Grey, Colour::Rgb, Colour::Cmyk] {
        for (quality, subsample) in [(40, Subsample::On), (90, Subsample::Off)] {
            (settings.quality, settings.subsample) = (quality, subsample);
            for size in [(531, 77), (17, 40)] {
                let whole = file(size, colour, &settings, 100);
                for steps in [1, 2] {
                    let parts = file(size, colour, &settings, steps);
                    assert!(whole == parts, "{colour:?} {settings:?} {steps}");
                }
            }
        }
    }
}

#[test]
fn restart_markers_count_modulo_eight() {
    let mut settings = Settings::default();
    settings.restart_interval = 3;
    for steps in [1, 2, 7] {
        let file = file((200, 150), Colour::Rgb, &settings, steps);
        let scan = file.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
        let data = &file[scan + 14..];
        let markers: Vec<u8> = data
            .windows(2)
            .filter(|pair| pair[0] == 0xFF && pair[1] != 0)
            .map(|pair| pair[1])
            .collect();
        let mcus = 13 * 10_u32;
        let mut expected: Vec<u8> = (0..(mcus - 1) / 3).map(|i| 0xD0 + (i % 8) as u8).collect();
        expected.push(0xD9);
        assert_eq!(markers, expected);
    }
}

#[test]
fn pieces_out_of_order_or_missing_are_refused() {
    let encoder = Arc::new(Encoder::new(40, 40, Colour::Grey, Settings::default()).unwrap());
    let pixels = [0; 1600];
    let mut piece = Piece::default();
    let strip = Rows { pixels: &pixels, stride: 40, top: 8, rows: 8 };
    encoder.encode(strip, &mut piece).unwrap();
    let mut writer = Writer::new(Arc::clone(&encoder), Vec::new(), &Segments::default()).unwrap();
    assert_eq!(writer.commit(&mut piece).unwrap_err().kind(), ErrorKind::Malformed);
    encoder.encode(Rows { top: 0, ..strip }, &mut piece).unwrap();
    writer.commit(&mut piece).unwrap();
    assert_eq!(writer.commit(&mut piece).unwrap_err().kind(), ErrorKind::Malformed);
    assert_eq!(writer.finish().unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn strips_that_do_not_fit_are_refused() {
    let encoder = Encoder::new(40, 40, Colour::Rgb, Settings::default()).unwrap();
    let pixels = [0; 4800];
    let strip = Rows { pixels: &pixels, stride: 120, top: 0, rows: 40 };
    let wrong = [
        Rows { rows: 0, ..strip },
        Rows { rows: 41, ..strip },
        Rows { rows: 8, ..strip },
        Rows { top: 8, rows: 32, ..strip },
        Rows { top: usize::MAX, ..strip },
        Rows { stride: 119, ..strip },
        Rows { stride: 121, ..strip },
        Rows { stride: usize::MAX, ..strip },
        Rows { pixels: &pixels[1..], ..strip },
    ];
    for strip in wrong {
        let error = encoder.encode(strip, &mut Piece::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed);
    }
    encoder.encode(strip, &mut Piece::default()).unwrap();
}

#[test]
fn sizes_and_settings_out_of_range_are_refused() {
    let kind = |width, height, settings: &Settings| {
        Encoder::new(width, height, Colour::Grey, settings.clone()).err().map(|error| error.kind())
    };
    let settings = Settings::default();
    assert_eq!(kind(65_535, 65_535, &settings), None);
    assert_eq!(kind(65_536, 1, &settings), Some(ErrorKind::Limit));
    assert_eq!(kind(1, 65_536, &settings), Some(ErrorKind::Limit));
    assert_eq!(kind(0, 1, &settings), Some(ErrorKind::Malformed));
    for (quality, quant_table) in [(0, 0), (101, 0), (75, 9)] {
        let mut settings = Settings::default();
        settings.quality = quality;
        settings.quant_table = quant_table;
        assert_eq!(kind(1, 1, &settings), Some(ErrorKind::Malformed));
    }
}

#[test]
fn a_failing_output_is_reported() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("disc full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let encoder = Arc::new(Encoder::new(8, 8, Colour::Grey, Settings::default()).unwrap());
    let error = Writer::new(encoder, Full, &Segments::default()).err().expect("the disc is full");
    assert_eq!(error.kind(), ErrorKind::Io);
}
