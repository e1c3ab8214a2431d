"""Pictures of a web server through `requests`: a stream whose pieces are of its own size, and one with ranges and seeks."""

import json
import os
import sys

import pyvips
import requests

servers = json.loads(os.environ["SERVERS"])
local = pyvips.Image.new_from_file(f"{sys.argv[1]}/photo.png")


class Stream:
    """Hands on what comes, as it comes."""

    def __init__(self, url):
        self.response = requests.get(url, stream=True, timeout=30)
        self.response.raise_for_status()
        self.pieces = self.response.iter_content(chunk_size=8192)

    def read(self, size):
        return next(self.pieces, b"")


class Ranges:
    """Asks for each piece."""

    def __init__(self, url):
        self.url, self.position = url, 0
        self.session = requests.Session()
        self.length = int(self.session.head(url, timeout=30).headers["Content-Length"])

    def read(self, size):
        if self.position >= self.length:
            return b""
        span = f"bytes={self.position}-{self.position + size - 1}"
        data = self.session.get(self.url, headers={"Range": span}, timeout=30).content
        self.position += len(data)
        return data

    def seek(self, offset, whence):
        self.position = (0, self.position, self.length)[whence] + offset
        return self.position


def load(handlers, **options):
    source = pyvips.SourceCustom()
    source.on_read(handlers.read)
    if hasattr(handlers, "seek"):
        source.on_seek(handlers.seek)
    return pyvips.Image.new_from_source(source, "", **options)


for address in (servers["ranges"], servers["whole"], servers["ranges"] + "/moved"):
    for options in ({}, {"access": "sequential"}):
        image = load(Stream(f"{address}/photo.png"), **options)
        print(image.width, image.height, (image - local).abs().max())
image = load(Ranges(servers["ranges"] + "/photo.png"))
print(image.width, image.height, (image - local).abs().max())
print(load(Stream(servers["whole"] + "/photo.jpg")).thumbnail_image(100).width)
try:
    Stream(servers["ranges"] + "/none.png")
except requests.HTTPError as error:
    print(error.response.status_code)
