//! Options that all loaders, and all savers, have.

use crate::declare::{ArgFlags, EnumMember, EnumSpec};
use crate::{Meta, Metadata};
use windlass_macros::{ArgEnum, ArgGroup};

/// How pixels will be asked for.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the choices of the reference")]
#[arg_enum(name = "VipsAccess")]
pub enum Access {
    /// In any order
    Random = 0,
    /// From top to bottom
    Sequential = 1,
    /// From top to bottom; the same as sequential
    SequentialUnbuffered = 2,
}

/// What makes loading fail; each level includes those before it.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the choices of the reference")]
#[arg_enum(name = "VipsFailOn")]
pub enum FailOn {
    /// Only what leaves no image at all
    None = 0,
    /// Data that end early
    Truncated = 1,
    /// Errors of the format
    Error = 2,
    /// Whatever else is wrong
    Warning = 3,
}

/// Options of every loader.
#[derive(ArgGroup, Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the options of the reference")]
pub struct LoadOptions {
    /// Force open via memory
    ///
    /// Accepted; the engine itself keeps pixels where an evaluation needs them more than once.
    #[arg(default = false)]
    pub memory: bool,
    /// Required access pattern for this file
    #[arg(default = Access::Random)]
    pub access: Access,
    /// Error level to fail on
    #[arg(default = FailOn::None)]
    pub fail_on: FailOn,
    /// Don't use a cached result for this operation
    #[arg(default = false)]
    pub revalidate: bool,
    /// Sequential read only
    #[arg(default = false, deprecated)]
    pub sequential: bool,
    /// Fail on first warning
    #[arg(default = false, deprecated)]
    pub fail: bool,
    /// Open to disc
    #[arg(default = true, deprecated)]
    pub disc: bool,
}

impl LoadOptions {
    /// The level to fail on, the deprecated option considered.
    pub fn level(&self) -> FailOn {
        if self.fail { FailOn::Warning } else { self.fail_on }
    }

    /// Notes in the last item that the caller will go from top to bottom.
    pub fn note_access(&self, metadata: &mut Metadata) {
        if self.access != Access::Random || self.sequential {
            metadata.set("vips-sequential", Meta::Int(1));
        }
    }
}

/// Metadata that a saver keeps (`VipsForeignKeep`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keep(i32);

impl Keep {
    /// Nothing
    pub const NONE: Self = Self(0);
    /// EXIF
    pub const EXIF: Self = Self(1);
    /// XMP
    pub const XMP: Self = Self(2);
    /// IPTC
    pub const IPTC: Self = Self(4);
    /// The colour profile
    pub const ICC: Self = Self(8);
    /// Comments and the like
    pub const OTHER: Self = Self(16);
    /// The gain map
    pub const GAINMAP: Self = Self(32);
    /// Everything
    pub const ALL: Self = Self(63);

    /// Whether it has all of `other`.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl std::ops::BitOr for Keep {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl ArgFlags for Keep {
    const SPEC: &'static EnumSpec = &EnumSpec {
        name: "VipsForeignKeep",
        doc: "Metadata that a saver keeps.",
        members: &[
            EnumMember { nick: "none", value: 0, doc: "Nothing" },
            EnumMember { nick: "exif", value: 1, doc: "EXIF" },
            EnumMember { nick: "xmp", value: 2, doc: "XMP" },
            EnumMember { nick: "iptc", value: 4, doc: "IPTC" },
            EnumMember { nick: "icc", value: 8, doc: "The colour profile" },
            EnumMember { nick: "other", value: 16, doc: "Comments and the like" },
            EnumMember { nick: "gainmap", value: 32, doc: "The gain map" },
            EnumMember { nick: "all", value: 63, doc: "Everything" },
        ],
    };
    fn from_bits(bits: i32) -> Self {
        Self(bits & 63)
    }
    fn bits(self) -> i32 {
        self.0
    }
}

/// Options of every saver.
#[derive(ArgGroup, Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the options of the reference")]
pub struct SaveOptions {
    /// Which metadata to retain
    #[arg(shown = Keep::ALL)]
    pub keep: Option<Keep>,
    /// Background value
    pub background: Option<Vec<f64>>,
    /// Set page height for multipage save
    #[arg(default = 0, min = 0, max = 100_000_000)]
    pub page_height: i32,
    /// Filename of ICC profile to embed
    pub profile: Option<String>,
    /// Strip all metadata from image
    #[arg(default = false, deprecated)]
    pub strip: bool,
}

impl SaveOptions {
    /// What to keep, the deprecated option and the profile considered.
    pub fn kept(&self) -> Keep {
        let keep = self.keep.unwrap_or(if self.strip { Keep::NONE } else { Keep::ALL });
        if self.profile.is_some() { keep | Keep::ICC } else { keep }
    }
}
