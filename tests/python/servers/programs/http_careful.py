"""A careful source over a bad line: the transfer is cut, and the program is told so in its own words."""

import json
import os
import sys

import pyvips
import requests

servers = json.loads(os.environ["SERVERS"])
size = os.path.getsize(f"{sys.argv[1]}/photo.png")


class Careful:
    def __init__(self, url):
        try:
            self.response = requests.get(url, stream=True, timeout=30)
            self.response.raise_for_status()
            self.pieces = self.response.iter_content(chunk_size=8192)
        except requests.RequestException as error:
            raise pyvips.Error(f"the request failed: {error}") from error

    def read(self, size):
        try:
            return next(self.pieces)
        except StopIteration:
            return b""
        except Exception as error:
            raise pyvips.Error(f"the read failed: {error}") from error


def load(url):
    source = pyvips.SourceCustom()
    source.on_read(Careful(url).read)
    return pyvips.Image.new_from_source(source, "").avg()


for fault in ("good", "whole", f"slow/photo.png?of=0.2&x=", "missing", "broken", "resets", "long"):
    url = f"{servers['faulty']}/{fault}" if "?" in fault else f"{servers['faulty']}/{fault}/photo.png?of={size // 2}"
    try:
        print(fault.split("/")[0], load(url) > 0)
    except pyvips.Error as error:
        text = str(error)
        print(fault, "the request failed" in text, "the read failed" in text)
