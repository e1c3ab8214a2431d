"""The documentation page's web source: pieces of 8192 bytes, whatever was asked for."""

import functools
import http.server
import sys
import threading

import pyvips
import requests


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class Download:
    """Hands on the pieces of a response as the network library cuts them."""

    def __init__(self, url):
        response = requests.get(url, stream=True, timeout=30)
        response.raise_for_status()
        self.pieces = iter(response.iter_content(chunk_size=8192))

    def read(self, size):
        return next(self.pieces, b"")


handler = functools.partial(Quiet, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
source = pyvips.SourceCustom()
source.on_read(Download(f"http://127.0.0.1:{server.server_port}/photo.png").read)
try:
    image = pyvips.Image.new_from_source(source, "")
    print(image.width, image.height, image.avg() == pyvips.Image.new_from_file(sys.argv[1] + "/photo.png").avg())
except pyvips.Error as error:
    print("Error", error.message)
