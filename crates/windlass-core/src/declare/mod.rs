//! One declaration per operation: what the derives emit, and the dynamic call by name over it.

mod args;
mod recipe;
mod registry;
mod spec;
mod value;

pub use args::Args;
#[doc(hidden)]
pub mod derive {
    //! What the derives call.
    use super::{ArgEnum, Value, args};
    use windlass_io::Result;

    /// The member of an enumeration from a checked value.
    pub fn enum_from<T: ArgEnum>(value: &Value) -> Result<T> {
        args::enum_from(value)
    }

    /// A member as a value.
    pub fn enum_value<T: ArgEnum>(member: T) -> Value {
        args::enum_value(member)
    }
}
pub use recipe::Recipe;
pub use registry::{Entry, Registry, image_operation, operation};
pub use spec::{ArgSpec, ArgType, EnumMember, EnumSpec, Named, OpSpec, OutSpec};
pub use value::{ArgEnum, ArgFlags, ArgValue, Outputs, Value};

use windlass_io::Result;

/// An operation: a struct of arguments with a declaration. Derived by `#[derive(Operation)]`.
pub trait Operation: Build + Sized {
    /// Name and declaration, for the table.
    const ENTRY: Entry;

    /// The declaration.
    fn spec() -> &'static OpSpec {
        (Self::ENTRY.spec)()
    }

    /// The operation that checked arguments describe.
    fn from_args(args: &Args) -> Result<Self>;
}

/// A struct of optional arguments that several declarations share.
pub trait ArgGroup: Default + Clone + Send + Sync + 'static {
    /// The declarations.
    fn args() -> Vec<ArgSpec>;
    /// The values from `slot` on, which moves past them.
    fn from_slots(args: &Args, slot: &mut usize) -> Result<Self>;
}

/// What an operation makes of its arguments.
pub trait Build {
    /// An image, a number, a struct of several, or nothing.
    type Output: Outputs;

    /// Checks the arguments and makes the output. Images are only described, not computed;
    /// numbers are.
    fn build(&self) -> Result<Self::Output>;
}
