//! Fields of argument structs.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Expr, Fields, Ident, LitStr, Result, Type};

/// An argument: a field with its attributes.
pub(crate) struct Arg {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) doc: String,
    /// The type of the value: of `Option<T>` it is `T`.
    pub(crate) value: Type,
    pub(crate) optional: bool,
    pub(crate) default: Option<Expr>,
    /// The default that the declaration names, of an `Option` whose absence means more than that.
    shown: Option<Expr>,
    min: Option<Expr>,
    max: Option<Expr>,
    deprecated: bool,
    modify: bool,
    pub(crate) flatten: bool,
}

impl Arg {
    pub(crate) fn required(&self) -> bool {
        !self.optional && self.default.is_none() && !self.flatten
    }

    /// Pushes the argument's declaration on `args`.
    pub(crate) fn spec(&self) -> TokenStream {
        let Self { name, doc, value, deprecated, modify, .. } = self;
        if self.flatten {
            return quote!(args.extend(<#value as ::windlass_core::declare::ArgGroup>::args()););
        }
        let required = self.required();
        let default = self.default.as_ref().or(self.shown.as_ref()).map_or_else(
            || quote!(None),
            |expr| {
                quote!(Some({
                    let default: #value = ::core::convert::Into::into(#expr);
                    ::windlass_core::declare::ArgValue::to_value(&default)
                }))
            },
        );
        let bound = |expr: &Option<Expr>| {
            expr.as_ref().map_or_else(|| quote!(None), |expr| quote!(Some((#expr) as f64)))
        };
        let (min, max) = (bound(&self.min), bound(&self.max));
        quote! {
            args.push(::windlass_core::declare::ArgSpec {
                name: #name,
                doc: #doc,
                kind: <#value as ::windlass_core::declare::ArgValue>::TYPE,
                required: #required,
                default: #default,
                min: #min,
                max: #max,
                deprecated: #deprecated,
                modify: #modify,
            });
        }
    }

    /// The field's value from `args` at `slot`, which moves on.
    pub(crate) fn take(&self) -> TokenStream {
        let Self { ident, value, .. } = self;
        if self.flatten {
            return quote!(#ident: <#value as ::windlass_core::declare::ArgGroup>::from_slots(args, slot)?,);
        }
        let get = if let Some(default) = &self.default {
            quote!(args.optional::<#value>(at)?.unwrap_or_else(|| ::core::convert::Into::into(#default)))
        } else if self.optional {
            quote!(args.optional::<#value>(at)?)
        } else {
            quote!(args.required::<#value>(at)?)
        };
        quote!(#ident: { let at = *slot; *slot += 1; #get },)
    }

    /// The field's value when nothing was said.
    pub(crate) fn initial(&self) -> TokenStream {
        let ident = &self.ident;
        match &self.default {
            _ if self.flatten => quote!(#ident: ::core::default::Default::default(),),
            Some(expr) => quote!(#ident: ::core::convert::Into::into(#expr),),
            None => quote!(#ident: None,),
        }
    }

    /// The setter of an optional argument.
    pub(crate) fn setter(&self) -> TokenStream {
        let Self { ident, value, doc, .. } = self;
        if self.required() {
            return TokenStream::new();
        }
        let set = if self.optional { quote!(Some(value.into())) } else { quote!(value.into()) };
        quote! {
            #[doc = #doc]
            pub fn #ident(mut self, value: impl Into<#value>) -> Self {
                self.#ident = #set;
                self
            }
        }
    }
}

/// The arguments of a struct.
pub(crate) fn args(input: &DeriveInput) -> Result<Vec<Arg>> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.span(), "arguments are the fields of a struct"));
    };
    match &data.fields {
        Fields::Named(fields) => fields.named.iter().map(arg).collect(),
        Fields::Unit => Ok(Vec::new()),
        Fields::Unnamed(fields) => Err(Error::new(fields.span(), "arguments have names")),
    }
}

fn arg(field: &syn::Field) -> Result<Arg> {
    let ident =
        field.ident.clone().ok_or_else(|| Error::new(field.span(), "arguments have names"))?;
    let plain = ident.to_string();
    let plain = plain.trim_start_matches("r#").trim_end_matches('_');
    let name = if plain == "input" { "in" } else { plain }.to_owned();
    let inner = option_of(&field.ty);
    let mut arg = Arg {
        doc: doc(&field.attrs),
        value: inner.unwrap_or(&field.ty).clone(),
        optional: inner.is_some(),
        ident,
        name,
        default: None,
        shown: None,
        min: None,
        max: None,
        deprecated: false,
        modify: false,
        flatten: false,
    };
    for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("arg")) {
        attr.parse_nested_meta(|meta| {
            let key = meta.path.get_ident().map(Ident::to_string).unwrap_or_default();
            match key.as_str() {
                "name" => arg.name = meta.value()?.parse::<LitStr>()?.value(),
                "default" => arg.default = Some(meta.value()?.parse()?),
                "shown" => arg.shown = Some(meta.value()?.parse()?),
                "min" => arg.min = Some(meta.value()?.parse()?),
                "max" => arg.max = Some(meta.value()?.parse()?),
                "deprecated" => arg.deprecated = true,
                "modify" => arg.modify = true,
                "flatten" => arg.flatten = true,
                _ => {
                    return Err(meta.error(
                        "one of name, default, shown, min, max, deprecated, modify, flatten",
                    ));
                }
            }
            Ok(())
        })?;
    }
    if arg.doc.is_empty() && !arg.flatten {
        return Err(Error::new(field.span(), "an argument needs a sentence of documentation"));
    }
    Ok(arg)
}

/// `T` of `Option<T>`.
pub(crate) fn option_of(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|s| s.ident == "Option")?;
    let syn::PathArguments::AngleBracketed(generics) = &last.arguments else { return None };
    match generics.args.first() {
        Some(syn::GenericArgument::Type(inner)) => Some(inner),
        _ => None,
    }
}

/// The documentation, lines joined.
pub(crate) fn doc(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter(|attr| attr.path().is_ident("doc")).filter_map(|attr| {
        let syn::Meta::NameValue(pair) = &attr.meta else { return None };
        let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else {
            return None;
        };
        Some(text.value().trim().to_owned())
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// `impl ArgGroup` and `Default` for a struct of optional arguments.
pub(crate) fn derive_group(input: &DeriveInput) -> Result<TokenStream> {
    let args = args(input)?;
    if let Some(arg) = args.iter().find(|arg| arg.required()) {
        return Err(Error::new(arg.ident.span(), "arguments of a group are optional"));
    }
    let name = &input.ident;
    let specs = args.iter().map(Arg::spec);
    let takes = args.iter().map(Arg::take);
    let initials = args.iter().map(Arg::initial);
    let setters = args.iter().map(Arg::setter);
    Ok(quote! {
        impl ::windlass_core::declare::ArgGroup for #name {
            fn args() -> ::std::vec::Vec<::windlass_core::declare::ArgSpec> {
                let mut args = ::std::vec::Vec::new();
                #(#specs)*
                args
            }
            fn from_slots(
                args: &::windlass_core::declare::Args,
                slot: &mut usize,
            ) -> ::windlass_core::Result<Self> {
                Ok(Self { #(#takes)* })
            }
        }
        impl ::core::default::Default for #name {
            fn default() -> Self {
                Self { #(#initials)* }
            }
        }
        impl #name {
            #(#setters)*
        }
    })
}
