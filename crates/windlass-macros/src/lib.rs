//! Derives of the declarations of windlass.
//!
//! They carry a declaration into the table and contain no logic: ranges, conversions and messages
//! are `windlass_core::declare::Args::set`, compiled once.

#![forbid(unsafe_code)]

mod enums;
mod fields;
mod foreign;
mod operation;
mod outputs;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Declares an operation: the struct's fields are its arguments, in order.
///
/// `#[operation(family = "…", name = "…", sequential, nocache)]`; without `name` the nickname is
/// the struct's name in snake case. A field `T` is required, with `#[arg(default = …)]` or as
/// `Option<T>` optional; `#[arg(name = "…", min = …, max = …, deprecated, modify, flatten)]`, and
/// `shown = …` for the default that the declaration of an `Option<T>` names.
/// The first line of a field's documentation is its blurb and must be there.
#[proc_macro_derive(Operation, attributes(operation, arg))]
pub fn operation(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    operation::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Declares a struct of optional arguments that other declarations take in by `#[arg(flatten)]`.
#[proc_macro_derive(ArgGroup, attributes(arg))]
pub fn arg_group(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    fields::derive_group(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Declares the three loaders of a format (file, buffer, source) from one struct of options.
///
/// `#[foreign(name = "pngload", nocache, only = "file, source")]`; the struct is an `ArgGroup` and implements `Load`.
#[proc_macro_derive(Load, attributes(foreign))]
pub fn load(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    foreign::derive(&input, foreign::Way::Load)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Declares the three savers of a format (file, buffer, target) from one struct of options.
///
/// `#[foreign(name = "pngsave", only = "file, target")]`; the struct is an `ArgGroup` and implements `Save`.
#[proc_macro_derive(Save, attributes(foreign))]
pub fn save(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    foreign::derive(&input, foreign::Way::Save)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Declares an enumeration whose members users know by nickname.
///
/// `#[arg_enum(name = "VipsExtend")]`; a member's nickname is its name in kebab case, or
/// `#[arg(nick = "…")]`; its number is its discriminant.
#[proc_macro_derive(ArgEnum, attributes(arg_enum, arg))]
pub fn arg_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    enums::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Declares a struct of several outputs; `#[out(optional)]` marks an `Option<T>` that is given to
/// callers who ask for it, `#[out(name = "…")]` its name.
#[proc_macro_derive(Outputs, attributes(out))]
pub fn outputs(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    outputs::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
