"""Small servers that speak what is used of Google Cloud Storage (its XML interface), Azure Blob Storage and S3.

They keep objects in memory, do not look at signatures, and can be told to refuse uploads of objects whose names
end with something. `large` objects exist without memory: their bytes repeat a piece.
"""

import contextlib
import http.server
import re
import threading
import urllib.parse

DATE = "Mon, 01 Jan 2024 00:00:00 GMT"


class Cloud(http.server.ThreadingHTTPServer):
    """Objects by `/bucket/key`, on a port of loopback."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.objects, self.uploads, self.requests = {}, {}, []
        self.large = {}
        self.refused = None
        # Counts the bytes of uploads instead of keeping them.
        self.forgetful, self.received = False, 0
        self.lock = threading.Lock()

    def handle_error(self, request, client_address):
        """Clients that go away are what these tests are about."""

    def piece(self, name, start, end):
        """The bytes of an object from `start` to before `end`."""
        if name not in self.large:
            return self.objects[name][start:end]
        _, repeated = self.large[name]
        first = start % len(repeated)
        count = end - start
        return (repeated * (2 + count // len(repeated)))[first : first + count]

    def size(self, name):
        """The length of an object, or None."""
        if name in self.large:
            return self.large[name][0]
        return len(self.objects[name]) if name in self.objects else None


@contextlib.contextmanager
def cloud():
    """A running server."""
    server = Cloud()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        """Tests look at `server.requests` instead."""

    def parts(self):
        """The name of the object and the query."""
        address = urllib.parse.urlsplit(self.path)
        with self.server.lock:
            self.server.requests.append(f"{self.command} {urllib.parse.unquote(self.path)}")
        query = dict(urllib.parse.parse_qsl(address.query, keep_blank_values=True))
        return urllib.parse.unquote(address.path), query

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in {"Last-Modified": DATE, **dict(headers)}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self):
        left = int(self.headers.get("Content-Length", 0))
        if not self.server.forgetful or self.command != "PUT":
            return self.rfile.read(left)
        while left and (piece := self.rfile.read(min(left, 1 << 20))):
            left -= len(piece)
            with self.server.lock:
                self.server.received += len(piece)
        return b""

    def do_GET(self):
        name, _ = self.parts()
        size = self.server.size(name)
        if size is None:
            self.answer(404)
            return
        headers = {"ETag": f'"{size}"', "x-ms-blob-type": "BlockBlob"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if wanted is None:
            self.answer(200, self.server.piece(name, 0, size), headers)
            return
        start, end = int(wanted[1]), min(int(wanted[2]) + 1, size)
        if start >= end:
            self.answer(416)
            return
        self.answer(206, self.server.piece(name, start, end), {**headers, "Content-Range": f"bytes {start}-{end - 1}/{size}"})

    do_HEAD = do_GET

    def do_PUT(self):
        name, query = self.parts()
        data = self.body()
        if self.server.refused and name.endswith(self.server.refused):
            self.answer(403)
            return
        server = self.server
        with server.lock:
            if "uploadId" in query:
                server.uploads[query["uploadId"]][int(query["partNumber"])] = data
            elif query.get("comp") == "block":
                server.uploads.setdefault(name, {})[query["blockid"]] = data
            elif query.get("comp") == "blocklist":
                blocks = server.uploads.pop(name)
                ids = re.findall(r"<(?:Uncommitted|Latest)>([^<]*)</", data.decode())
                server.objects[name] = b"".join(blocks[number] for number in ids)
            else:
                server.objects[name] = data
        self.answer(201 if self.headers.get("x-ms-version") else 200, headers={"ETag": '"part"'})

    def do_POST(self):
        name, query = self.parts()
        data = self.body()
        with self.server.lock:
            if query.get("comp") == "batch":
                answer = self.batch(data.decode())
            elif "uploads" in query:
                number = f"u{len(self.server.requests)}"
                self.server.uploads[number] = {}
                answer = f"<InitiateMultipartUploadResult><UploadId>{number}</UploadId></InitiateMultipartUploadResult>", {}
            else:
                parts = self.server.uploads.pop(query["uploadId"])
                self.server.objects[name] = b"".join(parts[number] for number in sorted(parts))
                answer = '<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>', {}
        self.answer(202 if "batch" in query.values() else 200, answer[0].encode(), answer[1])

    def batch(self, text):
        """Many removals in one request, as Azure has them."""
        answers = []
        for number, path in re.findall(r"Content-ID: (\d+)\r\n\r\nDELETE (\S+) HTTP", text):
            gone = self.server.objects.pop(urllib.parse.unquote(path), None)
            status = "404 Not Found" if gone is None else "202 Accepted"
            answers.append(f"--batch\r\nContent-Type: application/http\r\nContent-ID: {number}\r\n\r\nHTTP/1.1 {status}\r\n\r\n\r\n")
        return "".join(answers) + "--batch--\r\n", {"Content-Type": "multipart/mixed; boundary=batch"}

    def do_DELETE(self):
        name, query = self.parts()
        with self.server.lock:
            if "uploadId" in query:
                self.server.uploads.pop(query["uploadId"], None)
            else:
                self.server.objects.pop(name, None)
        self.answer(204)
