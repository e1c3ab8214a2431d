//! `#[derive(Load)]` and `#[derive(Save)]`: up to three operations from one struct of options.

use crate::fields;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DeriveInput, Error, Ident, LitStr, Result};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Load,
    Save,
}

pub(crate) fn derive(input: &DeriveInput, way: Way) -> Result<TokenStream> {
    let ident = &input.ident;
    let Options { name, nocache, only } = options(input)?;
    let doc = fields::doc(&input.attrs);
    let kinds: [(&str, TokenStream); 3] = match way {
        Way::Load => [("", quote!(File)), ("_buffer", quote!(Buffer)), ("_source", quote!(Source))],
        Way::Save => [("", quote!(File)), ("_buffer", quote!(Buffer)), ("_target", quote!(Target))],
    };
    let (through, of) = match way {
        Way::Load => (quote!(Loading), format_ident!("LOADERS")),
        Way::Save => (quote!(Saving), format_ident!("SAVERS")),
    };
    let kinds: Vec<_> = kinds
        .iter()
        .filter(|(_, kind)| {
            let kind = kind.to_string().to_lowercase();
            only.as_ref().is_none_or(|only| only.split(", ").any(|one| one == kind))
        })
        .collect();
    let count = kinds.len();
    let entries = kinds.iter().map(|(suffix, kind)| {
        let nickname = format!("{name}{suffix}");
        // sources and targets are never kept: their bytes may be gone
        let nocache = nocache || way == Way::Save || *suffix == "_source";
        quote! {{
            fn spec() -> &'static ::windlass_core::declare::OpSpec {
                static SPEC: ::std::sync::LazyLock<::windlass_core::declare::OpSpec> =
                    ::std::sync::LazyLock::new(|| {
                        ::windlass_core::foreign::#through::<#ident>::spec(
                            ::windlass_core::foreign::Through::#kind,
                            #nickname,
                            #doc,
                            #nocache,
                            (file!(), line!()),
                        )
                    });
                &SPEC
            }
            ::windlass_core::declare::Entry { nickname: #nickname, spec }
        }}
    });
    let blurb = match way {
        Way::Load => "The loaders of the format: from a file, from bytes, from a source.",
        Way::Save => "The savers of the format: to a file, to bytes, to a target.",
    };
    Ok(quote! {
        impl #ident {
            #[doc = #blurb]
            pub const #of: [::windlass_core::declare::Entry; #count] = [#(#entries),*];
        }
    })
}

struct Options {
    name: String,
    nocache: bool,
    /// The kinds of connection there is an operation for; all if it isn't said.
    only: Option<String>,
}

fn options(input: &DeriveInput) -> Result<Options> {
    let (mut name, mut nocache, mut only) = (None, false, None);
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("foreign")) {
        attr.parse_nested_meta(|meta| {
            let key = meta.path.get_ident().map(Ident::to_string).unwrap_or_default();
            match key.as_str() {
                "name" => name = Some(meta.value()?.parse::<LitStr>()?.value()),
                "nocache" => nocache = true,
                "only" => only = Some(meta.value()?.parse::<LitStr>()?.value()),
                _ => return Err(meta.error("one of name, nocache, only")),
            }
            Ok(())
        })?;
    }
    let name =
        name.ok_or_else(|| Error::new(input.ident.span(), "#[foreign(name = \"…\")] is missing"))?;
    Ok(Options { name, nocache, only })
}
