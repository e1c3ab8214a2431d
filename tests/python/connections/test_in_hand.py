"""Sources and targets of what programs have in hand, in one line."""

import bz2
import gzip
import http.server
import io
import mmap
import os
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
import zipfile
from pathlib import Path

import numpy as np
import pytest

from .material import encoded, ours, pixels  # noqa: F401

DATA = encoded("png")


@pytest.fixture(scope="module")
def server():
    """An HTTP server without ranges, which takes what is put to it."""
    taken = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            found = self.path != "/missing.png"
            body = DATA if found else b"nothing here"
            if self.path == "/gzip.png":
                body = gzip.compress(body)
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            if self.path == "/gzip.png":
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(body)

        def do_PUT(self):
            body = bytearray()
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            taken[self.path] = bytes(body)
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.taken = taken
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def address(server, name):
    return f"http://127.0.0.1:{server.server_port}/{name}"


def loads(ours, obj):
    assert np.array_equal(ours.Image.new_from_source(obj).numpy(), pixels(DATA))


@pytest.mark.parametrize(
    "make",
    [
        bytes,
        bytearray,
        memoryview,
        io.BytesIO,
        lambda data: np.frombuffer(data, np.uint8),
        lambda data: iter([data[:5], b"", data[5:]]),
        lambda data: [data[:5000], data[5000:]],
        lambda data: (data[at : at + 700] for at in range(0, len(data), 700)),
        lambda data: gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(data))),
        lambda data: bz2.BZ2File(io.BytesIO(bz2.compress(data))),
        lambda data: io.BufferedReader(io.BytesIO(data)),
    ],
)
def test_what_gives_bytes(ours, make):
    loads(ours, make(DATA))


def test_a_file_that_was_just_written(ours):
    file = tempfile.SpooledTemporaryFile()
    file.write(DATA)
    loads(ours, file)


def test_paths_and_files(ours, tmp_path):
    name = tmp_path / "x.png"
    name.write_bytes(DATA)
    loads(ours, name)
    for buffering in (0, -1):
        with open(name, "rb", buffering) as file:
            loads(ours, file)
    with open(name, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        loads(ours, mapped)
    with open(name, encoding="latin-1") as file, pytest.raises(TypeError, match="binary"):
        ours.Image.new_from_source(file)


def test_members_of_archives(ours, tmp_path):
    name = tmp_path / "x.zip"
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.png", DATA)
    with zipfile.ZipFile(name) as archive:
        with archive.open("x.png") as member:
            loads(ours, member)
    loads(ours, zipfile.Path(name, "x.png"))


@pytest.mark.parametrize("buffering", [0, -1])
def test_pipes(ours, buffering):
    program = [sys.executable, "-c", f"import sys; sys.stdout.buffer.write({DATA!r})"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, bufsize=buffering) as child:
        loads(ours, child.stdout)


def test_sockets(ours):
    one, other = socket.socketpair()
    thread = threading.Thread(target=lambda: (other.sendall(DATA), other.close()))
    thread.start()
    with one:
        loads(ours, one)
    thread.join()


def test_pipes_of_multiprocessing(ours):
    import multiprocessing

    receiving, sending = multiprocessing.Pipe(duplex=False)
    thread = threading.Thread(target=lambda: (save(ours, sending), sending.close()))
    thread.start()
    loads(ours, receiving)
    thread.join()


def test_urllib(ours, server):
    with urllib.request.urlopen(address(server, "x.png")) as response:
        loads(ours, response)


@pytest.mark.parametrize("name", ["x.png", "gzip.png"])
@pytest.mark.parametrize("stream", [False, True])
def test_requests(ours, server, name, stream):
    requests = pytest.importorskip("requests")
    with requests.get(address(server, name), stream=stream) as response:
        loads(ours, response)
    with requests.get(address(server, "missing.png"), stream=stream) as response:
        with pytest.raises(ours.Error, match="answered 404"):
            ours.Image.new_from_source(response)


@pytest.mark.parametrize("name", ["x.png", "gzip.png"])
def test_httpx(ours, server, name):
    httpx = pytest.importorskip("httpx")
    loads(ours, httpx.get(address(server, name)))
    with httpx.stream("GET", address(server, name)) as response:
        loads(ours, response)
    with pytest.raises(ours.Error, match="answered 404"):
        ours.Image.new_from_source(httpx.get(address(server, "missing.png")))


def test_fsspec(ours, tmp_path):
    fsspec = pytest.importorskip("fsspec")
    (tmp_path / "x.png").write_bytes(DATA)
    loads(ours, fsspec.open(f"file://{tmp_path}/x.png"))
    memory = fsspec.filesystem("memory")
    memory.pipe("/x.png", DATA)
    with memory.open("/x.png", "rb") as file:
        loads(ours, file)
    image = ours.Image.new_from_buffer(DATA)
    image.write_to_target(fsspec.open("memory://y.png", "wb"), ".png")
    assert memory.cat("/y.png") == image.write_to_buffer(".png")
    with memory.open("/z.png", "wb") as file:
        image.write_to_target(file, ".png")
    assert memory.cat("/z.png") == image.write_to_buffer(".png")


@pytest.mark.parametrize("thing", [None, 3, "x.png", 1.5, {}, object(), int])
def test_what_gives_no_bytes(ours, thing):
    with pytest.raises(AttributeError, match="no attribute 'pointer'"):
        ours.Image.new_from_source(thing)
    with pytest.raises(AttributeError, match="no attribute 'pointer'"):
        ours.Image.black(10, 10).write_to_target(thing, ".png")


def test_every_operation_on_sources_takes_them(ours):
    assert ours.Image.thumbnail_source(io.BytesIO(DATA), 40).width == 40
    assert ours.Image.pngload_source(iter([DATA])).avg() > 100
    out = io.BytesIO()
    ours.Image.new_from_buffer(DATA).pngsave_target(out)
    assert np.array_equal(pixels(out.getvalue()), pixels(DATA))


# targets


def saved(ours):
    return ours.Image.new_from_buffer(DATA).write_to_buffer(".png")


def save(ours, target):
    ours.Image.new_from_buffer(DATA).write_to_target(target, ".png")


def test_files(ours, tmp_path):
    for name, mode, buffering in (("a", "wb", 0), ("b", "wb", -1), ("c", "w+b", -1)):
        with open(tmp_path / name, mode, buffering) as file:
            save(ours, file)
            assert not file.closed
        assert (tmp_path / name).read_bytes() == saved(ours)
    save(ours, Path(tmp_path / "d"))
    assert (tmp_path / "d").read_bytes() == saved(ours)
    with open(tmp_path / "e", "w", encoding="latin-1") as file, pytest.raises(TypeError, match="binary"):
        save(ours, file)


def test_memory(ours):
    file, array, pieces = io.BytesIO(), bytearray(b"head"), []
    file.write(b"head")
    for target in (file, array, pieces.append):
        save(ours, target)
    assert file.getvalue() == bytes(array) == b"head" + b"".join(pieces) == b"head" + saved(ours)


def test_compressed(ours):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb") as file:
        save(ours, file)
    assert gzip.decompress(out.getvalue()) == saved(ours)


def test_into_archives(ours, tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive, archive.open("x.png", "w") as member:
        save(ours, member)
    assert zipfile.ZipFile(tmp_path / "x.zip").read("x.png") == saved(ours)


def test_into_sockets_and_pipes(ours):
    one, other = socket.socketpair()
    got = []
    thread = threading.Thread(target=lambda: got.append(read_all(other)))
    thread.start()
    with one:
        save(ours, one)
    thread.join()
    assert got == [saved(ours)]
    other.close()
    command = [sys.executable, "-c", "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    save(ours, child.stdin)
    assert child.communicate()[0][::-1] == saved(ours)


def read_all(connection):
    data = bytearray()
    while piece := connection.recv(65536):
        data += piece
    return bytes(data)


def test_upload_while_encoding(ours, server):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
    connection.putrequest("PUT", "/up.png")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    save(ours, lambda piece: connection.send(b"%x\r\n%s\r\n" % (len(piece), piece)))
    connection.send(b"0\r\n\r\n")
    assert connection.getresponse().status == 201
    connection.close()
    assert server.taken["/up.png"] == saved(ours)


def test_a_file_that_fails_is_the_cause(ours):
    class Full(io.RawIOBase):
        def writable(self):
            return True

        def write(self, piece):
            raise OSError(28, "No space left on device")

    with pytest.raises(ours.Error, match="No space left") as caught:
        save(ours, Full())
    assert isinstance(caught.value.__cause__, OSError)
    if os.path.exists("/dev/full"):
        with open("/dev/full", "wb", buffering=0) as file, pytest.raises(ours.Error, match="No space left"):
            save(ours, file)


@pytest.mark.parametrize(
    ("make", "what", "text"),
    [
        (lambda: open(os.devnull, encoding="ascii"), TypeError, "binary mode \\('rb'\\), not as TextIOWrapper"),
        (lambda: io.StringIO("x"), TypeError, "binary mode \\('rb'\\), not as StringIO"),
        (lambda: open(os.devnull, "wb"), TypeError, "opened with 'rb': this one is not readable"),
        (lambda: closed(io.BytesIO(DATA)), ValueError, "closed file"),
        (lambda: closed(socket.socket()), ValueError, "closed socket"),
        (lambda: "photo.png", AttributeError, "'str' object .* a source is a Source, .* a name is for new_from_file"),
        (lambda: None, AttributeError, "'NoneType' object .* a source is a Source"),
    ],
)
def test_what_came_and_what_is_allowed(ours, make, what, text):
    with pytest.raises(what, match=text):
        ours.Image.new_from_source(make())


@pytest.mark.parametrize(
    ("make", "what", "text"),
    [
        (lambda: open(os.devnull, "w", encoding="ascii"), TypeError, "binary mode \\('wb'\\)"),
        (lambda: open(os.devnull, "rb"), TypeError, "opened with 'wb': this one is not writable"),
        (lambda: closed(io.BytesIO()), ValueError, "closed file"),
        (lambda: "photo.png", AttributeError, "a target is a Target, .* a name is for write_to_file"),
    ],
)
def test_what_takes_no_bytes(ours, make, what, text):
    with pytest.raises(what, match=text):
        ours.Image.black(10, 10).write_to_target(make(), ".png")


def closed(file):
    file.close()
    return file


@pytest.mark.parametrize(("pieces", "kind"), [(["a"], "str"), ([1, 2], "int")])
def test_pieces_that_are_no_bytes(ours, pieces, kind):
    with pytest.raises(ours.Error, match=f"an iterator gave {kind}, not bytes"):
        ours.Image.new_from_source(iter(pieces))


def test_names_and_files_that_went_to_the_wrong_function(ours, tmp_path):
    with pytest.raises(TypeError, match="not BytesIO; sources and open files are for new_from_source"):
        ours.Image.new_from_file(io.BytesIO(DATA))
    with pytest.raises(TypeError, match="not BytesIO; targets and open files are for write_to_target"):
        ours.Image.black(10, 10).write_to_file(io.BytesIO())
    with pytest.raises(ours.Error, match='"png" is not a known target format: a format is told by a suffix'):
        ours.Image.black(10, 10).write_to_target(io.BytesIO(), "png")
    with pytest.raises(TypeError, match="a handler is a function, not bytes"):
        ours.SourceCustom().on_read(DATA)
    with pytest.raises(ours.Error, match="not in a known format: it gave no bytes"):
        ours.Image.new_from_source(b"")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("htp://example.com/a.jpg", "does not exist, and no address begins so: they begin with file://, http://"),
        ("sqlite:a.db?table=t&column=c", "needs rowid="),
        ("sqlite:a.db?tabel=t&column=c&rowid=1", 'no option "tabel", only table, column'),
        ("s3://bucket", "names no object"),
    ],
)
def test_addresses_that_are_wrong(ours, name, text):
    for read in (ours.Image.new_from_file, ours.Source.new_from_file):
        with pytest.raises(ours.Error, match=text):
            read(name)


def test_an_address_without_a_suffix(ours):
    with pytest.raises(ours.Error, match="takes one behind #, such as #.png"):
        ours.Image.black(10, 10).write_to_file("sqlite:a.db?table=t&column=c&rowid=1")
