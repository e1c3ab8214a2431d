"""nginx on loopback: one port that serves ranges, one that does not, and a folder that takes uploads by PUT."""

import contextlib
import shutil
import socket
import subprocess
import time
from typing import NamedTuple

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

CONFIGURATION = """
daemon off;
master_process off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 2g;
    root {root};
    server {{
        listen 127.0.0.1:{ranges};
        location /upload/ {{ dav_methods PUT DELETE; create_full_put_path on; }}
        location /moved/ {{ rewrite ^/moved/(.*) /$1 redirect; }}
        location /refused/ {{ return 403; }}
    }}
    server {{
        listen 127.0.0.1:{whole};
        max_ranges 0;
    }}
}}
"""


class Nginx(NamedTuple):
    """Addresses without a slash at their end."""

    ranges: str
    whole: str


@contextlib.contextmanager
def nginx(root, folder):
    """Serves the files of `root`; what nginx itself writes goes to `folder`."""
    ports = free_ports(2)
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(root=root, folder=folder, ranges=ports[0], whole=ports[1]))
    with subprocess.Popen([NGINX, "-e", f"{folder}/error.log", "-p", str(folder), "-c", str(configuration)]) as process:
        try:
            for port in ports:
                wait_for(port, process)
            yield Nginx(*(f"http://127.0.0.1:{port}" for port in ports))
        finally:
            process.terminate()


def free_ports(count):
    """Ports of loopback that nobody uses now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def wait_for(port, process, seconds=20):
    """Returns when somebody listens."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the server on port {port} did not start")
