//! The table's rows.

use super::{Args, Value};
use windlass_io::Result;

/// Outputs by name, in the order of declaration.
pub type Named = Vec<(&'static str, Value)>;

/// The declaration of an operation.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by the derive alone")]
pub struct OpSpec {
    /// The name users call it by
    pub nickname: &'static str,
    /// Its folder: `arithmetic`, `conversion`, …
    pub family: &'static str,
    /// The reference's flag: reads its input from top to bottom
    pub sequential: bool,
    /// The reference's flag: results are not kept in the cache of operations
    pub nocache: bool,
    /// The first line of the documentation
    pub summary: &'static str,
    /// The whole documentation
    pub doc: &'static str,
    /// Inputs, in the order of declaration
    pub args: Vec<ArgSpec>,
    /// Outputs, in the order of declaration
    pub outputs: &'static [OutSpec],
    /// Builds it from checked arguments
    pub call: fn(&Args) -> Result<Named>,
    /// Where it is declared
    pub file: &'static str,
    /// Where it is declared
    pub line: u32,
}

impl OpSpec {
    /// The input called `name`; `-` and `_` are the same.
    pub fn arg(&self, name: &str) -> Option<(usize, &ArgSpec)> {
        self.args.iter().enumerate().find(|(_, arg)| same_name(arg.name, name))
    }

    /// The output called `name`.
    pub fn output(&self, name: &str) -> Option<&OutSpec> {
        self.outputs.iter().find(|out| same_name(out.name, name))
    }

    /// Inputs that must be given, in order.
    pub fn required(&self) -> impl Iterator<Item = &ArgSpec> {
        self.args.iter().filter(|arg| arg.required)
    }
}

/// An input of an operation.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by the derive alone")]
pub struct ArgSpec {
    /// The name users call it by
    pub name: &'static str,
    /// What it does
    pub doc: &'static str,
    /// What it takes
    pub kind: ArgType,
    /// Whether it must be given
    pub required: bool,
    /// Its value when not given
    pub default: Option<Value>,
    /// Least value of a number
    pub min: Option<f64>,
    /// Greatest value of a number
    pub max: Option<f64>,
    /// Accepted for old programs only
    pub deprecated: bool,
    /// The image is changed by the operation: callers hand in a private copy
    pub modify: bool,
}

/// An output of an operation.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by the derive alone")]
pub struct OutSpec {
    /// The name users call it by
    pub name: &'static str,
    /// What it holds
    pub doc: &'static str,
    /// Its type
    pub kind: ArgType,
    /// Given to callers who ask for it
    pub optional: bool,
}

/// The type of an argument.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ArgType {
    /// A truth value
    Bool,
    /// A 32-bit integer
    Int,
    /// An unsigned 64-bit integer
    UInt64,
    /// A double
    Double,
    /// Text
    String,
    /// One of a set of names
    Enum(&'static EnumSpec),
    /// Some of a set of names
    Flags(&'static EnumSpec),
    /// An image
    Image,
    /// Several images
    Images,
    /// Several integers
    Ints,
    /// Several doubles
    Doubles,
    /// Bytes
    Blob,
    /// A connection to read from
    Source,
    /// A connection to write to
    Target,
    /// How to sample between pixels
    Interpolate,
}

/// An enumeration: its names, numbers and meanings.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by the derive alone")]
pub struct EnumSpec {
    /// The name of the class users know: `VipsExtend`
    pub name: &'static str,
    /// What it chooses
    pub doc: &'static str,
    /// The choices
    pub members: &'static [EnumMember],
}

impl EnumSpec {
    /// The member called `nick`, in any case; the full C name (`VIPS_EXTEND_BLACK`) is taken too.
    pub fn by_nick(&self, nick: &str) -> Option<&'static EnumMember> {
        let plain = |text: &str| text.to_ascii_lowercase().replace('_', "-");
        let wanted = plain(nick);
        self.members
            .iter()
            .find(|m| plain(m.nick) == wanted)
            .or_else(|| self.members.iter().find(|m| plain(&self.c_name(m.nick)) == wanted))
    }

    /// The member of number `value`.
    pub fn by_value(&self, value: i32) -> Option<&'static EnumMember> {
        self.members.iter().find(|m| m.value == value)
    }

    /// All nicknames, joined by commas.
    pub fn nicks(&self) -> String {
        self.members.iter().map(|m| m.nick).collect::<Vec<_>>().join(", ")
    }

    fn c_name(&self, nick: &str) -> String {
        let mut name = String::from("VIPS");
        for letter in self.name.trim_start_matches("Vips").chars() {
            if letter.is_ascii_uppercase() {
                name.push('_');
            }
            name.push(letter.to_ascii_uppercase());
        }
        format!("{name}_{nick}")
    }
}

/// A member of an enumeration.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by the derive alone")]
pub struct EnumMember {
    /// The name users call it by
    pub nick: &'static str,
    /// Its number
    pub value: i32,
    /// What it means
    pub doc: &'static str,
}

/// Whether two argument names are the same, `-` standing for `_`.
fn same_name(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .all(|(x, y)| x == y || matches!((x, y), (b'-' | b'_', b'-' | b'_')))
}
