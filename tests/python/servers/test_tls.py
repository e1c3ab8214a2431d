"""HTTPS with authorities of one's own, and servers that ask for a certificate.

Each read runs in a process of its own, since the environment names the files.
"""

import contextlib
import datetime
import http.server
import ipaddress
import os
import ssl
import subprocess
import sys
import threading

import pytest

from ..faults.common import OURS, required

pytestmark = required
x509 = pytest.importorskip("cryptography.x509", reason="cryptography IS ABSENT: `pip install -r tests/requirements.txt`")
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402

CANDIDATE = os.environ.get("WINDLASS_MODULE", "windlass")
READ = f"""
import os, sys
if os.environ.get("WINDLASS_PATH"):
    sys.path.insert(0, os.environ["WINDLASS_PATH"])
import {CANDIDATE} as library
try:
    print(library.Image.new_from_file(sys.argv[1]).width)
except library.Error as error:
    print(error.kind, error)
"""


def certified(folder, name, issuer=None):
    """Makes `name.pem` and `name.key`, signed by `issuer` or by itself; returns what signs others."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    by, by_key = issuer or (subject, key)
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(by).public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
    certificate = builder.sign(by_key, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / f"{name}.key").write_bytes(key.private_bytes(*form))
    return subject, key


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An authority, a server, a client, and a picture."""
    folder = tmp_path_factory.mktemp("tls")
    authority = certified(folder, "authority")
    certified(folder, "server", authority)
    certified(folder, "client", authority)
    certified(folder, "stranger")
    (folder / "both.pem").write_bytes((folder / "client.key").read_bytes() + (folder / "client.pem").read_bytes())
    OURS.Image.black(123, 45).write_to_file(str(folder / "photo.png"))
    return folder


@contextlib.contextmanager
def server(folder, asks):
    """The address of a server for the files of a folder, which `asks` for a certificate or not."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=folder)

        def log_message(self, *arguments):
            """Nobody reads it."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    if asks:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(folder / "authority.pem")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.handle_error = lambda *_: None
        # The handshake runs on the thread of the connection.
        running.socket = context.wrap_socket(running.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"https://127.0.0.1:{running.server_port}/photo.png"
        running.shutdown()


def read(folder, address, **files):
    settings = {f"WINDLASS_HTTP_{name.upper()}": str(folder / file) for name, file in files.items()}
    environment = {**os.environ, "WINDLASS_HTTP_RETRIES": "0", **settings}
    result = subprocess.run([sys.executable, "-c", READ, address], capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_an_authority_of_ones_own(folder):
    with server(folder, asks=False) as address:
        assert "UnknownIssuer" in read(folder, address)
        assert read(folder, address, authorities="authority.pem") == "123"
        assert "UnknownIssuer" in read(folder, address, authorities="stranger.pem")


def test_a_server_that_asks_for_a_certificate(folder):
    with server(folder, asks=True) as address:
        assert read(folder, address, authorities="authority.pem", certificate="client.pem", key="client.key") == "123"
        assert read(folder, address, authorities="authority.pem", certificate="both.pem") == "123"
        assert read(folder, address, authorities="authority.pem").startswith("Io")
        assert read(folder, address, authorities="authority.pem", certificate="stranger.pem", key="stranger.key").startswith("Io")


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"authorities": "none.pem"}, "none.pem"),
        ({"authorities": "client.key"}, "client.key holds no certificate in the form PEM"),
        ({"certificate": "client.pem"}, "client.pem holds no private key in the form PEM"),
        ({"certificate": "client.pem", "key": "authority.pem"}, "authority.pem holds no private key in the form PEM"),
    ],
)
def test_files_that_are_not_right(folder, files, text):
    assert text in read(folder, "https://127.0.0.1:9/photo.png", **files)
