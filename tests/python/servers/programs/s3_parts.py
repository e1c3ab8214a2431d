"""An upload in parts while the picture is encoded; what fails on the way is aborted and leaves no object."""

import json
import os
import sys

import boto3
import pyvips

client = boto3.client("s3", endpoint_url=json.loads(os.environ["SERVERS"])["s3"])
bucket = "parts-" + os.path.basename(sys.argv[1].rstrip("/")).lower()
client.create_bucket(Bucket=bucket)
SIZE = 5 << 20


class Parts:
    def __init__(self, key):
        self.place = {"Bucket": bucket, "Key": key}
        self.upload = client.create_multipart_upload(**self.place)["UploadId"]
        self.parts, self.buffer = [], bytearray()

    def write(self, data):
        self.buffer += data
        while len(self.buffer) >= SIZE:
            self.send(SIZE)
        return len(data)

    def send(self, size):
        number = len(self.parts) + 1
        body = bytes(self.buffer[:size])
        answer = client.upload_part(**self.place, UploadId=self.upload, PartNumber=number, Body=body)
        self.parts.append({"ETag": answer["ETag"], "PartNumber": number})
        del self.buffer[:size]

    def end(self):
        self.send(len(self.buffer))
        parts = {"Parts": self.parts}
        client.complete_multipart_upload(**self.place, UploadId=self.upload, MultipartUpload=parts)

    def abort(self, reason):
        client.abort_multipart_upload(**self.place, UploadId=self.upload)


def target_of(parts):
    target = pyvips.TargetCustom()
    target.on_write(parts.write)
    target.on_end(parts.end)
    target.on_abort(parts.abort)
    return target


noise = pyvips.Image.gaussnoise(3000, 2000, sigma=60, mean=128).cast("uchar")
parts = Parts("noise.png")
noise.write_to_target(target_of(parts), ".png", compression=0)
print(len(parts.parts), client.head_object(Bucket=bucket, Key="noise.png")["ContentLength"] > SIZE)

broken = pyvips.SourceCustom()
data = noise.write_to_buffer(".png", compression=0)


def read(size):
    global data
    if len(data) < 1_000_000:
        raise OSError("the disc was pulled out")
    piece, data = data[:size], data[size:]
    return piece


broken.on_read(read)
try:
    image = pyvips.Image.new_from_source(broken, "", access="sequential")
    image.write_to_target(target_of(Parts("broken.png")), ".png", compression=0)
except pyvips.Error as error:
    print("the disc was pulled out" in str(error))
print([entry["Key"] for entry in client.list_objects_v2(Bucket=bucket)["Contents"]])
print(client.list_multipart_uploads(Bucket=bucket).get("Uploads", []))
