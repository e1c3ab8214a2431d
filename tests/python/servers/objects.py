"""A server that speaks S3, from the package `moto`, in a process of its own."""

import contextlib
import subprocess
import sys
import time
import urllib.request

from .nginx import free_ports, wait_for

# What the client libraries want to have; the server asks for nothing.
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": "very-secret-word", "AWS_DEFAULT_REGION": "us-east-1"}


@contextlib.contextmanager
def objects():
    """The address of the server."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port, process, 60)
            address = f"http://127.0.0.1:{port}"
            answers(address)
            yield address
        finally:
            process.terminate()


def answers(address, seconds=60):
    """Returns when the server does more than listen."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"{address}/moto-api/", timeout=5):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
