//! The second bytes of markers (ITU-T T.81, table B.1).

/// Start of a baseline frame.
pub(crate) const SOF0: u8 = 0xC0;
/// Start of a progressive Huffman frame.
pub(crate) const SOF2: u8 = 0xC2;
/// Start of a lossless Huffman frame.
pub(crate) const SOF3: u8 = 0xC3;
/// Huffman tables.
pub(crate) const DHT: u8 = 0xC4;
/// Start of a sequential frame with arithmetic coding.
pub(crate) const SOF9: u8 = 0xC9;
/// Start of a progressive frame with arithmetic coding.
pub(crate) const SOF10: u8 = 0xCA;
/// Start of a lossless frame with arithmetic coding.
pub(crate) const SOF11: u8 = 0xCB;
/// Conditioning of arithmetic coding.
pub(crate) const DAC: u8 = 0xCC;
/// The last start of frame.
pub(crate) const SOF15: u8 = 0xCF;
/// The first restart marker.
pub(crate) const RST0: u8 = 0xD0;
/// The last restart marker.
pub(crate) const RST7: u8 = 0xD7;
/// Start of image.
pub(crate) const SOI: u8 = 0xD8;
/// End of image.
pub(crate) const EOI: u8 = 0xD9;
/// Start of scan.
pub(crate) const SOS: u8 = 0xDA;
/// Quantisation tables.
pub(crate) const DQT: u8 = 0xDB;
/// Number of lines, after the first scan.
pub(crate) const DNL: u8 = 0xDC;
/// Restart interval.
pub(crate) const DRI: u8 = 0xDD;
/// The first application segment.
pub(crate) const APP0: u8 = 0xE0;
/// The application segment of Adobe's colour transform.
pub(crate) const APP14: u8 = 0xEE;
/// The last application segment.
pub(crate) const APP15: u8 = 0xEF;
/// Comment.
pub(crate) const COM: u8 = 0xFE;
/// For temporary use in arithmetic coding.
pub(crate) const TEM: u8 = 0x01;

/// Natural place of each coefficient in the order of the file; what lies beyond the block goes to its
/// last place, which is harmless (a damaged file can run over by 15, the end of a block by 128).
pub(crate) const NATURAL: [u8; 256] = natural();

const fn natural() -> [u8; 256] {
    const ORDER: [u8; 64] = [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27,
        20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
        58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];
    let mut places = [63; 256];
    let mut i = 0;
    while i < 64 {
        places[i] = ORDER[i];
        i += 1;
    }
    places
}
