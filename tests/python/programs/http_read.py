"""A picture from a web server by the body's own read, as it arrives."""

import functools
import http.server
import sys
import threading
import urllib.request

import pyvips


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


handler = functools.partial(Quiet, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
for name in ("photo.png", "profile.png", "grey.png"):
    with urllib.request.urlopen(f"{url}/{name}") as body:
        source = pyvips.SourceCustom()
        source.on_read(body.read)
        image = pyvips.Image.new_from_source(source, "", access="sequential")
        print(name, image.width, image.height, image.avg())
with urllib.request.urlopen(f"{url}/photo.png") as body:
    source = pyvips.SourceCustom()
    source.on_read(body.read)
    thumb = pyvips.Image.thumbnail_source(source, 100)
    thumb.write_to_file(sys.argv[1] + "/out.png")
server.shutdown()
