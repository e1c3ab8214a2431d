"""A web server that does what servers do on bad days: `/FAULT/NAME?of=NUMBER` answers with a file, after its fault.

| fault | what it does |
|---|---|
| good | answers with the file, ranges included |
| whole | ignores ranges |
| slow | waits `of` seconds before it answers |
| drip | gives `of` bytes each tenth of a second |
| stop | gives `of` bytes and then nothing more, for ever |
| silent | takes the request and never answers |
| reset | resets the connection after `of` bytes; a range may then fetch the rest |
| resets | the same, each time |
| short | says that the body is `of` bytes shorter than it is |
| long | says that the body is `of` bytes longer than it is, and closes |
| changing | another entity tag, and other bytes, for each request |
| busy | 503 with `Retry-After: 1` for the first `of` requests |
| later | the same with a date one second from now, as its own clock has it, which is an hour slow |
| broken | 500 for ever |
| loop | redirects to itself |
| missing | 404 |
| refuse | takes an upload and answers 507 |
| cut | resets the connection after `of` bytes of an upload |
| keep | takes an upload, and its removal; `server.kept` has it |
"""

import contextlib
import email.utils
import http.server
import os
import re
import socket
import struct
import threading
import time
import urllib.parse


class Faulty(http.server.ThreadingHTTPServer):
    """Serves the files of `root` on a port of loopback."""

    daemon_threads = True

    def __init__(self, root):
        super().__init__(("127.0.0.1", 0), Handler)
        self.root = os.path.realpath(root)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.counts = {}
        self.kept = {}
        self.requests = []
        self.over = threading.Event()
        self.lock = threading.Lock()

    def count(self, key):
        """How often this was called before with the same key."""
        with self.lock:
            self.counts[key] = self.counts.get(key, 0) + 1
            return self.counts[key] - 1

    def handle_error(self, request, client_address):
        """Clients that go away are what these tests are about."""


@contextlib.contextmanager
def faulty(root):
    """A running server."""
    server = Faulty(root)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Seconds by which its clock is slow.
    slow = 0

    def log_message(self, *arguments):
        """Tests look at `server.requests` instead."""

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        _, self.fault, name = urllib.parse.unquote(address.path).split("/", 2)
        self.of = float(dict(urllib.parse.parse_qsl(address.query)).get("of", 0))
        self.before = self.server.count(self.path)
        self.server.requests.append((self.command, self.path, self.headers.get("Range")))
        refusal = getattr(self, f"answer_{self.fault}", None)
        if refusal is not None and refusal():
            return
        with open(os.path.join(self.server.root, name), "rb") as file:
            self.answer(file.read())

    do_HEAD = do_GET

    def answer_silent(self):
        self.server.over.wait(600)
        return True

    def answer_slow(self):
        self.server.over.wait(self.of)
        return False

    def answer_busy(self):
        if self.before < self.of:
            return self.empty(503, {"Retry-After": "1"})
        return False

    def answer_later(self):
        if self.before < self.of:
            self.slow = 3600
            date = email.utils.formatdate(time.time() - self.slow + 1, usegmt=True)
            return self.empty(503, {"Retry-After": date})
        return False

    def date_time_string(self, timestamp=None):
        return super().date_time_string((timestamp or time.time()) - self.slow)

    def answer_broken(self):
        return self.empty(500)

    def answer_missing(self):
        return self.empty(404)

    def answer_loop(self):
        return self.empty(302, {"Location": self.path})

    def empty(self, status, headers=()):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return True

    def answer(self, data):
        tag = '"constant"'
        if self.fault == "changing":
            tag = f'"{self.before}"'
            data = data[:-1] + bytes([self.before % 256])
        whole = len(data)
        span = None if self.fault in ("whole", "short", "long") else self.span(whole, tag)
        if span == ():
            self.empty(416, {"Content-Range": f"bytes */{whole}"})
            return
        body = data[span[0] : span[1]] if span else data
        self.send_response(206 if span else 200)
        if span:
            self.send_header("Content-Range", f"bytes {span[0]}-{span[1] - 1}/{whole}")
        elif self.fault not in ("whole", "short", "long"):
            self.send_header("Accept-Ranges", "bytes")
        said = len(body) + int({"short": -self.of, "long": self.of}.get(self.fault, 0))
        self.send_header("Content-Length", str(said))
        self.send_header("ETag", tag)
        self.end_headers()
        if self.command == "GET":
            self.body(body, span[0] if span else 0)

    def span(self, whole, tag):
        """First byte and the one behind the last of the range asked for; empty where there is none such."""
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if asked is None or self.headers.get("If-Range", tag) != tag:
            return None
        first, last = asked.groups()
        if not first:
            first, last = max(0, whole - int(last)), whole - 1
        first, last = int(first), min(int(last or whole - 1), whole - 1)
        return (first, last + 1) if first <= last else ()

    def body(self, body, start):
        """The bytes, from `start` of the file on, as the fault has it."""
        if self.fault == "drip":
            self.drip(body)
        elif self.fault == "stop":
            self.wfile.write(body[: max(0, int(self.of) - start)])
            self.wfile.flush()
            self.server.over.wait(600)
            self.close_connection = True
        elif self.fault == "resets" or (self.fault == "reset" and self.before == 0):
            self.wfile.write(body[: max(0, int(self.of) - start)])
            self.reset()
        else:
            self.wfile.write(body)
            self.close_connection = self.fault in ("short", "long")

    def drip(self, body):
        piece = int(self.of)
        for start in range(0, len(body), piece):
            self.wfile.write(body[start : start + piece])
            self.wfile.flush()
            if self.server.over.wait(0.1):
                return

    def reset(self):
        self.wfile.flush()
        time.sleep(0.05)  # A reset overtakes what was sent before it.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def do_POST(self):
        address = urllib.parse.urlsplit(self.path)
        _, self.fault, name = urllib.parse.unquote(address.path).split("/", 2)
        self.of = int(dict(urllib.parse.parse_qsl(address.query)).get("of", 0))
        self.server.requests.append((self.command, self.path, None))
        if self.fault == "cut":
            self.rfile.read(self.of)
            self.reset()
            return
        data = self.upload()
        if self.fault == "refuse":
            self.empty(507)
            return
        if len(data) < int(self.headers.get("Content-Length", 0)):
            return  # It was broken off.
        self.server.kept[name] = data
        self.empty(201)

    do_PUT = do_POST

    def do_DELETE(self):
        self.server.requests.append((self.command, self.path, None))
        name = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).split("/", 2)[2]
        self.empty(204 if self.server.kept.pop(name, None) is not None else 404)

    def upload(self):
        """The body of the request, of known length or in chunks."""
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        data = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data
