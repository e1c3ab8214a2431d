"""Objects in a bucket by boto3: put when all is written, got through a body that streams."""

import json
import os
import sys

import boto3
import pyvips

client = boto3.client("s3", endpoint_url=json.loads(os.environ["SERVERS"])["s3"])
bucket = os.path.basename(sys.argv[1].rstrip("/")).lower()
client.create_bucket(Bucket=bucket)


class Bucket:
    def __init__(self, key):
        self.key, self.buffer = key, bytearray()

    def write(self, data):
        self.buffer.extend(data)
        return len(data)

    def end(self):
        client.put_object(Bucket=bucket, Key=self.key, Body=bytes(self.buffer))


image = pyvips.Image.new_from_file(f"{sys.argv[1]}/photo.png")
for key in ("processed/image.jpg", "processed/image.png"):
    place = Bucket(key)
    target = pyvips.TargetCustom()
    target.on_write(place.write)
    target.on_end(place.end)
    image.write_to_target(target, os.path.splitext(key)[1])
print([entry["Key"] for entry in client.list_objects_v2(Bucket=bucket)["Contents"]])
body = client.get_object(Bucket=bucket, Key="processed/image.png")["Body"]
source = pyvips.SourceCustom()
source.on_read(body.read)
print((pyvips.Image.new_from_source(source, "") - image).abs().max())
