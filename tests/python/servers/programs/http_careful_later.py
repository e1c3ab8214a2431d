"""What was learned about a cut line is in the chain of causes, down to the error of the network library."""

import json
import os

import pyvips
import requests

address = json.loads(os.environ["SERVERS"])["faulty"]
response = requests.get(f"{address}/resets/photo.png?of=30000", stream=True, timeout=30)
pieces = response.iter_content(chunk_size=8192)
source = pyvips.SourceCustom()
source.on_read(lambda size: next(pieces, b""))
try:
    print(pyvips.Image.new_from_source(source, "").avg())
except pyvips.Error as error:
    print(isinstance(error.__cause__, requests.RequestException))
