"""A bucket that is not there: the save fails with what the client library says."""

import json
import os
import sys

import boto3
import pyvips

client = boto3.client("s3", endpoint_url=json.loads(os.environ["SERVERS"])["s3"])
buffer = bytearray()
target = pyvips.TargetCustom()
target.on_write(lambda data: buffer.extend(data) or len(data))
target.on_end(lambda: client.put_object(Bucket="no-such-bucket-here", Key="x", Body=bytes(buffer)) and None)
try:
    pyvips.Image.new_from_file(f"{sys.argv[1]}/photo.png").write_to_target(target, ".png")
    print("saved")
except pyvips.Error as error:
    print(isinstance(error.__cause__, client.exceptions.NoSuchBucket), "very-secret-word" in str(error))
