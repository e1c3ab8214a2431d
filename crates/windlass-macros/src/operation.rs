//! `#[derive(Operation)]`.

use crate::fields::{self, Arg};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Error, Ident, LitStr, Result};

#[derive(Default)]
struct Options {
    name: Option<String>,
    family: Option<String>,
    sequential: bool,
    nocache: bool,
}

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let options = options(input)?;
    let args = fields::args(input)?;
    let ident = &input.ident;
    let nickname = options.name.unwrap_or_else(|| snake_case(&ident.to_string()));
    let family = options
        .family
        .ok_or_else(|| Error::new(ident.span(), "#[operation(family = \"…\")] is missing"))?;
    let doc = fields::doc(&input.attrs);
    if doc.is_empty() {
        return Err(Error::new(ident.span(), "an operation needs documentation"));
    }
    let summary = doc.lines().next().unwrap_or_default().trim_end_matches('.').to_owned();
    let (sequential, nocache) = (options.sequential, options.nocache);
    let specs = args.iter().map(Arg::spec);
    let takes = args.iter().map(Arg::take);
    let constructor = constructor(&args);
    let setters = args.iter().map(Arg::setter);
    Ok(quote! {
        impl ::windlass_core::declare::Operation for #ident {
            const ENTRY: ::windlass_core::declare::Entry = {
                fn spec() -> &'static ::windlass_core::declare::OpSpec {
                    static SPEC: ::std::sync::LazyLock<::windlass_core::declare::OpSpec> =
                        ::std::sync::LazyLock::new(|| ::windlass_core::declare::OpSpec {
                            nickname: #nickname,
                            family: #family,
                            sequential: #sequential,
                            nocache: #nocache,
                            summary: #summary,
                            doc: #doc,
                            args: {
                                let mut args = ::std::vec::Vec::new();
                                #(#specs)*
                                args
                            },
                            outputs: <<#ident as ::windlass_core::declare::Build>::Output as
                                ::windlass_core::declare::Outputs>::OUTPUTS,
                            call: |args| {
                                let operation =
                                    <#ident as ::windlass_core::declare::Operation>::from_args(args)?;
                                let output = ::windlass_core::declare::Build::build(&operation)?;
                                Ok(::windlass_core::declare::Outputs::into_values(output))
                            },
                            file: file!(),
                            line: line!(),
                        });
                    &SPEC
                }
                ::windlass_core::declare::Entry { nickname: #nickname, spec }
            };

            fn from_args(args: &::windlass_core::declare::Args) -> ::windlass_core::Result<Self> {
                let start = &mut 0_usize;
                let slot = start;
                Ok(Self { #(#takes)* })
            }
        }

        impl #ident {
            #constructor
            #(#setters)*
        }
    })
}

/// `new` with the required arguments.
fn constructor(args: &[Arg]) -> TokenStream {
    let (required, optional): (Vec<_>, Vec<_>) = args.iter().partition(|arg| arg.required());
    let idents: Vec<_> = required.iter().map(|arg| &arg.ident).collect();
    let types = required.iter().map(|arg| &arg.value);
    let initials = optional.iter().map(|arg| arg.initial());
    quote! {
        /// The operation with its required arguments; optional ones have their defaults.
        #[allow(
            clippy::too_many_arguments,
            clippy::new_without_default,
            clippy::allow_attributes,
            reason = "as many as the operation has"
        )]
        pub fn new(#(#idents: impl Into<#types>),*) -> Self {
            Self { #(#idents: #idents.into(),)* #(#initials)* }
        }
    }
}

fn options(input: &DeriveInput) -> Result<Options> {
    let mut options = Options::default();
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("operation")) {
        attr.parse_nested_meta(|meta| {
            let key = meta.path.get_ident().map(Ident::to_string).unwrap_or_default();
            match key.as_str() {
                "name" => options.name = Some(meta.value()?.parse::<LitStr>()?.value()),
                "family" => options.family = Some(meta.value()?.parse::<LitStr>()?.value()),
                "sequential" => options.sequential = true,
                "nocache" => options.nocache = true,
                _ => return Err(meta.error("one of name, family, sequential, nocache")),
            }
            Ok(())
        })?;
    }
    Ok(options)
}

/// `ExtractArea` as `extract_area`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
