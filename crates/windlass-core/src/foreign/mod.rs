//! Formats as the table of operations sees them: loaders and savers from one struct of options.

pub mod names;
pub mod options;
pub mod search;

use crate::declare::{
    ArgFlags, ArgGroup, ArgSpec, ArgType, ArgValue, Args, EnumMember, EnumSpec, OpSpec, OutSpec,
    Outputs, Value,
};
use crate::{Image, Meta};
use bytes::Bytes;
use std::marker::PhantomData;
use windlass_io::{Result, Source, Target};

/// The options of a loader: `new_from_file`, `_buffer` and `_source` are made from it.
pub trait Load: ArgGroup {
    /// Whether the image is told which loader read it.
    const NAMED: bool = true;

    /// Reads the header; pixels come when they are asked for.
    fn load(&self, source: &Source) -> Result<Image>;

    /// What the loader can do with this file.
    fn flags(&self, image: &Image) -> ForeignFlags {
        let _ = image;
        ForeignFlags::SEQUENTIAL
    }
}

/// What a loader can do with a file (`VipsForeignFlags`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ForeignFlags(i32);

impl ForeignFlags {
    /// Everything is decoded at the first look.
    pub const NONE: Self = Self(0);
    /// Any region can be read alone.
    pub const PARTIAL: Self = Self(1);
    /// Rows come from top to bottom.
    pub const SEQUENTIAL: Self = Self(4);
}

impl ArgFlags for ForeignFlags {
    const SPEC: &'static EnumSpec = &EnumSpec {
        name: "VipsForeignFlags",
        doc: "What a loader can do with a file.",
        members: &[
            EnumMember { nick: "none", value: 0, doc: "Everything is decoded at the first look" },
            EnumMember { nick: "partial", value: 1, doc: "Any region can be read alone" },
            EnumMember {
                nick: "bigendian",
                value: 2,
                doc: "The file has the most significant byte first",
            },
            EnumMember { nick: "sequential", value: 4, doc: "Rows come from top to bottom" },
            EnumMember { nick: "all", value: 7, doc: "All of these" },
        ],
    };
    fn from_bits(bits: i32) -> Self {
        Self(bits)
    }
    fn bits(self) -> i32 {
        self.0
    }
}

/// The options of a saver: `write_to_file`, `_buffer` and `_target` are made from it.
pub trait Save: ArgGroup {
    /// Writes the image; the target is committed at the end, or aborted.
    fn save(&self, image: &Image, target: &Target) -> Result<()>;

    /// Writes the image to a target that the caller made, also where that is a file with a name: a format
    /// of many files packs them into one.
    fn save_to_target(&self, image: &Image, target: &Target) -> Result<()> {
        self.save(image, target)
    }
}

/// Through what a file is read or written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the three kinds of the reference")]
pub enum Through {
    /// A file by name
    File,
    /// Bytes
    Buffer,
    /// A source
    Source,
    /// A target
    Target,
}

/// A format as the search by content and by suffix sees it.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "one static a format")]
pub struct FormatSpec {
    /// Its short name: `png`
    pub name: &'static str,
    /// The nickname of its file loader, where it loads: `pngload`
    pub loader: Option<&'static str>,
    /// The nickname of its file saver, where it saves: `pngsave`
    pub saver: Option<&'static str>,
    /// Suffixes of files that are saved with it, with their dots
    pub suffixes: &'static [&'static str],
    /// Loaders are tried from high to low priority
    pub priority: i32,
    /// Whether the first bytes (up to [`SNIFF`]) are of this format
    pub sniff: fn(&[u8]) -> bool,
    /// Whether it may read untrusted files
    pub trusted: bool,
}

/// Bytes that a `sniff` sees at most.
pub const SNIFF: usize = 4096;

/// The loaders of `L` as operations; what the derive calls.
#[derive(Debug)]
pub struct Loading<L>(PhantomData<L>);

impl<L: Load> Loading<L> {
    /// The declaration of one of the three.
    pub fn spec(
        through: Through,
        nickname: &'static str,
        doc: &'static str,
        nocache: bool,
        (file, line): (&'static str, u32),
    ) -> OpSpec {
        let (first, call): (ArgSpec, Call) = match through {
            Through::Buffer => (required("buffer", "Buffer to load from", ArgType::Blob), |args| {
                Self::outputs(args, &Source::from_memory(args.required::<Bytes>(0)?))
            }),
            Through::Source => {
                (required("source", "Source to load from", ArgType::Source), |args| {
                    Self::outputs(args, &args.required::<Source>(0)?)
                })
            }
            Through::File | Through::Target => {
                (required("filename", "Filename to load from", ArgType::String), |args| {
                    Self::outputs(args, &Source::from_name(args.required::<String>(0)?)?)
                })
            }
        };
        let mut args = vec![first];
        args.extend(L::args());
        OpSpec {
            nickname,
            family: "foreign",
            sequential: false,
            nocache,
            summary: doc.lines().next().unwrap_or_default(),
            doc,
            args,
            outputs: LOADED,
            call,
            file,
            line,
        }
    }

    fn outputs(args: &Args, source: &Source) -> Result<Vec<(&'static str, Value)>> {
        let options = L::from_slots(args, &mut 1)?;
        let image = options.load(source)?;
        let flags = options.flags(&image).to_value();
        let mut header = image.header().clone();
        // first of all items: the operation that did the load
        let mut metadata = crate::Metadata::default();
        if L::NAMED {
            metadata.set("vips-loader", Meta::String(args.spec().nickname.into()));
        }
        metadata.merge(&header.metadata);
        header.metadata = metadata;
        header.filename = source.filename().map(|name| name.to_string_lossy().into());
        Ok(vec![("out", Value::Image(image.with_header(header)?)), ("flags", flags)])
    }
}

/// The savers of `S` as operations; what the derive calls.
#[derive(Debug)]
pub struct Saving<S>(PhantomData<S>);

impl<S: Save> Saving<S> {
    /// The declaration of one of the three.
    pub fn spec(
        through: Through,
        nickname: &'static str,
        doc: &'static str,
        nocache: bool,
        (file, line): (&'static str, u32),
    ) -> OpSpec {
        let mut args = vec![required("in", "Image to save", ArgType::Image)];
        let (outputs, call): (&'static [OutSpec], Call) = match through {
            Through::Buffer => (<Bytes as Outputs>::OUTPUTS, |args| {
                let target = Target::to_memory();
                Self::save(args, 1, &target)?;
                Ok(vec![("buffer", Value::Blob(target.bytes()))])
            }),
            Through::Target => {
                args.push(required("target", "Target to save to", ArgType::Target));
                (&[], |args| {
                    let (image, target) = (args.required::<Image>(0)?, args.required::<Target>(1)?);
                    S::from_slots(args, &mut { 2 })?.save_to_target(&image, &target)?;
                    Ok(Vec::new())
                })
            }
            Through::File | Through::Source => {
                args.push(required("filename", "Filename to save to", ArgType::String));
                (&[], |args| {
                    Self::save(args, 2, &Target::to_name(args.required::<String>(1)?)?)?;
                    Ok(Vec::new())
                })
            }
        };
        args.extend(S::args());
        OpSpec {
            nickname,
            family: "foreign",
            sequential: false,
            nocache,
            summary: doc.lines().next().unwrap_or_default(),
            doc,
            args,
            outputs,
            call,
            file,
            line,
        }
    }

    fn save(args: &Args, options: usize, target: &Target) -> Result<()> {
        let image = args.required::<Image>(0)?;
        S::from_slots(args, &mut { options })?.save(&image, target)
    }
}

type Call = fn(&Args) -> Result<Vec<(&'static str, Value)>>;

static LOADED: &[OutSpec] = &[
    OutSpec { name: "out", doc: "Output image", kind: Image::TYPE, optional: false },
    OutSpec { name: "flags", doc: "Flags for this file", kind: ForeignFlags::TYPE, optional: true },
];

fn required(name: &'static str, doc: &'static str, kind: ArgType) -> ArgSpec {
    ArgSpec {
        name,
        doc,
        kind,
        required: true,
        default: None,
        min: None,
        max: None,
        deprecated: false,
        modify: false,
    }
}
