//! `#[derive(ArgEnum)]`.

use crate::fields::doc;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, LitStr, Result};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let ident = &input.ident;
    let Data::Enum(data) = &input.data else {
        return Err(Error::new(ident.span(), "an enumeration is an enum"));
    };
    let mut name = None;
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("arg_enum")) {
        attr.parse_nested_meta(|meta| {
            if !meta.path.is_ident("name") {
                return Err(meta.error("only name"));
            }
            name = Some(meta.value()?.parse::<LitStr>()?.value());
            Ok(())
        })?;
    }
    let name = name.unwrap_or_else(|| format!("Vips{ident}"));
    let blurb = doc(&input.attrs);
    let mut members = Vec::new();
    let mut arms = Vec::new();
    for variant in &data.variants {
        let (variant_ident, text) = (&variant.ident, doc(&variant.attrs));
        if text.is_empty() {
            return Err(Error::new(
                variant_ident.span(),
                "a member needs a sentence of documentation",
            ));
        }
        let mut nick = kebab_case(&variant_ident.to_string());
        for attr in variant.attrs.iter().filter(|attr| attr.path().is_ident("arg")) {
            attr.parse_nested_meta(|meta| {
                if !meta.path.is_ident("nick") {
                    return Err(meta.error("only nick"));
                }
                nick = meta.value()?.parse::<LitStr>()?.value();
                Ok(())
            })?;
        }
        members.push(quote!(::windlass_core::declare::EnumMember {
            nick: #nick,
            value: #ident::#variant_ident as i32,
            doc: #text,
        }));
        arms.push(quote!(if value == #ident::#variant_ident as i32 { return Some(Self::#variant_ident); }));
    }
    Ok(quote! {
        impl ::windlass_core::declare::ArgEnum for #ident {
            const SPEC: &'static ::windlass_core::declare::EnumSpec = &::windlass_core::declare::EnumSpec {
                name: #name,
                doc: #blurb,
                members: &[#(#members),*],
            };
            fn from_number(value: i32) -> Option<Self> {
                #(#arms)*
                None
            }
            fn number(self) -> i32 {
                self as i32
            }
        }
        impl ::windlass_core::declare::ArgValue for #ident {
            const TYPE: ::windlass_core::declare::ArgType = ::windlass_core::declare::ArgType::Enum(
                <#ident as ::windlass_core::declare::ArgEnum>::SPEC,
            );
            fn from_value(value: &::windlass_core::declare::Value) -> ::windlass_core::Result<Self> {
                ::windlass_core::declare::derive::enum_from(value)
            }
            fn to_value(&self) -> ::windlass_core::declare::Value {
                ::windlass_core::declare::derive::enum_value(*self)
            }
        }
    })
}

/// `ThinStrip` as `thin-strip`.
fn kebab_case(name: &str) -> String {
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}
