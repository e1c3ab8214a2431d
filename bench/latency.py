"""A JPEG of 100 MB over a link with 20 ms of latency, against the local file: `make bench-latency`.

A server of ours in a process of its own waits 20 ms before the first byte of each answer; `--bandwidth`
(MB/s) also bounds the sum of all answers. In each round a warm process decodes the local file to a
sink that forgets what it gets, fetches the file through the link by one plain request and forgets
it (the transfer), and decodes it from the address. The goal is that decoding from the address takes at most
1.3 times the sum of the other two. Printed are medians, that ratio, and the requests of a decode.
"""

import argparse
import http.client
import importlib
import os
import re
import socketserver
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOAL = 1.3
BYTES = 100_000_000
SIDE, TILE = 11_000, 1000
PIECE = 256 << 10


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="rounds (5)")
    parser.add_argument("--latency", type=float, default=20, help="milliseconds before the first byte of an answer (20)")
    parser.add_argument("--bandwidth", type=float, default=0, help="MB/s of the link (as fast as loopback)")
    options = parser.parse_args()
    picture = HERE / "out" / "inputs" / "noise.jpg"
    picture.parent.mkdir(parents=True, exist_ok=True)
    if not picture.exists():
        make(library(), picture)
    command = [sys.executable, __file__, "serve", str(picture), str(options.latency / 1000), str(options.bandwidth * 1e6)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        compare(library(), picture, int(server.stdout.readline()), options)
        server.stdin.close()


def library():
    if os.environ.get("WINDLASS_PATH"):
        sys.path.insert(0, os.environ["WINDLASS_PATH"])
    return importlib.import_module("windlass")


def make(windlass, picture):
    """Noise on a gradient, whose quality is raised until the file has its size."""
    print(f"making {picture} (once)", flush=True)
    tile = windlass.Image.gaussnoise(TILE, TILE, sigma=16, mean=0).replicate(SIDE // TILE, SIDE // TILE)
    slope = windlass.Image.xyz(SIDE, SIDE)[0].linear(200 / SIDE, 28)
    image = (tile + slope).bandjoin([slope - tile, slope.linear(-1, 255) + tile]).cast("uchar").copy(interpretation="srgb")
    for quality in range(40, 101, 4):
        image.write_to_file(str(picture), Q=quality, subsample_mode="off")
        if picture.stat().st_size >= BYTES:
            return
    sys.exit("the picture is too small even at the highest quality")


def compare(windlass, picture, port, options):
    windlass.cache_set_max(0)
    address = f"http://127.0.0.1:{port}/noise.jpg"
    decode(windlass, str(picture))
    steps = {"local": lambda: decode(windlass, str(picture)), "transfer": lambda: fetch(port), "address": lambda: decode(windlass, address)}
    times = {name: [] for name in steps}
    for _ in range(options.rounds):
        for name, step in steps.items():
            started = time.perf_counter()
            last = step()
            times[name].append(time.perf_counter() - started)
    local, transfer, remote = (statistics.median(times[name]) for name in steps)
    bandwidth = f"{options.bandwidth:.0f} MB/s" if options.bandwidth else "the bandwidth of loopback"
    print(f"{picture.stat().st_size / 1e6:.0f} MB of JPEG, {options.latency:.0f} ms before each answer, {bandwidth}, medians of {options.rounds} rounds:")
    print(f"local {local * 1000:.0f} ms, transfer {transfer * 1000:.0f} ms, from the address {remote * 1000:.0f} ms in {last.requests} requests")
    ratio = remote / (local + transfer)
    print(f"address ÷ (local + transfer) {ratio:.2f}, goal {GOAL}{'' if ratio <= GOAL else ': MISSED'}", flush=True)


def decode(windlass, name):
    """Decodes a whole picture, keeping nothing; returns what its source counted."""
    source = windlass.Source.new_from_file(name)
    windlass.Image.new_from_source(source, "", access="sequential").write_to_target(windlass.Target.new_to_file("/dev/null"), ".raw")
    return source.stats()


def fetch(port):
    """The whole file in one request, forgotten piece by piece."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/noise.jpg")
    answer, piece = connection.getresponse(), bytearray(PIECE)
    while answer.readinto(piece):
        pass
    connection.close()


class Link:
    """What all answers share: the time when the next byte may go."""

    def __init__(self, latency, bandwidth):
        self.latency, self.bandwidth = latency, bandwidth
        self.lock, self.free = threading.Lock(), 0.0

    def wait(self, count):
        """Waits until `count` more bytes have passed."""
        if not self.bandwidth:
            return
        with self.lock:
            now = time.monotonic()
            self.free = max(self.free, now) + count / self.bandwidth
            pause = self.free - now
        time.sleep(max(pause, 0))


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True


class Handler(socketserver.StreamRequestHandler):
    """Answers GET, with ranges, by `sendfile`, so that little of the machine goes into serving."""

    disable_nagle_algorithm = True

    def handle(self):
        with open(self.server.picture, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            while head := self.request_head():
                self.answer(file, size, re.search(rb"\r\nrange: *bytes=(\d+)-(\d*)", head, re.IGNORECASE))

    def request_head(self):
        head = b""
        while line := self.rfile.readline():
            head += line
            if line == b"\r\n":
                return head
        return b""

    def answer(self, file, size, span):
        start = int(span[1]) if span else 0
        end = min(int(span[2]) + 1, size) if span and span[2] else size
        head = f"HTTP/1.1 {'206 Partial Content' if span else '200 OK'}\r\nETag: \"1\"\r\nContent-Length: {end - start}\r\n"
        if span:
            head += f"Content-Range: bytes {start}-{end - 1}/{size}\r\n"
        time.sleep(self.server.link.latency)
        self.wfile.write((head + "\r\n").encode())
        while start < end:
            count = min(PIECE, end - start) if self.server.link.bandwidth else end - start
            self.server.link.wait(count)
            start += os.sendfile(self.connection.fileno(), file.fileno(), start, count)


def serve(picture, latency, bandwidth):
    """Serves until the standard input ends."""
    with Server(("127.0.0.1", 0), Handler) as server:
        server.picture, server.link = picture, Link(float(latency), float(bandwidth))
        server.handle_error = lambda *_: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(*sys.argv[2:])
    else:
        main()
