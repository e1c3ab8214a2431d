"""The chapter on connections: its examples run as they are written, section by section.

Addresses of the examples lead to servers on loopback: an HTTP server of ours, and an S3 server
from PyPI. A section with the words "needs its own servers" in a comment is tested elsewhere.
"""

import contextlib
import http.server
import os
import re
import threading
from pathlib import Path

import pytest

from .material import encoded, ours  # noqa: F401

PAGE = Path(__file__).resolve().parents[3] / "docs" / "connections.md"


def sections():
    """Titles and code of the sections that have any."""
    found = {}
    for part in re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE):
        title = part.split("\n", 1)[0].lstrip("# ")
        code = re.findall(r"^```python\n(.*?)^```", part, flags=re.MULTILINE | re.DOTALL)
        if code and "needs its own servers" not in part:
            found[title] = "\n".join(code)
    return found


@pytest.fixture(scope="module")
def site():
    """The place that the examples call images.example.com."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(encoded("jpeg", 400, 300))

        def do_PUT(self):
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.send_response(201)
            self.end_headers()

        def log_message(self, *args):
            pass

    with running(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        yield f"127.0.0.1:{server.server_port}"


@contextlib.contextmanager
def running(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def store():
    """A server that speaks S3, with a bucket."""
    moto = pytest.importorskip("moto.server", reason="moto[s3,server] is not installed")
    boto3 = pytest.importorskip("boto3")
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    former = os.environ.copy()
    os.environ.update(settings)
    client = boto3.client("s3")
    client.create_bucket(Bucket="my-bucket")
    client.put_object(Bucket="my-bucket", Key="photo.jpg", Body=encoded("jpeg", 400, 300))
    yield client
    os.environ.clear()
    os.environ.update(former)
    server.stop()


@pytest.mark.parametrize("title", sections())
def test_examples(ours, title, tmp_path, monkeypatch, request, site):
    code = sections()[title]
    if "boto3" in code:
        request.getfixturevalue("store")
    for module in ("requests", "cryptography"):
        if f"import {module}" in code or f"from {module}" in code:
            pytest.importorskip(module)
    (tmp_path / "photo.jpg").write_bytes(encoded("jpeg", 400, 300))
    monkeypatch.chdir(tmp_path)
    code = code.replace("https://images.example.com", f"http://{site}").replace("images.example.com", site)
    code = code.replace("HTTPSConnection", "HTTPConnection")
    exec(compile(code, f"{PAGE.name}: {title}", "exec"), {"__name__": "example", "os": os})


def test_multipart_uploads_leave_nothing_behind(ours, store, tmp_path, monkeypatch):
    """The upload of the section on S3: complete, or aborted."""
    code = next(code for title, code in sections().items() if title.startswith("S3"))
    names = {}
    exec(code, names)
    stored = store.get_object(Bucket="my-bucket", Key="processed/photo.png")["Body"].read()
    assert stored == names["image"].write_to_buffer(".png")
    upload = names["Upload"]("my-bucket", "broken.png")
    target = ours.TargetCustom()
    target.on_write(upload.write)
    target.on_end(upload.end)
    target.on_abort(upload.abort)
    broken = ours.Image.new_from_buffer(encoded("png")[:-3000], fail_on="truncated")
    with pytest.raises(ours.Error):
        broken.write_to_target(target, ".png")
    assert "Uploads" not in store.list_multipart_uploads(Bucket="my-bucket")
    assert [item["Key"] for item in store.list_objects_v2(Bucket="my-bucket")["Contents"]] == ["photo.jpg", "processed/photo.png"]


def test_every_topic_has_an_example():
    topics = ["one line", "Files, memory", "handlers", "HTTP in", "SQLite", "S3", "Upload", "Encrypt", "Generators", "Errors", "Async"]
    for topic in topics:
        assert [title for title in sections() if topic in title], topic
