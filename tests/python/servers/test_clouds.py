"""Google Cloud Storage and Azure Blob Storage by address, against servers of ours; a large object of S3.

Each runs in a process of its own, since the environment tells where the server is.
"""

import argparse
import base64
import importlib.util
import json
import os
import subprocess
import sys

import pytest

from ..faults.common import OURS, required
from ..summary import tell
from .clouds import cloud
from .objects import objects

pytestmark = required

CANDIDATE = os.environ.get("WINDLASS_MODULE", "windlass")
SECRET = base64.b64encode(b"very-secret-word").decode()
# An account for servers that ask for no token.
ANONYMOUS = json.dumps({"disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""})
START = f"""
import os, sys
if os.environ.get("WINDLASS_PATH"):
    sys.path.insert(0, os.environ["WINDLASS_PATH"])
import {CANDIDATE} as library
"""


def environment(kind, address):
    """What a program's environment says about the server."""
    return {
        "gs": {"GOOGLE_BASE_URL": address, "GOOGLE_SERVICE_ACCOUNT_KEY": ANONYMOUS},
        "az": {
            "AZURE_STORAGE_ACCOUNT_NAME": "tester",
            "AZURE_STORAGE_ACCOUNT_KEY": SECRET,
            "AZURE_STORAGE_ENDPOINT": address,
        },
        "s3": {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "tester",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        },
    }[kind]


def run(kind, server, body):
    settings = {**os.environ, **environment(kind, server.address)}
    result = subprocess.run([sys.executable, "-c", START + body], capture_output=True, text=True, timeout=120, check=False, env=settings)
    assert SECRET not in result.stdout + result.stderr
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout


@pytest.fixture
def server():
    with cloud() as running:
        yield running


kinds = pytest.mark.parametrize("kind", ["gs", "az", "s3"])


@kinds
def test_read(server, kind):
    """By ranges: of a large picture only the parts that are looked at come."""
    picture = OURS.Image.gaussnoise(2000, 1500).cast("uchar")
    server.objects["/bucket/in put.v"] = picture.write_to_buffer(".v")
    server.objects["/bucket/photo.png"] = data = picture.write_to_buffer(".png")
    output = run(kind, server, f"""
image = library.Image.new_from_file("{kind}://bucket/photo.png")
print(image.width, image.avg())
source = library.Source.new_from_file("{kind}://bucket/photo.png")
library.Image.new_from_source(source)
print(source.stats().bytes)
for name in ("none.png", "photo.png/none"):
    try:
        library.Image.new_from_file("{kind}://bucket/" + name)
    except library.Error as error:
        print(error.kind)
""").split("\n")
    assert output[0] == f"2000 {picture.avg()}"
    assert int(output[1]) < len(data) / 4
    assert output[2:4] == ["NotFound", "NotFound"]


@kinds
def test_write(server, kind):
    """What is small goes at once, what is large in parts; nothing is left besides."""
    output = run(kind, server, f"""
image = library.Image.gaussnoise(2500, 2000).cast("uchar").bandjoin([1, 2, 3])
image.write_to_file("{kind}://bucket/folder/large.png[compression=0]")
library.Image.black(100, 100).write_to_file("{kind}://bucket/small.jpg")
print(image.avg() == library.Image.new_from_file("{kind}://bucket/folder/large.png").avg())
""")
    assert output == "True\n"
    assert sorted(server.objects) == ["/bucket/folder/large.png", "/bucket/small.jpg"]
    assert len(server.objects["/bucket/folder/large.png"]) > 15_000_000
    assert not server.uploads
    assert any("partNumber" in request or "comp=block" in request for request in server.requests)


FAILED = """
class Wrong(Exception):
    pass

image = library.Image.gaussnoise(2500, 2000).cast("uchar").bandjoin([1, 2, 3])
data = image.write_to_buffer(".png", compression=0)
at = 0

def read(size):
    global at
    if at > 15_000_000:
        raise Wrong("in the middle")
    at += size
    return data[at - size : at]

source = library.SourceCustom()
source.on_read(read)
try:
    image = library.Image.new_from_source(source, "", access="sequential")
    image.write_to_file("%s://bucket/half.png[compression=0]")
except library.Error as error:
    print(type(error.__cause__).__name__)
"""


@kinds
def test_a_failed_save_leaves_nothing(server, kind):
    assert run(kind, server, FAILED % kind) == "Wrong\n"
    assert not server.objects
    sent = [request for request in server.requests if "partNumber" in request or "comp=block&" in request]
    assert sent, server.requests
    # Azure knows no end without success: what was sent of a blob is dropped by itself.
    assert kind == "az" or not server.uploads


@pytest.mark.parametrize("kind", ["gs", "az"])
def test_a_failed_tree_leaves_nothing(server, kind):
    """The manifest is refused, so the tiles go."""
    server.refused = ".dzi"
    output = run(kind, server, f"""
try:
    library.Image.black(1000, 1000).dzsave("{kind}://bucket/pyramid")
except library.Error as error:
    print(error.kind)
""")
    assert output == "Io\n"
    assert len([request for request in server.requests if "_files/" in request]) > 10
    assert not server.objects, sorted(server.objects)


@pytest.mark.skipif(importlib.util.find_spec("moto") is None, reason="moto[server] IS ABSENT: `pip install -r tests/requirements.txt`")
def test_a_failed_tree_leaves_nothing_in_s3():
    """Many removals in one request, of which the server wants to have a checksum."""
    boto3 = pytest.importorskip("boto3")
    with objects() as address:
        settings = environment("s3", address)
        client = boto3.client(
            "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="tester", aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"]
        )
        client.create_bucket(Bucket="bucket")
        client.put_object(Bucket="bucket", Key="failed/other.txt", Body=b"stays")
        output = run("s3", argparse.Namespace(address=address), """
import io
file = io.BytesIO(library.Image.gaussnoise(2000, 1500).cast("uchar").write_to_buffer(".png"))

def read(size):
    if file.tell() > 2_000_000:
        raise ConnectionError("gone")
    return file.read(size)

source = library.SourceCustom()
source.on_read(read)
image = library.Image.new_from_source(source, access="sequential")
try:
    image.dzsave("s3://bucket/failed/pyramid")
except library.Error as error:
    print(type(error.__cause__).__name__)
library.Image.black(600, 600).dzsave("s3://bucket/whole/pyramid")
""")
        assert output == "ConnectionError\n"
        left = [item["Key"] for item in client.list_objects_v2(Bucket="bucket")["Contents"]]
    assert left[0] == "failed/other.txt" and "whole/pyramid.dzi" in left
    # What was on its way when the save failed may arrive later, if the machine is slow.
    assert len([name for name in left[1:] if name.startswith("failed/")]) <= 8
    assert "failed/pyramid.dzi" not in left


PEAK = """
def peak():
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1])

library.Image.black(100, 100).avg()
before = peak()
"""
# Half a gigabyte, and a whole one, by which the process as a whole is judged.
sizes = pytest.mark.parametrize(("kind", "height"), [("s3", 32_768), *(pytest.param(kind, 65_536, marks=pytest.mark.soak) for kind in ("gs", "az", "s3"))])


def judge(what, height, before, peak):
    tell(f"{what}: {peak / 1024:.0f} MiB at the peak, {(peak - before) / 1024:.0f} more than before")
    assert (peak if height == 65_536 else peak - before) < 64 << 10


@sizes
def test_a_large_upload(server, kind, height):
    server.forgetful = True
    before, peak = map(int, run(kind, server, f"""{PEAK}
library.Image.black(16_384, {height}).write_to_file("{kind}://bucket/large.pgm")
print(before, peak())
""").split())
    assert server.received > 16_384 * height
    judge(f"{kind}, {server.received >> 20} MiB written", height, before, peak)


@sizes
def test_a_large_object(server, kind, height):
    """It passes, a fraction of it stays."""
    width = 16_384
    head = b"P5 %d %d 255\n" % (width, height)
    piece = bytes(range(256)) * 256
    server.large["/bucket/large.pgm"] = len(head) + width * height, piece
    server.objects["/bucket/large.pgm"] = b""
    whole = server.piece
    server.piece = lambda name, start, end: (head + whole(name, 0, end))[start:end] if start < len(head) else whole(name, start - len(head), end - len(head))
    output = run(kind, server, f"""{PEAK}
source = library.Source.new_from_file("{kind}://bucket/large.pgm")
image = library.Image.new_from_source(source, "", access="sequential")
print(image.avg(), source.stats().bytes, source.stats().requests, before, peak())
""").split()
    mean, received, requests, before, peak = float(output[0]), *map(int, output[1:])
    assert mean == 127.5
    assert received >= width * height
    judge(f"{kind}, {received >> 20} MiB in {requests} requests", height, before, peak)
