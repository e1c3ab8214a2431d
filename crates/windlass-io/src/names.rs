//! Names that people give: of files, or addresses of what lies elsewhere.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind, Result, Source, Target, Tick, Tree};

/// The kinds of addresses there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Scheme {
    File,
    Http,
    Bucket,
    Sqlite,
    Postgres,
}

/// True if `name` is an address such as `https://…`, `s3://…` or `sqlite:…`, not a file's name.
pub fn is_url(name: &str) -> bool {
    scheme(name).is_some()
}

/// The name that tells the format of what is written to `name`: the name itself, but for
/// addresses what stands behind a `#`, such as `.webp`, else the path without the query.
pub fn format_name(name: &str) -> &str {
    if !is_url(name) {
        return name;
    }
    match split_format(name) {
        (_, Some(suffix)) => suffix,
        (plain, None) => plain.split('?').next().unwrap_or(plain),
    }
}

/// A name as it may stand in messages: addresses lose passwords, and queries that may hold secrets.
///
/// ```
/// use windlass_io::shown;
///
/// assert_eq!(shown("https://me:word@host/a.jpg?sig=x"), "https://host/a.jpg?…");
/// assert_eq!(shown("photo.jpg"), "photo.jpg");
/// ```
pub fn shown(name: &str) -> String {
    let Some((scheme, rest)) = name.split_once("://") else { return name.to_owned() };
    let (user, rest) = split_user(rest);
    let (plain, query) = rest.split_once('?').unwrap_or((rest, ""));
    if !matches!(scheme, "postgres" | "postgresql") {
        let query = if query.is_empty() { "" } else { "?…" };
        return format!("{scheme}://{plain}{query}");
    }
    // Whose rows they are, and which, is no secret.
    let kept: Vec<&str> = query.split('&').filter(|pair| names_row(pair)).collect();
    let user = user.map_or("", |user| user.split(':').next().unwrap_or_default());
    let at = if user.is_empty() { "" } else { "@" };
    let mark = if kept.is_empty() { "" } else { "?" };
    format!("{scheme}://{user}{at}{plain}{mark}{}", kept.join("&"))
}

/// The part before the `@` of an address, and what follows. A password in which `/`, `?` or `#`
/// was not encoded is one nevertheless.
fn split_user(rest: &str) -> (Option<&str>, &str) {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    // the colons of an address of IPv6 stand in brackets
    let behind = authority.rsplit_once(']').map_or(authority, |(_, behind)| behind);
    let port = behind.rsplit_once(':').map_or("", |(_, port)| port);
    let is_whole = authority.contains('@') || port.bytes().all(|digit| digit.is_ascii_digit());
    let searched = if is_whole { authority } else { rest };
    match searched.rfind('@').map(|at| rest.split_at(at)) {
        Some((user, host)) => (Some(user), host.strip_prefix('@').unwrap_or(host)),
        None => (None, rest),
    }
}

/// True for parts of a query that name a place in a database.
fn names_row(pair: &str) -> bool {
    let key = pair.split('=').next().unwrap_or_default();
    ["table", "column", "key", "value", "oid"].contains(&key)
}

/// An address, and the suffix behind its `#`.
fn split_format(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('#') {
        Some((plain, suffix)) if suffix.starts_with('.') => (plain, Some(suffix)),
        Some(_) | None => (name, None),
    }
}

impl Source {
    /// What lies under a name: a file, which is opened at once, or an address as in [`is_url`],
    /// which is opened at the first use.
    pub fn from_name(name: impl AsRef<Path>) -> Result<Self> {
        let path = name.as_ref();
        let Some((scheme, name)) = address(path) else {
            return Self::from_file(path).map_err(|error| hinted(error, path));
        };
        match scheme {
            Scheme::File => Self::from_file(file_path(name)),
            #[cfg(feature = "http")]
            Scheme::Http => {
                crate::http::source(strip_method(name).1, crate::HttpOptions::default())
            }
            #[cfg(feature = "s3")]
            Scheme::Bucket => crate::bucket::source(name),
            #[cfg(feature = "sqlite")]
            Scheme::Sqlite => crate::sqlite::source(name),
            #[cfg(feature = "postgres")]
            Scheme::Postgres => crate::postgres::source(name),
            #[cfg(not(all(
                feature = "http",
                feature = "s3",
                feature = "sqlite",
                feature = "postgres"
            )))]
            _ => Err(not_built(scheme)),
        }
    }

    /// What lies under a name, opened at once; a wait for another machine ends with the tick.
    pub fn from_name_with(name: impl AsRef<Path>, tick: &Tick) -> Result<Self> {
        let source = Self::from_name(name)?;
        source.connect(tick)?;
        Ok(source)
    }
}

impl Target {
    /// A place under a name: a file, or an address as in [`is_url`].
    pub fn to_name(name: impl AsRef<Path>) -> Result<Self> {
        let path = name.as_ref();
        let Some((scheme, name)) = address(path) else { return Ok(Self::to_file(path)) };
        let _ = name;
        match scheme {
            Scheme::File => Ok(Self::to_file(file_path(name))),
            #[cfg(feature = "http")]
            Scheme::Http => {
                let (method, name) = strip_method(name);
                let target = Self::http(name, method, crate::HttpOptions::default())?;
                Ok(target.with_address(name))
            }
            #[cfg(feature = "s3")]
            Scheme::Bucket => Ok(crate::bucket::target(name)?.with_address(name)),
            #[cfg(feature = "sqlite")]
            Scheme::Sqlite => crate::sqlite::target(name),
            #[cfg(feature = "postgres")]
            Scheme::Postgres => crate::postgres::target(name),
            #[cfg(not(all(
                feature = "http",
                feature = "s3",
                feature = "sqlite",
                feature = "postgres"
            )))]
            _ => Err(not_built(scheme)),
        }
    }
}

impl Tree {
    /// Objects below a name: a folder, or an address of HTTP or of a bucket.
    pub fn to_name(name: impl AsRef<Path>) -> Result<Self> {
        let path = name.as_ref();
        let Some((scheme, name)) = address(path) else { return Self::folder(path) };
        match scheme {
            Scheme::File => Self::folder(file_path(name)),
            #[cfg(feature = "http")]
            Scheme::Http => crate::http::tree(strip_method(name).1, crate::HttpOptions::default()),
            #[cfg(feature = "s3")]
            Scheme::Bucket => crate::bucket::tree(name),
            Scheme::Sqlite | Scheme::Postgres => {
                Err(Error::new(ErrorKind::Unsupported, "a row of a table takes one object"))
            }
            #[cfg(not(all(feature = "http", feature = "s3")))]
            _ => Err(not_built(scheme)),
        }
    }
}

fn address(path: &Path) -> Option<(Scheme, &str)> {
    let name = path.to_str()?;
    Some((scheme(name)?, split_format(name).0))
}

fn scheme(name: &str) -> Option<Scheme> {
    if name.starts_with("sqlite:") {
        return Some(Scheme::Sqlite);
    }
    match name.split_once("://")?.0 {
        "file" => Some(Scheme::File),
        "http" | "https" | "put+http" | "put+https" | "post+http" | "post+https" => {
            Some(Scheme::Http)
        }
        "s3" | "s3a" | "gs" | "az" | "azure" | "abfs" | "abfss" => Some(Scheme::Bucket),
        "postgres" | "postgresql" => Some(Scheme::Postgres),
        _ => None,
    }
}

/// What a message adds where `name` looks like an address and is none that is known; else nothing.
///
/// ```
/// use windlass_io::address_hint;
///
/// assert!(address_hint("htp://example.com/a.jpg").contains("http://"));
/// assert_eq!(address_hint("folder/a.jpg"), "");
/// ```
pub fn address_hint(name: &str) -> String {
    let Some((scheme, rest)) = name.split_once(':') else { return String::new() };
    let letters = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    if scheme.is_empty() || !letters || !rest.starts_with('/') || is_url(name) {
        return String::new();
    }
    format!(", and no address begins so: they begin with {ADDRESSES}")
}

/// A file that is not there may have been meant as an address.
fn hinted(error: Error, path: &Path) -> Error {
    let hint = path.to_str().map(address_hint).unwrap_or_default();
    if hint.is_empty() || error.kind() != ErrorKind::NotFound {
        return error;
    }
    Error::new(ErrorKind::NotFound, format!("{}{hint}", error.message())).with_source(error)
}

const ADDRESSES: &str =
    "file://, http://, https://, s3://, gs://, az://, abfss://, sqlite: or postgres://";

/// The path of `file:///path` or `file://localhost/path`.
fn file_path(name: &str) -> PathBuf {
    let path = name.strip_prefix("file://").unwrap_or(name);
    let path = path.strip_prefix("localhost").unwrap_or(path);
    PathBuf::from(OsStr::from_bytes(&percent_decoded(path)))
}

/// `put+https://…` or `post+https://…`: how to upload, and the address.
#[cfg(feature = "http")]
fn strip_method(name: &str) -> (crate::Method, &str) {
    match (name.strip_prefix("post+"), name.strip_prefix("put+")) {
        (Some(name), _) => (crate::Method::Post, name),
        (None, Some(name)) => (crate::Method::Put, name),
        (None, None) => (crate::Method::Put, name),
    }
}

#[cfg(not(all(feature = "http", feature = "s3", feature = "sqlite", feature = "postgres")))]
fn not_built(scheme: Scheme) -> Error {
    let message = format!("this build has no connections of the kind {scheme:?}");
    Error::new(ErrorKind::Unsupported, message)
}

/// The bytes of a text in which some stand as `%` and two digits.
pub(crate) fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                out.push(byte);
                at += 3;
            }
            Some(_) | None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

/// The part before `?` and the decoded pairs after it.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn query(name: &str) -> Result<(&str, Vec<(String, String)>)> {
    let (plain, query) = name.split_once('?').unwrap_or((name, ""));
    let decoded = |text: &str| {
        let bytes = percent_decoded(&text.replace('+', " "));
        String::from_utf8(bytes)
            .map_err(|_| Error::new(ErrorKind::BadArgument, "the address is not UTF-8"))
    };
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((decoded(key)?, decoded(value)?));
    }
    Ok((plain, pairs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_addresses() {
        for url in ["http://x/y", "https://x", "s3://b/k", "sqlite:a.db?table=t", "file:///a"] {
            assert!(is_url(url), "{url}");
        }
        for file in ["a.jpg", "/a/b:c.png", "http:/x", "x://y", "a?b=c", ""] {
            assert!(!is_url(file), "{file}");
        }
        assert_eq!(format_name("a?b#.png"), "a?b#.png");
        assert_eq!(format_name("https://h/a.jpg?x=.png"), "https://h/a.jpg");
        assert_eq!(format_name("sqlite:a.db?table=t#.webp"), ".webp");
        assert_eq!(file_path("file:///a%20b"), PathBuf::from("/a b"));
        assert_eq!(file_path("file://localhost/a"), PathBuf::from("/a"));
    }

    #[test]
    fn secrets_are_not_shown() {
        for (name, expected) in [
            ("https://me:pw@host:8/a@2x.png", "https://host:8/a@2x.png"),
            ("https://host/a.png?X-Sig=abc&b=c", "https://host/a.png?…"),
            ("http://me:p/w?d#x@host/a", "http://host/a"),
            ("ftp://me:pw@host/a", "ftp://host/a"),
            ("HTTP://me:pw@[::1]:80/a", "HTTP://[::1]:80/a"),
            ("http://[::1]/a@b", "http://[::1]/a@b"),
            ("s3://id:secret@bucket/key", "s3://bucket/key"),
            (
                "postgres://me:pw@host/db?password=x&table=t&sslpassword=y&key=k",
                "postgres://me@host/db?table=t&key=k",
            ),
            ("postgres://me@host/db?table=t", "postgres://me@host/db?table=t"),
            ("sqlite:a@b.db?table=t", "sqlite:a@b.db?table=t"),
            ("a?b=c", "a?b=c"),
            ("", ""),
        ] {
            assert_eq!(shown(name), expected, "{name}");
        }
    }

    #[test]
    fn a_file_by_its_address() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let name = format!("file://{}", file.path().display());
        let target = Target::to_name(&name).unwrap();
        let mut writer = target.begin().unwrap();
        std::io::Write::write_all(&mut writer, b"hello").unwrap();
        writer.commit().unwrap();
        assert_eq!(Source::from_name(&name).unwrap().read_to_vec(99).unwrap(), b"hello");
    }

    #[test]
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    fn queries() {
        let (plain, pairs) = query("sqlite:a.db?table=t&value=a%26b+c&x").unwrap();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(plain, "sqlite:a.db");
        assert_eq!(pairs, [pair("table", "t"), pair("value", "a&b c"), pair("x", "")]);
    }

    #[test]
    fn decoding() {
        assert_eq!(percent_decoded("a%2Fb%zz%"), b"a/b%zz%");
    }
}
