"""PostgreSQL in a folder of its own, on loopback."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

from .nginx import free_ports, wait_for


def _folders():
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name)) or [None]


PROGRAMS = Path(shutil.which("initdb")).parent if shutil.which("initdb") else _folders()[-1]


@contextlib.contextmanager
def postgres(folder):
    """An address such as `postgresql://tester@127.0.0.1:5433/postgres`."""
    (port,) = free_ports(1)
    data = folder / "cluster"
    data.mkdir(mode=0o700)
    # It refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(data, user)
        for parent in data.parents:
            if parent.stat().st_uid == 0 and not parent.stat().st_mode & 1:
                parent.chmod(parent.stat().st_mode | 0o711)
    options = {"user": user, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run([PROGRAMS / "initdb", "--no-sync", "--auth=trust", "--username=tester", "-D", data], check=True, **options)
    settings = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={data}"]
    with subprocess.Popen([PROGRAMS / "postgres", "-D", data, "-p", str(port), *settings], **options) as process:
        try:
            wait_for(port, process)
            yield f"postgresql://tester@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
