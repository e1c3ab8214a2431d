"""The documentation page's upload: gather, then post to a server, here a real one."""

import http.server
import sys
import threading

import pyvips
import requests

received = []


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        received.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(201)
        self.end_headers()

    do_PUT = do_POST

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"


class Upload:
    def __init__(self, send):
        self.send = send
        self.buffer = bytearray()

    def write(self, data):
        self.buffer.extend(data)
        return len(data)

    def end(self):
        print("status", self.send(bytes(self.buffer)).status_code)


image = pyvips.Image.new_from_file(sys.argv[1] + "/photo.png")
for suffix, send in (
    (".jpg", lambda data: requests.post(url, files={"image": ("image.jpg", data, "image/jpeg")}, timeout=10)),
    (".png", lambda data: requests.put(f"{url}/bucket/key", data=data, timeout=10)),
):
    upload = Upload(send)
    target = pyvips.TargetCustom()
    target.on_write(upload.write)
    target.on_end(upload.end)
    image.write_to_target(target, suffix)
print(len(received), b"image.jpg" in received[0], (pyvips.Image.new_from_buffer(received[1], "") - image).abs().max())
