//! Whom a client trusts over TLS, and what it shows of itself.

use std::path::Path;

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use super::HttpOptions;
use crate::{Result, pem};

/// What the options say. Files are read at once.
pub(super) fn config(options: &HttpOptions) -> Result<TlsConfig> {
    let mut builder = TlsConfig::builder();
    if let Some(file) = &options.authorities {
        builder = builder.root_certs(RootCerts::new_with_certs(&certificates(file)?));
    }
    if let Some(file) = &options.certificate {
        let certificates = certificates(file)?;
        let key = private_key(options.key.as_deref().unwrap_or(file))?;
        builder = builder.client_cert(Some(ClientCert::new_with_certs(&certificates, key)));
    }
    Ok(builder.build())
}

fn certificates(file: &Path) -> Result<Vec<Certificate<'static>>> {
    let certificates = pem::certificates(file)?;
    Ok(certificates.iter().map(|der| Certificate::from_der(der).to_owned()).collect())
}

fn private_key(file: &Path) -> Result<PrivateKey<'static>> {
    let key = |item| match item {
        Ok(PemItem::PrivateKey(key)) => Some(Ok(key)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    };
    let keys = |text: &[u8]| parse_pem(text).filter_map(key).collect();
    Ok(pem::items::<_, ureq::Error>(file, "private key", keys)?.swap_remove(0))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tempfile::NamedTempFile;

    use super::*;
    use crate::{Error, ErrorKind};

    /// A file with sections of these kinds.
    fn file(labels: &[&str]) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        for label in labels {
            writeln!(file, "-----BEGIN {label}-----\nAQID\n-----END {label}-----").unwrap();
        }
        file
    }

    fn refused(options: &HttpOptions) -> Error {
        config(options).map(|_| ()).unwrap_err()
    }

    #[test]
    fn files_that_lack_something() {
        let (empty, certificate) = (file(&[]), file(&["CERTIFICATE"]));
        let path = |file: &NamedTempFile| Some(file.path().to_owned());
        let with = HttpOptions::default;
        for (options, what) in [
            (HttpOptions { authorities: path(&empty), ..with() }, "holds no certificate"),
            (HttpOptions { certificate: path(&empty), ..with() }, "holds no certificate"),
            (HttpOptions { certificate: path(&certificate), ..with() }, "holds no private key"),
        ] {
            let error = refused(&options);
            assert_eq!(error.kind(), ErrorKind::BadArgument);
            assert!(error.message().contains(what), "{error}");
        }
    }

    #[test]
    fn private_keys_of_any_kind() {
        for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"] {
            let file = file(&["CERTIFICATE", label]);
            assert_eq!(private_key(file.path()).unwrap().der(), [1, 2, 3], "{label}");
        }
    }
}
