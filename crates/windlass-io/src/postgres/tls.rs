//! TLS to PostgreSQL, by the options that its own clients have: `sslmode` and `sslrootcert`.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::postgres::config::{Host, SslMode};
use ::postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use ::postgres::{Config, Socket};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream as Encrypted;

use super::bad;
use crate::{Error, ErrorKind, Result, pem, settings};

/// How far a server is trusted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Mode {
    /// No TLS.
    Disable,
    /// TLS if the server has it, whoever that is.
    Prefer,
    /// TLS, whoever the server is.
    Require,
    /// A certificate that a trusted authority has signed.
    VerifyCa,
    /// One that also names the host.
    VerifyFull,
}

/// The options of a connection that concern TLS.
#[derive(Clone, Debug)]
pub(super) struct Security {
    mode: Mode,
    /// A file with the authorities that are trusted; without one, those of the system.
    roots: Option<PathBuf>,
}

impl Security {
    /// From the values of `sslmode` and `sslrootcert`, which may also stand in the environment.
    pub(super) fn new(mode: Option<String>, roots: Option<String>) -> Result<Self> {
        let value = |name| settings::variable(name).and_then(|value| value.into_string().ok());
        let mode = mode.or_else(|| value("PGSSLMODE"));
        let roots = roots.or_else(|| value("PGSSLROOTCERT"));
        let of_system = roots.as_deref() == Some("system");
        let mode = match mode.as_deref() {
            None if of_system => Mode::VerifyFull,
            Some("verify-full") => Mode::VerifyFull,
            Some(_) if of_system => {
                return Err(bad("sslrootcert=system goes with sslmode=verify-full alone"));
            }
            None | Some("allow" | "prefer") => Mode::Prefer,
            Some("disable") => Mode::Disable,
            // as in libpq, for the sake of older programs
            Some("require") if roots.is_some() => Mode::VerifyCa,
            Some("require") => Mode::Require,
            Some("verify-ca") => Mode::VerifyCa,
            Some(other) => return Err(bad(format!("sslmode is {other:?}, not one of {MODES}"))),
        };
        let roots = roots.filter(|_| !of_system).map(PathBuf::from);
        Ok(Self { mode, roots: roots.or_else(own_roots) })
    }

    /// Tells the client. Sockets of the own machine have no TLS.
    pub(super) fn apply(&self, config: &mut Config) {
        let local = config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)));
        config.ssl_mode(match self.mode {
            Mode::Disable => SslMode::Disable,
            _ if local => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        });
    }

    /// What makes the connections.
    pub(super) fn connector(&self) -> Result<Connector> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let trust = if self.mode >= Mode::VerifyCa {
            Some(Trust::new(self.certificates()?, self.mode == Mode::VerifyFull)?)
        } else {
            None
        };
        let verifier = Arc::new(Verifier { trust, provider: provider.clone() });
        let builder = ClientConfig::builder_with_provider(provider);
        let mut config = builder
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::wrap(ErrorKind::Internal, error))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(Connector(Arc::new(config)))
    }

    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>> {
        match &self.roots {
            Some(file) => pem::certificates(file),
            None => Ok(rustls_native_certs::load_native_certs().certs),
        }
    }
}

/// The file that libpq reads where nothing is said.
fn own_roots() -> Option<PathBuf> {
    let file = Path::new(&settings::variable("HOME")?).join(".postgresql/root.crt");
    file.exists().then_some(file)
}

/// The authorities that are trusted.
#[derive(Debug)]
struct Trust {
    certificates: Vec<CertificateDer<'static>>,
    store: RootCertStore,
    names: bool,
}

impl Trust {
    fn new(certificates: Vec<CertificateDer<'static>>, names: bool) -> Result<Self> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(certificates.iter().cloned());
        if store.is_empty() {
            return Err(bad("there is no authority to trust: name a file in sslrootcert"));
        }
        Ok(Self { certificates, store, names })
    }
}

/// Looks at the certificate of a server as far as the mode asks for that.
#[derive(Debug)]
struct Verifier {
    trust: Option<Trust>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(trust) = &self.trust else { return Ok(ServerCertVerified::assertion()) };
        let parsed = ParsedCertificate::try_from(certificate)?;
        // A certificate that signed itself is trusted by being named; there is no chain to follow.
        if !trust.certificates.contains(certificate) {
            let algorithms = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(
                &parsed,
                &trust.store,
                intermediates,
                now,
                algorithms,
            )?;
        }
        if trust.names {
            verify_server_name(&parsed, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Makes connections with TLS.
#[derive(Clone)]
pub(super) struct Connector(Arc<ClientConfig>);

impl MakeTlsConnect<Socket> for Connector {
    type Stream = Stream;
    type TlsConnect = Connection;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> io::Result<Connection> {
        Ok(Connection { connector: TlsConnector::from(self.0.clone()), host: host.to_owned() })
    }
}

/// One connection to be made.
pub(super) struct Connection {
    connector: TlsConnector,
    /// Only looked at where TLS is wanted: a local socket has no name.
    host: String,
}

impl TlsConnect<Socket> for Connection {
    type Stream = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move {
            let name = ServerName::try_from(self.host).map_err(io::Error::other)?;
            let encrypted = self.connector.connect(name, socket).await?;
            Ok(Stream(Box::new(encrypted)))
        })
    }
}

/// A connection with TLS.
pub(super) struct Stream(Box<Encrypted<Socket>>);

impl TlsStream for Stream {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(context)
    }
}

const MODES: &str = "disable, prefer, require, verify-ca, verify-full";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_as_libpq_has_them() {
        let mode = |mode: Option<&str>, roots: Option<&str>| {
            Security::new(mode.map(str::to_owned), roots.map(str::to_owned)).map(|made| made.mode)
        };
        assert_eq!(mode(None, None).unwrap(), Mode::Prefer);
        assert_eq!(mode(Some("require"), None).unwrap(), Mode::Require);
        assert_eq!(mode(Some("require"), Some("ca.pem")).unwrap(), Mode::VerifyCa);
        assert_eq!(mode(None, Some("system")).unwrap(), Mode::VerifyFull);
        assert!(mode(Some("prefer"), Some("system")).is_err());
        assert!(mode(Some("on"), None).unwrap_err().message().contains("verify-full"));
    }
}
