//! Files equal to those that the reference (a libjpeg-turbo of the mozjpeg family, accurate integer
//! DCT) makes of the same pixels: everything from the quantisation tables on, but for the standard
//! Huffman tables. Larger pictures with many more settings were compared when this was written.

use std::sync::Arc;
use windlass_jpeg::encode::{Colour, Encoder, Piece, Rows, Segments, Settings, Writer};

/// The pixels that the reference was given.
fn picture(width: usize, height: usize, bands: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let mut out = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for band in 1..=bands {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = (state >> 29) as usize * 4 * if x > 8 { 2 } else { 1 };
                out.push((x * 5 + y * 3 * band + noise) as u8);
            }
        }
    }
    out
}

/// The file from the quantisation tables on, in hexadecimal; without Huffman tables if `standard`.
fn encoded(size: (usize, usize), colour: Colour, settings: Settings, standard: bool) -> String {
    let (width, height) = size;
    let pixels = picture(width, height, colour.bands());
    let encoder = Arc::new(Encoder::new(width, height, colour, settings).expect("valid settings"));
    let mut writer =
        Writer::new(Arc::clone(&encoder), Vec::new(), &Segments::default()).expect("to memory");
    let mut piece = Piece::default();
    let strip = Rows { pixels: &pixels, stride: width * colour.bands(), top: 0, rows: height };
    encoder.encode(strip, &mut piece).expect("all rows are there");
    writer.commit(&mut piece).expect("the only piece");
    let file = writer.finish().expect("it is complete");
    let mut out = Vec::new();
    let mut at = 2;
    while file[at + 1] != 0xDA {
        let end = at + 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        if file[at + 1] < 0xE0 && !(standard && file[at + 1] == 0xC4) {
            out.extend_from_slice(&file[at..end]);
        }
        at = end;
    }
    out.extend_from_slice(&file[at..]);
    out.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect()
}

fn digit(nibble: u8) -> char {
    char::from_digit(nibble.into(), 16).expect("four bits")
}

#[test]
fn subsampled_baseline() {
    let settings = Settings::default();
    let expected = "\
        ffdb004300080606070605080707070909080a0c140d0c0b0b0c1912130f141d1a1f1e1d1a1c1c20242e2720\
        222c231c1c2837292c30313434341f27393d38323c2e333432ffdb0043010909090c0b0c180d0d1832211c21\
        3232323232323232323232323232323232323232323232323232323232323232323232323232323232323232\
        323232323232ffc00011080012001303012200021101031101ffda000c03010002110311003f00f32b1b1180\
        aabd47a7d2bb2d374e1e54623396f62319c75ffeb54363a7e303001fd40f4aec74cb01b21076306e4920e41f\
        f20718aedfab3e88e45884555d365da0c713b21e412839fce8ae9d2dd157190b8fd7df9f5eb4563cb0fe57f7\
        4bfc8dbeb16fe91c6d9aa861851d0f6f6aeae1f940c71fe8ddbfde514515d1997fbacbe5f99e6c7744f74ecb\
        300ac40f2d3807fd91451457e5788fe34fd5fe6759ffd9";
    assert_eq!(encoded((19, 18), Colour::Rgb, settings, true), expected);
}

#[test]
fn full_resolution_with_best_tables() {
    let mut settings = Settings::default();
    settings.quality = 95;
    settings.optimize_coding = true;
    let expected = "\
        ffdb004300020101010101020101010202020202040302020202050404030406050606060506060607090806\
        0709070606080b08090a0a0a0a0a06080b0c0b0a0c090a0a0affdb004301020202020202050303050a070607\
        0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a\
        0a0a0a0a0a0affc00011080009001103011100021101031101ffc40017000100030000000000000000000000\
        000008030709ffc4002e10000103020301110000000000000000000201031104070012214105060813141622\
        31333555737495b2b3d3ffc4001a010001050100000000000000000000000005000102040603ffc4002e1100\
        010203050508030000000000000000010211000304122131417105323551b11416536163729192c2d1d2ffda\
        000c03010002110311003f00cccb3d68968c40f9183cd38ea938190951149050736d854159998cbaa4f518a9\
        d9c4cc2909b2a67cb2191c98e0cdcb00f02a45719b612b2c4326e3a33f2f2c2e2306786559cb36cd133494b4\
        c86db86cb2eab4d040ea1c509c214e755912d76094274a252364a6a259a89490035972029941409bf7983a4a\
        5c2aeb6038b2211af9d5626a6a0951052010000c59829dcd94dc2c92841179592a04da1ccddebf8aeeefbdbd\
        f963bf772b3c397f44ff00513ed549e87c2a0636dbb9c3cd1f9b98d21e329f70fc6038c6769fa876f059ece8\
        fd60fd218ab43bf57a27acc8d1ed1e1d2f497d444d8a90d1ffd9";
    assert_eq!(encoded((17, 9), Colour::Rgb, settings, false), expected);
}

#[test]
fn progressive() {
    let mut settings = Settings::default();
    settings.quality = 60;
    settings.progressive = true;
    let expected = "\
        ffdb0043000d090a0b0a080d0b0a0b0e0e0d0f13201513121213271c1e17202e2931302e292d2c333a4a3e33\
        3646372c2d405741464c4e525352323e5a615a50604a51524fffdb0043010e0e0e131113261515264f352d35\
        4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f\
        4f4f4f4f4f4fffc2001108000a001303012200021101031101ffc40018000002030000000000000000000000\
        00000005010304ffc4001501010100000000000000000000000000000201ffda000c03010002100310000001\
        4ec2860c49a48bffc4001810010101010100000000000000000000000002011231ffda000801010001050299\
        44b96219e7ffc4001511010100000000000000000000000000000011ffda0008010301013f01aaffc4001611\
        01010100000000000000000000000000001121ffda0008010201013f018c7fffc40014100100000000000000\
        000000000000000020ffda0008010100063f025fffc4001b1000020203010000000000000000000000011100\
        1021314171ffda0008010100013f219610a3f015e543557fffda000c03010002000300000010b8ff00ffc400\
        161101010100000000000000000000000000000131ffda0008010301013f10ca5bffc4001711010101010000\
        0000000000000000000001001131ffda0008010201013f10cc81e5ffc4001b10010003000301000000000000\
        0000000001001121314161c1ffda0008010100013f100e02056f7c7b857bba2c1030ac84d10e5f9014c9ffd9";
    assert_eq!(encoded((19, 10), Colour::Rgb, settings, false), expected);
}

#[test]
fn progressive_grey_with_another_table() {
    let mut settings = Settings::default();
    settings.quality = 40;
    settings.quant_table = 3;
    settings.progressive = true;
    let expected = "\
        ffdb004300141414141514171919171f221e221f2e2b27272b2e463236323632466a424e42424e426a5e725d\
        565d725ea985767685a9c3a49ba4c3ecd3d3ecffffffffffffffc2000b080009001401011100ffc400160001\
        010100000000000000000000000000040305ffda0008010100000001ce5582b4ff00ffc40018100101000300\
        00000000000000000000000100021031ffda000801010001050223458c73ffc4001410010000000000000000\
        0000000000000020ffda0008010100063f025fffc40017100003010000000000000000000000000000013110\
        ffda0008010100013f2141452e923fffda00080101000000106fffc4001c1000020202030000000000000000\
        000000000111b12131516171ffda0008010100013f10c6844279d425223872ed2b34347eba2d59ffd9";
    assert_eq!(encoded((20, 9), Colour::Grey, settings, false), expected);
}

#[test]
fn ink_with_restart_markers() {
    let mut settings = Settings::default();
    settings.quality = 20;
    settings.restart_interval = 2;
    let expected = "\
        ffdb004300281c1e231e19282321232d2b28303c64413c37373c7b585d4964918099968f808c8aa0b4e6c3a0\
        aadaad8a8cc8ffcbdaeef5ffffff9bc1fffffffaffe6fdfff8ffc000140800090011044311004d1100591100\
        4b1100ffdd00040002ffda000e0443004d0059004b00003f00d191aafbc9c55d797b8356de7aa9237507d6aa\
        3be4e7d2aa3cdd4fbf1551e7e4e0f7e79affd03cc5f4a323d0fe5ffd6a6f9a7d5bf2ff00eb547f695fef7e95\
        79fef55b6e86a793b7d69efd0d7fffd17c9fc5f8d249d3fcfa8a88ff0017fbc6aa3ffaa7fad3aa0aaf4dafff\
        d9";
    assert_eq!(encoded((17, 9), Colour::Cmyk, settings, true), expected);
}
