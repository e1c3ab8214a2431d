//! An address, what of it may be shown, and what goes with each request.

use ureq::tls::TlsConfig;

use super::{HttpOptions, tls};
use crate::names::{percent_decoded, shown};
use crate::{Error, ErrorKind, Result};

/// An address with the options of its requests.
#[derive(Clone)]
pub(super) struct Address {
    /// Without user and password.
    pub(super) url: String,
    /// For messages: also without the query, which may hold a signature.
    pub(super) nick: String,
    pub(super) options: HttpOptions,
    pub(super) tls: TlsConfig,
}

impl Address {
    pub(super) fn new(address: &str, mut options: HttpOptions) -> Result<Self> {
        let bad = || Error::new(ErrorKind::BadArgument, "not an address of HTTP");
        let (scheme, rest) = address.split_once("://").ok_or_else(bad)?;
        let rest = rest.split('#').next().unwrap_or(rest);
        let host_end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(host_end);
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        if host.is_empty() {
            return Err(bad());
        }
        if let Some(user) = user {
            let user = percent_decoded(user);
            let user = if user.contains(&b':') { user } else { [&user[..], b":"].concat() };
            options.headers.push(("Authorization".to_owned(), format!("Basic {}", base64(&user))));
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        let url = format!("{scheme}://{host}{slash}{}", encoded(path));
        let nick = shown(&url);
        let tls = tls::config(&options)?;
        Ok(Self { url, nick, options, tls })
    }

    /// The address of an object below this one.
    pub(super) fn below(&self, name: &str) -> String {
        let (plain, query) = match self.url.split_once('?') {
            Some((plain, query)) => (plain, format!("?{query}")),
            None => (self.url.as_str(), String::new()),
        };
        let name = encoded(name).replace('?', "%3F");
        format!("{}/{name}{query}", plain.trim_end_matches('/'))
    }
}

/// Encodes what may not stand in an address; what is encoded already stays.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let at = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4_usize {
            let digit = BASE64[(bits >> (18 - 6 * i) & 63) as usize];
            out.push(char::from(if i <= group.len() { digit } else { b'=' }));
        }
    }
    out
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let address = Address::new(
            "https://me:s%40crt@host:8/a b.png?X-Amz-Signature=abc#x",
            HttpOptions::default(),
        )
        .unwrap();
        assert_eq!(address.url, "https://host:8/a%20b.png?X-Amz-Signature=abc");
        assert_eq!(address.nick, "https://host:8/a%20b.png?…");
        let header = ("Authorization".to_owned(), "Basic bWU6c0BjcnQ=".to_owned());
        assert_eq!(address.options.headers, [header]);
        assert_eq!(
            address.below("x/1?.png"),
            "https://host:8/a%20b.png/x/1%3F.png?X-Amz-Signature=abc"
        );
    }

    #[test]
    fn base64_as_in_rfc_4648() {
        for (text, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), coded);
        }
    }

    #[test]
    fn bad_addresses() {
        for bad in ["http://", "http:/x", "x", "http:///path"] {
            assert!(Address::new(bad, HttpOptions::default()).is_err(), "{bad}");
        }
    }
}
