//! Numbers that TIFF files use (TIFF 6.0; its supplements; BigTIFF).

pub(super) const NEW_SUBFILE_TYPE: u16 = 254;
pub(super) const IMAGE_WIDTH: u16 = 256;
pub(super) const IMAGE_LENGTH: u16 = 257;
pub(super) const BITS_PER_SAMPLE: u16 = 258;
pub(super) const COMPRESSION: u16 = 259;
pub(super) const PHOTOMETRIC: u16 = 262;
pub(super) const FILL_ORDER: u16 = 266;
pub(super) const IMAGE_DESCRIPTION: u16 = 270;
pub(super) const STRIP_OFFSETS: u16 = 273;
pub(super) const ORIENTATION: u16 = 274;
pub(super) const SAMPLES_PER_PIXEL: u16 = 277;
pub(super) const ROWS_PER_STRIP: u16 = 278;
pub(super) const STRIP_BYTE_COUNTS: u16 = 279;
pub(super) const X_RESOLUTION: u16 = 282;
pub(super) const Y_RESOLUTION: u16 = 283;
pub(super) const PLANAR_CONFIG: u16 = 284;
pub(super) const T4_OPTIONS: u16 = 292;
pub(super) const RESOLUTION_UNIT: u16 = 296;
pub(super) const PAGE_NUMBER: u16 = 297;
pub(super) const PREDICTOR: u16 = 317;
pub(super) const COLOR_MAP: u16 = 320;
pub(super) const TILE_WIDTH: u16 = 322;
pub(super) const TILE_LENGTH: u16 = 323;
pub(super) const TILE_OFFSETS: u16 = 324;
pub(super) const TILE_BYTE_COUNTS: u16 = 325;
pub(super) const SUB_IFDS: u16 = 330;
pub(super) const INK_SET: u16 = 332;
pub(super) const EXTRA_SAMPLES: u16 = 338;
pub(super) const SAMPLE_FORMAT: u16 = 339;
pub(super) const JPEG_TABLES: u16 = 347;
pub(super) const YCBCR_COEFFICIENTS: u16 = 529;
pub(super) const YCBCR_SUBSAMPLING: u16 = 530;
pub(super) const REFERENCE_BLACK_WHITE: u16 = 532;
pub(super) const XMP: u16 = 700;
pub(super) const IPTC: u16 = 33723;
pub(super) const PHOTOSHOP: u16 = 34377;
pub(super) const ICC_PROFILE: u16 = 34675;
pub(super) const STONITS: u16 = 37439;

pub(super) const NONE: u16 = 1;
pub(super) const CCITT_RLE: u16 = 2;
pub(super) const CCITT_G3: u16 = 3;
pub(super) const CCITT_G4: u16 = 4;
pub(super) const LZW: u16 = 5;
pub(super) const OLD_JPEG: u16 = 6;
pub(super) const JPEG: u16 = 7;
pub(super) const DEFLATE: u16 = 8;
pub(super) const PACKBITS: u16 = 32773;
pub(super) const THUNDER: u16 = 32809;
pub(super) const OLD_DEFLATE: u16 = 32946;
pub(super) const SGILOG: u16 = 34676;
pub(super) const SGILOG24: u16 = 34677;
pub(super) const ZSTD: u16 = 50000;
pub(super) const WEBP: u16 = 50001;

pub(super) const MIN_IS_WHITE: u16 = 0;
pub(super) const MIN_IS_BLACK: u16 = 1;
pub(super) const RGB: u16 = 2;
pub(super) const PALETTE: u16 = 3;
pub(super) const SEPARATED: u16 = 5;
pub(super) const YCBCR: u16 = 6;
pub(super) const CIELAB: u16 = 8;
pub(super) const LOGLUV: u16 = 32845;

/// Types of values.
pub(super) const BYTE: u16 = 1;
pub(super) const ASCII: u16 = 2;
pub(super) const SHORT: u16 = 3;
pub(super) const LONG: u16 = 4;
pub(super) const RATIONAL: u16 = 5;
pub(super) const UNDEFINED: u16 = 7;
pub(super) const DOUBLE: u16 = 12;
pub(super) const IFD: u16 = 13;
pub(super) const LONG8: u16 = 16;
pub(super) const IFD8: u16 = 18;

/// Tags that a reader knows, private ones left out.
pub(super) const KNOWN: std::ops::RangeInclusive<u16> = NEW_SUBFILE_TYPE..=REFERENCE_BLACK_WHITE;

/// What a compression is called.
pub(super) fn compression_name(compression: u16) -> String {
    let name = match compression {
        NONE => "none",
        CCITT_RLE => "CCITT RLE",
        CCITT_G3 => "CCITT Group 3",
        CCITT_G4 => "CCITT Group 4",
        LZW => "LZW",
        OLD_JPEG => "Old-style JPEG",
        JPEG => "JPEG",
        DEFLATE | OLD_DEFLATE => "Deflate",
        PACKBITS => "PackBits",
        32766 => "NeXT",
        THUNDER => "ThunderScan",
        33003 | 33004 | 33005 | 34712 => "JPEG 2000",
        34661 => "JBIG",
        34887 => "LERC",
        34925 => "LZMA",
        SGILOG | SGILOG24 => "SGILog",
        ZSTD => "ZSTD",
        WEBP => "WEBP",
        50002 | 52546 => "JPEG XL",
        other => return format!("Compression scheme {other}"),
    };
    name.to_owned()
}
