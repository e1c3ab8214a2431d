//! Damaged files neither crash the decoder nor make it hang.

mod decode_support;

use decode_support::{Picture, Random, pixels};
use windlass_jpeg::decode::{Options, Scale};

/// How many damaged files of each kind are tried.
const ROUNDS: usize = 1500;

fn seeds() -> Vec<Vec<u8>> {
    let mut restarting = Picture::random(40, 36, &[(2, 2), (1, 1), (1, 1)], 1);
    restarting.restart = 2;
    let grey = Picture::random(33, 25, &[(1, 1)], 2);
    let four = Picture::random(20, 36, &[(1, 2), (1, 1), (1, 1), (1, 2)], 3);
    vec![
        restarting.sequential(),
        restarting.progressive(),
        grey.sequential(),
        grey.with_late_height(),
        grey.progressive(),
        four.separate(),
    ]
}

/// Decodes at some scale; whatever comes of it is right, as long as it comes.
fn attempt(file: &[u8], random: &mut Random) {
    let mut options = Options::default();
    options.scale = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth][random.below(4)];
    options.max_pixels = 1 << 20;
    options.max_scans = 50;
    let (divisor, step) = (options.scale.divisor(), 1 + random.below(3));
    if let Ok(out) = pixels(file, options, step) {
        assert!(out.len() <= 10 << 20, "{divisor}");
    }
}

#[test]
fn bits_turned_over() {
    let seeds = seeds();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for round in 0..ROUNDS {
        let mut file = seeds[round % seeds.len()].clone();
        for _ in 0..=random.below(6) {
            let place = random.below(file.len());
            file[place] ^= 1 << random.below(8);
        }
        attempt(&file, &mut random);
    }
}

#[test]
fn bytes_of_markers_strewn_in() {
    let seeds = seeds();
    let mut random = Random(0xD1B5_4A32_D192_ED03);
    for round in 0..ROUNDS {
        let mut file = seeds[round % seeds.len()].clone();
        for _ in 0..=random.below(3) {
            let place = random.below(file.len() - 1);
            file[place] = 0xFF;
            file[place + 1] = 0xC0 + random.below(64) as u8;
        }
        attempt(&file, &mut random);
    }
}

#[test]
fn ends_cut_off_and_middles_cut_out() {
    let seeds = seeds();
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for round in 0..ROUNDS {
        let mut file = seeds[round % seeds.len()].clone();
        let [a, b] = [random.below(file.len()), random.below(file.len())];
        if random.below(2) == 0 {
            file.truncate(a);
        } else {
            file.drain(a.min(b)..a.max(b));
        }
        attempt(&file, &mut random);
    }
}

#[test]
fn pieces_repeated() {
    let seeds = seeds();
    let mut random = Random(0x1405_7B7E_F767_814F);
    for round in 0..ROUNDS {
        let mut file = seeds[round % seeds.len()].clone();
        let from = random.below(file.len());
        let length = random.below(200).min(file.len() - from);
        let piece = file[from..from + length].to_vec();
        let to = random.below(file.len());
        file.splice(to..to, piece);
        attempt(&file, &mut random);
    }
}
