//! Files whose samples have 12 bits.

mod decode_support;

use decode_support::Picture;
use windlass_jpeg::decode::{Decoder, Options, Raw, RowsMut, Scale};
use windlass_jpeg::{ErrorKind, Result};

const SAMPLINGS: [&[(usize, usize)]; 7] = [
    &[(1, 1)],
    &[(1, 1), (1, 1), (1, 1)],
    &[(2, 1), (1, 1), (1, 1)],
    &[(2, 2), (1, 1), (1, 1)],
    &[(1, 2), (1, 1), (1, 1)],
    &[(3, 2), (2, 1), (1, 1)],
    &[(2, 2), (1, 1), (1, 2), (2, 1)],
];

/// A picture whose samples need 12 bits, but for its table the one of 8 bits with the same seed.
fn deep(sampling: &[(usize, usize)], seed: u64, factor: u8) -> Picture {
    let mut picture = Picture::random(75, 61, sampling, seed);
    picture.precision = 12;
    picture.quantisation = picture.quantisation.map(|entry| entry * factor);
    picture
}

/// The samples of `file`, reading `step` rows of units at a time.
fn samples(file: &[u8], step: usize) -> Result<Vec<u16>> {
    let mut decoder = Decoder::new(file, Options::default())?;
    let stride = decoder.header().width as usize * decoder.header().bands();
    let mut out = Vec::new();
    let mut raw = Raw::new();
    loop {
        decoder.read(step, &mut raw)?;
        if raw.rows() == 0 {
            return Ok(out);
        }
        let start = out.len();
        out.resize(start + raw.rows() * stride, 0);
        raw.finish_deep(&mut out[start..], stride)?;
    }
}

/// The inverse DCT by its definition, of coefficients `k` in natural order.
#[expect(clippy::disallowed_methods, reason = "the last bit does not matter here")]
fn definition(coefficients: &[i32; 64], quantisation: &[u8; 64], at: (usize, usize)) -> f64 {
    let wave = |x: usize, k: usize| {
        let factor = if k == 0 { 0.5f64.sqrt() } else { 1.0 };
        ((2 * x + 1) as f64 * k as f64 * std::f64::consts::PI / 16.0).cos() * factor / 2.0
    };
    let terms = (0..64).map(|k| {
        let value = coefficients[k] * i32::from(quantisation[k]);
        f64::from(value) * wave(at.0, k % 8) * wave(at.1, k / 8)
    });
    (terms.sum::<f64>() + 2048.0).clamp(0.0, 4095.0)
}

#[test]
fn grey_is_what_the_definition_says() {
    let picture = deep(SAMPLINGS[0], 5, 10);
    let component = &picture.components[0];
    let out = samples(&picture.sequential(), 2).unwrap();
    let (mut least, mut most) = (u16::MAX, 0);
    for (i, &sample) in out.iter().enumerate() {
        let (x, y) = (i % 75, i / 75);
        let block = &component.blocks[y / 8 * component.stride + x / 8];
        let exact = definition(block, &picture.quantisation, (x % 8, y % 8));
        assert!((f64::from(sample) - exact).abs() < 1.01, "{x} {y}: {sample} {exact}");
        (least, most) = (least.min(sample), most.max(sample));
    }
    assert!(least < 1400 && most > 2700, "{least} {most}");
}

/// The same coefficients with 8 bits give the same numbers but for the centre, where nothing is clipped
/// and the larger pass of the transform rounds alike: that holds the upsampling to that of 8 bits.
#[test]
fn upsampling_is_that_of_8_bits() {
    for sampling in SAMPLINGS {
        let mut picture = deep(sampling, 6, 1);
        // names that are no colours, so that nothing but the samples is compared
        for component in &mut picture.components {
            component.id += 100;
        }
        picture.extra = [&[0xFF, 0xEE, 0, 14][..], b"Adobe\0\x64\0\0\0\0\0"].concat();
        for component in &mut picture.components {
            for block in &mut component.blocks {
                block[0] %= 30;
                block[1..].iter_mut().for_each(|value| *value = value.signum());
            }
        }
        let deep = samples(&picture.sequential(), 2).unwrap();
        picture.precision = 8;
        let shallow =
            Decoder::new(&picture.sequential()[..], Options::default()).unwrap().read_to_end();
        let shallow = shallow.unwrap();
        let mut compared = 0;
        for (&deep, &shallow) in deep.iter().zip(&shallow) {
            if (8..248).contains(&shallow) {
                let (deep, shallow) = (i32::from(deep) - 2048, i32::from(shallow) - 128);
                assert!((deep - shallow).abs() <= 1, "{sampling:?}: {deep} {shallow}");
                compared += 1;
            }
        }
        assert!(compared > shallow.len() / 2);
    }
}

#[test]
fn neither_scans_nor_steps_matter() {
    for sampling in SAMPLINGS {
        let picture = deep(sampling, 7, 9);
        let whole = samples(&picture.sequential(), 100).unwrap();
        assert_eq!(whole.len(), 75 * 61 * sampling.len());
        for step in [1, 2] {
            assert_eq!(samples(&picture.sequential(), step).unwrap(), whole);
            assert_eq!(samples(&picture.progressive(), step).unwrap(), whole);
            assert_eq!(samples(&picture.separate(), step).unwrap(), whole);
        }
    }
}

#[test]
fn colours_are_converted() {
    let mut picture = deep(SAMPLINGS[1], 8, 1);
    for (component, value) in picture.components.iter_mut().zip([100, -50, 120]) {
        component.blocks.iter_mut().for_each(|block| {
            *block = [0; 64];
            block[0] = value;
        });
    }
    picture.quantisation = [8; 64];
    // luma 2148, blue -50, red 120 from the centre
    let expected = [2148 + 168, 2148 + 17 - 86, 2148 - 89];
    let out = samples(&picture.sequential(), 2).unwrap();
    for pixel in out.as_chunks::<3>().0 {
        for (&sample, expected) in pixel.iter().zip(expected) {
            assert!((i32::from(sample) - expected).abs() <= 1, "{pixel:?}");
        }
    }
}

#[test]
fn each_depth_has_its_way_out() {
    let file = deep(SAMPLINGS[0], 9, 1).sequential();
    let mut decoder = Decoder::new(&file[..], Options::default()).unwrap();
    assert_eq!(decoder.header().precision, 12);
    let mut raw = Raw::new();
    decoder.read(1, &mut raw).unwrap();
    let mut out = vec![0; 75 * 8];
    let error = raw.finish(RowsMut::new(&mut out, 75)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(raw.finish_deep(&mut [0; 100], 75).unwrap_err().kind(), ErrorKind::Limit);

    let file = Picture::random(75, 61, SAMPLINGS[0], 9).sequential();
    let error = samples(&file, 1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);

    let mut options = Options::default();
    options.scale = Scale::Half;
    let file = deep(SAMPLINGS[0], 9, 1).sequential();
    let error = Decoder::new(&file[..], options).unwrap().read(1, &mut raw).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}
