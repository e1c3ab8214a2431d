//! The tags that have a name (Exif 2.32 §4.6, TIFF 6.0 §8, `reference/formats/common.md` §7.5).

use super::block::Kind;

/// A tag with a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag {
    pub(super) number: u16,
    /// The directories that it has this name in: bit N for directory N
    directories: u8,
    pub(super) name: &'static str,
    pub(super) class: Class,
    /// The type and number of values of a new entry
    pub(super) kind: Kind,
    pub(super) count: usize,
    /// The bytes of a new entry that is not of numbers, where it has any
    pub(super) initial: &'static [u8],
    pub(super) fix: Fix,
    pub(super) text: Text,
}

/// How a value that was set is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    /// By the type of the entry
    Plain,
    /// ASCII and a NUL
    Ascii,
    /// Eight bytes that name the coding, then text
    Comment,
    /// UTF-16, little endian, and a NUL
    Utf16,
}

/// The type that entries of the tag get whatever the file says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fix {
    None,
    Comment,
    Rational,
    SRational,
    Short,
}

/// How an entry is shown.
#[derive(Clone, Copy, Debug)]
pub(super) enum Text {
    /// As the type says
    Plain,
    Aperture,
    Brightness,
    Comment,
    Components,
    Copyright,
    /// Names of values of a type
    Enumerated(Kind, &'static [(u16, &'static str)]),
    ExifVersion,
    ExposureTime,
    /// A real with digits behind the point, between texts
    Real(&'static str, usize, &'static str),
    FlashpixVersion,
    GpsTime,
    GpsVersion,
    /// Undefined bytes that are text
    Bytes,
    Shutter,
    SubjectArea,
    Subsampling,
    Utf16,
}

/// The tag of a number in a directory.
pub(super) fn find(directory: usize, number: u16) -> Option<&'static Tag> {
    let first = TAGS.partition_point(|tag| tag.number < number);
    let same = TAGS.get(first..)?.iter().take_while(|tag| tag.number == number);
    same.into_iter().find(|tag| tag.is_in(directory))
}

/// The tag of a name: the one of the directory, else of any directory.
pub(super) fn find_name(directory: usize, name: &str) -> Option<&'static Tag> {
    let mut named = TAGS.iter().filter(|tag| tag.name == name);
    named.clone().find(|tag| tag.is_in(directory)).or_else(|| named.next())
}

impl Tag {
    fn is_in(&self, directory: usize) -> bool {
        self.directories >> directory & 1 == 1
    }

    const fn fix(self, fix: Fix) -> Self {
        Self { fix, ..self }
    }

    const fn text(self, text: Text) -> Self {
        Self { text, ..self }
    }

    const fn initial(self, initial: &'static [u8]) -> Self {
        Self { initial, count: initial.len(), ..self }
    }
}

const MAIN: u8 = 0b0_0011;
const EXIF: u8 = 0b0_0100;
const GPS: u8 = 0b0_1000;
const INTEROPERABILITY: u8 = 0b1_0000;
const ANY: u8 = 0b1_1111;

const fn tag(number: u16, directories: u8, name: &'static str, kind: Kind, count: usize) -> Tag {
    let (class, fix, text) = (Class::Plain, Fix::None, Text::Plain);
    Tag { number, directories, name, class, kind, count, initial: &[], fix, text }
}

const fn ascii(number: u16, directories: u8, name: &'static str) -> Tag {
    Tag { class: Class::Ascii, ..tag(number, directories, name, Kind::Ascii, 0) }
}

const fn comment(number: u16, directories: u8, name: &'static str) -> Tag {
    Tag { class: Class::Comment, ..bytes(number, directories, name) }
}

const fn utf16(number: u16, name: &'static str) -> Tag {
    let text = Text::Utf16;
    Tag { class: Class::Utf16, text, ..tag(number, 1, name, Kind::Byte, 0) }
}

const fn bytes(number: u16, directories: u8, name: &'static str) -> Tag {
    tag(number, directories, name, Kind::Undefined, 0)
}

const fn short(number: u16, directories: u8, name: &'static str) -> Tag {
    tag(number, directories, name, Kind::Short, 1)
}

const fn names(
    number: u16,
    directories: u8,
    name: &'static str,
    names: &'static [(u16, &'static str)],
) -> Tag {
    short(number, directories, name).text(Text::Enumerated(Kind::Short, names))
}

const fn rational(number: u16, directories: u8, name: &'static str) -> Tag {
    tag(number, directories, name, Kind::Rational, 1)
}

const fn signed(number: u16, name: &'static str) -> Tag {
    tag(number, EXIF, name, Kind::SRational, 1).fix(Fix::SRational)
}

const fn rationals(number: u16, directories: u8, name: &'static str, count: usize) -> Tag {
    tag(number, directories, name, Kind::Rational, count)
}

/// By number, then directory.
#[rustfmt::skip]
static TAGS: &[Tag] = &[
    tag(0x0000, GPS, "GPSVersionID", Kind::Byte, 4).initial(&[2, 2, 0, 0]).text(Text::GpsVersion),
    ascii(0x0001, GPS, "GPSLatitudeRef"),
    ascii(0x0001, INTEROPERABILITY, "InteroperabilityIndex"),
    rationals(0x0002, GPS, "GPSLatitude", 3).text(Text::Bytes),
    bytes(0x0002, INTEROPERABILITY, "InteroperabilityVersion").text(Text::Bytes),
    ascii(0x0003, GPS, "GPSLongitudeRef"),
    rationals(0x0004, GPS, "GPSLongitude", 3),
    tag(0x0005, GPS, "GPSAltitudeRef", Kind::Byte, 1).initial(&[0])
        .text(Text::Enumerated(Kind::Byte, &[(0, "Sea level"), (1, "Sea level reference")])),
    rational(0x0006, GPS, "GPSAltitude"),
    rationals(0x0007, GPS, "GPSTimeStamp", 3).text(Text::GpsTime),
    ascii(0x0008, GPS, "GPSSatellites"),
    ascii(0x0009, GPS, "GPSStatus"),
    ascii(0x000A, GPS, "GPSMeasureMode"),
    rational(0x000B, GPS, "GPSDOP"),
    ascii(0x000C, GPS, "GPSSpeedRef"),
    rational(0x000D, GPS, "GPSSpeed"),
    ascii(0x000E, GPS, "GPSTrackRef"),
    rational(0x000F, GPS, "GPSTrack"),
    ascii(0x0010, GPS, "GPSImgDirectionRef"),
    rational(0x0011, GPS, "GPSImgDirection"),
    ascii(0x0012, GPS, "GPSMapDatum"),
    ascii(0x0013, GPS, "GPSDestLatitudeRef"),
    rationals(0x0014, GPS, "GPSDestLatitude", 3),
    ascii(0x0015, GPS, "GPSDestLongitudeRef"),
    rationals(0x0016, GPS, "GPSDestLongitude", 3),
    ascii(0x0017, GPS, "GPSDestBearingRef"),
    rational(0x0018, GPS, "GPSDestBearing"),
    ascii(0x0019, GPS, "GPSDestDistanceRef"),
    rational(0x001A, GPS, "GPSDestDistance"),
    comment(0x001B, GPS, "GPSProcessingMethod"),
    comment(0x001C, GPS, "GPSAreaInformation"),
    ascii(0x001D, GPS, "GPSDateStamp"),
    short(0x001E, GPS, "GPSDifferential"),
    rational(0x001F, GPS, "GPSHPositioningError"),
    bytes(0x00FE, ANY, "NewSubfileType"),
    short(0x0100, MAIN, "ImageWidth"),
    short(0x0101, MAIN, "ImageLength"),
    tag(0x0102, MAIN, "BitsPerSample", Kind::Short, 3),
    names(0x0103, MAIN, "Compression", &[(1, "Uncompressed"), (5, "LZW compression"), (6, "JPEG compression"), (7, "JPEG compression"), (8, "Deflate/ZIP compression"), (32773, "PackBits compression")]),
    names(0x0106, MAIN, "PhotometricInterpretation", &[(0, "Reversed mono"), (1, "Normal mono"), (2, "RGB"), (3, "Palette"), (5, "CMYK"), (6, "YCbCr"), (8, "CieLAB")]).fix(Fix::Short),
    bytes(0x010A, ANY, "FillOrder"),
    ascii(0x010D, ANY, "DocumentName"),
    ascii(0x010E, MAIN, "ImageDescription"),
    ascii(0x010F, MAIN, "Make"),
    ascii(0x0110, MAIN, "Model"),
    bytes(0x0111, MAIN, "StripOffsets"),
    names(0x0112, MAIN, "Orientation", &[(1, "Top-left"), (2, "Top-right"), (3, "Bottom-right"), (4, "Bottom-left"), (5, "Left-top"), (6, "Right-top"), (7, "Right-bottom"), (8, "Left-bottom")]).fix(Fix::Short),
    short(0x0115, MAIN, "SamplesPerPixel"),
    bytes(0x0116, MAIN, "RowsPerStrip"),
    bytes(0x0117, MAIN, "StripByteCounts"),
    rational(0x011A, MAIN, "XResolution"),
    rational(0x011B, MAIN, "YResolution"),
    names(0x011C, MAIN, "PlanarConfiguration", &[(1, "Chunky format"), (2, "Planar format")]).fix(Fix::Short),
    names(0x0128, MAIN, "ResolutionUnit", UNITS),
    bytes(0x012D, MAIN, "TransferFunction"),
    ascii(0x0131, MAIN, "Software"),
    ascii(0x0132, MAIN, "DateTime"),
    ascii(0x013B, MAIN, "Artist"),
    rationals(0x013E, MAIN, "WhitePoint", 2),
    rational(0x013F, MAIN, "PrimaryChromaticities"),
    bytes(0x014A, ANY, "SubIFDs"),
    bytes(0x0156, ANY, "TransferRange"),
    bytes(0x0200, ANY, "JPEGProc"),
    bytes(0x0211, MAIN, "YCbCrCoefficients"),
    tag(0x0212, MAIN, "YCbCrSubSampling", Kind::Short, 2).fix(Fix::Short).text(Text::Subsampling),
    names(0x0213, MAIN, "YCbCrPositioning", &[(1, "Centered"), (2, "Co-sited")]).fix(Fix::Short),
    rationals(0x0214, MAIN, "ReferenceBlackWhite", 6),
    bytes(0x02BC, ANY, "XMLPacket"),
    bytes(0x1000, ANY, "RelatedImageFileFormat"),
    bytes(0x1001, ANY, "RelatedImageWidth"),
    bytes(0x1002, ANY, "RelatedImageLength"),
    bytes(0x80E5, ANY, "ImageDepth"),
    bytes(0x828D, ANY, "CFARepeatPatternDim"),
    bytes(0x828E, ANY, "CFAPattern"),
    bytes(0x828F, ANY, "BatteryLevel"),
    ascii(0x8298, MAIN, "Copyright").text(Text::Copyright),
    rational(0x829A, EXIF, "ExposureTime").fix(Fix::Rational).text(Text::ExposureTime),
    rational(0x829D, EXIF, "FNumber").fix(Fix::Rational).text(Text::Real("f/", 1, "")),
    bytes(0x83BB, ANY, "IPTC/NAA"),
    bytes(0x8649, ANY, "ImageResources"),
    bytes(0x8773, ANY, "InterColorProfile"),
    names(0x8822, EXIF, "ExposureProgram", &[(0, "Not defined"), (1, "Manual"), (2, "Normal program"), (3, "Aperture priority"), (4, "Shutter priority"), (5, "Creative program"), (6, "Action program"), (7, "Portrait mode"), (8, "Landscape mode")]),
    ascii(0x8824, EXIF, "SpectralSensitivity"),
    short(0x8827, EXIF, "ISOSpeedRatings").fix(Fix::Short),
    bytes(0x8828, EXIF, "OECF"),
    bytes(0x882A, ANY, "TimeZoneOffset"),
    names(0x8830, EXIF, "SensitivityType", &[(0, "Unknown"), (1, "Standard output sensitivity"), (2, "Recommended exposure index"), (3, "ISO speed")]),
    tag(0x8831, EXIF, "StandardOutputSensitivity", Kind::Long, 1),
    tag(0x8832, EXIF, "RecommendedExposureIndex", Kind::Long, 1),
    tag(0x8833, EXIF, "ISOSpeed", Kind::Long, 1),
    tag(0x8834, EXIF, "ISOSpeedLatitudeyyy", Kind::Long, 1),
    tag(0x8835, EXIF, "ISOSpeedLatitudezzz", Kind::Long, 1),
    bytes(0x9000, EXIF, "ExifVersion").initial(b"0210").text(Text::ExifVersion),
    ascii(0x9003, EXIF, "DateTimeOriginal"),
    ascii(0x9004, EXIF, "DateTimeDigitized"),
    ascii(0x9010, EXIF, "OffsetTime"),
    ascii(0x9011, EXIF, "OffsetTimeOriginal"),
    ascii(0x9012, EXIF, "OffsetTimeDigitized"),
    bytes(0x9101, EXIF, "ComponentsConfiguration").initial(&[1, 2, 3, 0]).text(Text::Components),
    rational(0x9102, EXIF, "CompressedBitsPerPixel"),
    signed(0x9201, "ShutterSpeedValue").text(Text::Shutter),
    rational(0x9202, EXIF, "ApertureValue").fix(Fix::Rational).text(Text::Aperture),
    signed(0x9203, "BrightnessValue").text(Text::Brightness),
    signed(0x9204, "ExposureBiasValue").text(Text::Real("", 2, " EV")),
    rational(0x9205, EXIF, "MaxApertureValue").text(Text::Aperture),
    rational(0x9206, EXIF, "SubjectDistance").text(Text::Real("", 1, " m")),
    names(0x9207, EXIF, "MeteringMode", &[(0, "Unknown"), (1, "Average"), (2, "Center-weighted average"), (3, "Spot"), (4, "Multi spot"), (5, "Pattern"), (6, "Partial"), (255, "Other")]),
    names(0x9208, EXIF, "LightSource", &[(0, "Unknown"), (1, "Daylight"), (2, "Fluorescent"), (3, "Tungsten incandescent light"), (4, "Flash"), (9, "Fine weather"), (10, "Cloudy weather"), (11, "Shade"), (12, "Daylight fluorescent"), (13, "Day white fluorescent"), (14, "Cool white fluorescent"), (15, "White fluorescent"), (17, "Standard light A"), (18, "Standard light B"), (19, "Standard light C"), (20, "D55"), (21, "D65"), (22, "D75"), (24, "ISO studio tungsten"), (255, "Other")]),
    names(0x9209, EXIF, "Flash", FLASH),
    rational(0x920A, EXIF, "FocalLength").fix(Fix::Rational).text(Text::Real("", 1, " mm")),
    bytes(0x9214, EXIF, "SubjectArea").fix(Fix::Short).text(Text::SubjectArea),
    bytes(0x9216, ANY, "TIFF/EPStandardID"),
    bytes(0x927C, EXIF, "MakerNote"),
    comment(0x9286, EXIF, "UserComment").fix(Fix::Comment).text(Text::Comment),
    ascii(0x9290, EXIF, "SubsecTime"),
    ascii(0x9291, EXIF, "SubSecTimeOriginal"),
    ascii(0x9292, EXIF, "SubSecTimeDigitized"),
    utf16(0x9C9B, "XPTitle"),
    utf16(0x9C9C, "XPComment"),
    utf16(0x9C9D, "XPAuthor"),
    utf16(0x9C9E, "XPKeywords"),
    utf16(0x9C9F, "XPSubject"),
    bytes(0xA000, EXIF, "FlashpixVersion").initial(b"0100").text(Text::FlashpixVersion),
    names(0xA001, EXIF, "ColorSpace", &[(1, "sRGB"), (2, "Adobe RGB"), (0xFFFF, "Uncalibrated")]).fix(Fix::Short),
    tag(0xA002, EXIF, "PixelXDimension", Kind::Long, 1),
    tag(0xA003, EXIF, "PixelYDimension", Kind::Long, 1),
    ascii(0xA004, EXIF, "RelatedSoundFile"),
    rational(0xA20B, EXIF, "FlashEnergy"),
    bytes(0xA20C, EXIF, "SpatialFrequencyResponse"),
    rational(0xA20E, EXIF, "FocalPlaneXResolution"),
    rational(0xA20F, EXIF, "FocalPlaneYResolution"),
    names(0xA210, EXIF, "FocalPlaneResolutionUnit", UNITS),
    short(0xA214, EXIF, "SubjectLocation"),
    rational(0xA215, EXIF, "ExposureIndex"),
    names(0xA217, EXIF, "SensingMethod", &[(1, "Not defined"), (2, "One-chip color area sensor"), (3, "Two-chip color area sensor"), (4, "Three-chip color area sensor"), (5, "Color sequential area sensor"), (7, "Trilinear sensor"), (8, "Color sequential linear sensor")]).fix(Fix::Short),
    bytes(0xA300, EXIF, "FileSource").initial(&[3]).text(Text::Enumerated(Kind::Undefined, &[(3, "DSC")])),
    bytes(0xA301, EXIF, "SceneType").initial(&[1]).text(Text::Enumerated(Kind::Undefined, &[(1, "Directly photographed")])),
    bytes(0xA302, EXIF, "CFAPattern"),
    names(0xA401, EXIF, "CustomRendered", &[(0, "Normal process"), (1, "Custom process")]).fix(Fix::Short),
    names(0xA402, EXIF, "ExposureMode", &[(0, "Auto exposure"), (1, "Manual exposure"), (2, "Auto bracket")]).fix(Fix::Short),
    names(0xA403, EXIF, "WhiteBalance", &[(0, "Auto white balance"), (1, "Manual white balance")]).fix(Fix::Short),
    rational(0xA404, EXIF, "DigitalZoomRatio"),
    short(0xA405, EXIF, "FocalLengthIn35mmFilm"),
    names(0xA406, EXIF, "SceneCaptureType", &[(0, "Standard"), (1, "Landscape"), (2, "Portrait"), (3, "Night scene")]).fix(Fix::Short),
    names(0xA407, EXIF, "GainControl", &[(0, "Normal"), (1, "Low gain up"), (2, "High gain up"), (3, "Low gain down"), (4, "High gain down")]).fix(Fix::Short),
    names(0xA408, EXIF, "Contrast", &[(0, "Normal"), (1, "Soft"), (2, "Hard")]).fix(Fix::Short),
    names(0xA409, EXIF, "Saturation", &[(0, "Normal"), (1, "Low saturation"), (2, "High saturation")]).fix(Fix::Short),
    names(0xA40A, EXIF, "Sharpness", &[(0, "Normal"), (1, "Soft"), (2, "Hard")]).fix(Fix::Short),
    bytes(0xA40B, EXIF, "DeviceSettingDescription"),
    names(0xA40C, EXIF, "SubjectDistanceRange", &[(0, "Unknown"), (1, "Macro"), (2, "Close view"), (3, "Distant view")]),
    ascii(0xA420, EXIF, "ImageUniqueID"),
    ascii(0xA430, EXIF, "CameraOwnerName"),
    ascii(0xA431, EXIF, "BodySerialNumber"),
    rationals(0xA432, EXIF, "LensSpecification", 4),
    ascii(0xA433, EXIF, "LensMake"),
    ascii(0xA434, EXIF, "LensModel"),
    ascii(0xA435, EXIF, "LensSerialNumber"),
    names(0xA460, EXIF, "CompositeImage", &[(0, "Unknown"), (1, "Non-composite image"), (2, "General composite image"), (3, "Composite image captured while shooting")]),
    tag(0xA461, EXIF, "SourceImageNumberOfCompositeImage", Kind::Short, 2),
    bytes(0xA462, EXIF, "SourceExposureTimesOfCompositeImage"),
    rational(0xA500, EXIF, "Gamma"),
    bytes(0xC4A5, ANY, "PrintImageMatching"),
    bytes(0xEA1C, 0b0_0101, "Padding"),
];

const UNITS: &[(u16, &str)] = &[(1, "None"), (2, "Inch"), (3, "Centimeter")];

const FLASH: &[(u16, &str)] = &[
    (0x00, "Flash did not fire"),
    (0x01, "Flash fired"),
    (0x05, "Strobe return light not detected"),
    (0x07, "Strobe return light detected"),
    (0x08, "Flash did not fire"),
    (0x09, "Flash fired, compulsory flash mode"),
    (0x0D, "Flash fired, compulsory flash mode, return light not detected"),
    (0x0F, "Flash fired, compulsory flash mode, return light detected"),
    (0x10, "Flash did not fire, compulsory flash mode"),
    (0x18, "Flash did not fire, auto mode"),
    (0x19, "Flash fired, auto mode"),
    (0x1D, "Flash fired, auto mode, return light not detected"),
    (0x1F, "Flash fired, auto mode, return light detected"),
    (0x20, "No flash function"),
    (0x41, "Flash fired, red-eye reduction mode"),
    (0x45, "Flash fired, red-eye reduction mode, return light not detected"),
    (0x47, "Flash fired, red-eye reduction mode, return light detected"),
    (0x49, "Flash fired, compulsory flash mode, red-eye reduction mode"),
    (0x59, "Flash fired, auto mode, red-eye reduction mode"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise() {
        assert!(TAGS.is_sorted_by_key(|tag| (tag.number, tag.directories)));
    }

    #[test]
    fn names_depend_on_the_directory() {
        assert_eq!(find(3, 1).unwrap().name, "GPSLatitudeRef");
        assert_eq!(find(4, 1).unwrap().name, "InteroperabilityIndex");
        assert!(find(0, 1).is_none());
        assert_eq!(find_name(2, "CFAPattern").unwrap().number, 0x828E);
        assert_eq!(find_name(0, "DateTimeOriginal").unwrap().number, 0x9003);
    }
}
