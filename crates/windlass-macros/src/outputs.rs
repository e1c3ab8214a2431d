//! `#[derive(Outputs)]`.

use crate::fields::{doc, option_of};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, LitStr, Result};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let ident = &input.ident;
    let Data::Struct(syn::DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        return Err(Error::new(ident.span(), "outputs are the fields of a struct"));
    };
    let mut specs = Vec::new();
    let mut values = Vec::new();
    for field in &fields.named {
        let Some(field_ident) = &field.ident else { continue };
        let plain = field_ident.to_string();
        let mut name = plain.trim_end_matches('_').to_owned();
        let mut optional = false;
        for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("out")) {
            attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("optional") {
                    optional = true;
                } else if meta.path.is_ident("name") {
                    name = meta.value()?.parse::<LitStr>()?.value();
                } else {
                    return Err(meta.error("one of optional, name"));
                }
                Ok(())
            })?;
        }
        let text = doc(&field.attrs);
        if text.is_empty() {
            return Err(Error::new(
                field_ident.span(),
                "an output needs a sentence of documentation",
            ));
        }
        let inner = option_of(&field.ty);
        let ty = inner.unwrap_or(&field.ty);
        specs.push(quote!(::windlass_core::declare::OutSpec {
            name: #name,
            doc: #text,
            kind: <#ty as ::windlass_core::declare::ArgValue>::TYPE,
            optional: #optional,
        }));
        values.push(if inner.is_some() {
            quote!(if let Some(value) = &self.#field_ident {
                values.push((#name, ::windlass_core::declare::ArgValue::to_value(value)));
            })
        } else {
            quote!(values.push((#name, ::windlass_core::declare::ArgValue::to_value(&self.#field_ident)));)
        });
    }
    Ok(quote! {
        impl ::windlass_core::declare::Outputs for #ident {
            const OUTPUTS: &'static [::windlass_core::declare::OutSpec] = &[#(#specs),*];
            fn into_values(self) -> Vec<(&'static str, ::windlass_core::declare::Value)> {
                let mut values = Vec::new();
                #(#values)*
                values
            }
        }
    })
}
