"""An upload that the server refuses is a save that failed."""

import json
import os
import sys

import pyvips
import requests

address = json.loads(os.environ["SERVERS"])["faulty"]
image = pyvips.Image.new_from_file(f"{sys.argv[1]}/photo.png")


def save(fault):
    buffer = bytearray()

    def end():
        requests.post(f"{address}/{fault}/x?of=100", data=bytes(buffer), timeout=30).raise_for_status()

    target = pyvips.TargetCustom()
    target.on_write(lambda data: buffer.extend(data) or len(data))
    target.on_end(end)
    image.write_to_target(target, ".png")


for fault in ("keep", "refuse", "cut"):
    try:
        save(fault)
        print(fault, "saved")
    except pyvips.Error as error:
        print(fault, isinstance(error.__cause__, requests.RequestException), "507" in str(error))
