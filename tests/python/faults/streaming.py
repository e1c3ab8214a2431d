"""A process that streams a PNG from one kind of source to one kind of target: `streaming.py LIBRARY SOURCE TARGET IN OUT`.

Prints the peak of resident memory in KiB. `SOURCE` and `TARGET` are kinds, `IN` and `OUT` files or addresses.
"""

import importlib
import os
import sys
import threading


def main(name, source, target, given, made):
    library = importlib.import_module(name)
    image = library.Image.new_from_source(SOURCES[source](library, given), "", access="sequential")
    image.write_to_target(TARGETS[target](library, made), ".png", compression=0, filter="none")
    with open("/proc/self/status", encoding="ascii") as status:
        print(next(line.split()[1] for line in status if line.startswith("VmHWM")))


def by_name(library, name):
    return library.Source.new_from_file(name)


def by_descriptor(library, name):
    return library.Source.new_from_descriptor(os.open(name, os.O_RDONLY))


def by_pipe(library, name):
    """`cat` in another process, so that its memory is not ours."""
    import subprocess

    process = subprocess.Popen(["cat", name], stdout=subprocess.PIPE)
    return library.Source.new_from_descriptor(process.stdout.fileno())


def by_handlers(library, name):
    file = open(name, "rb")
    source = library.SourceCustom()
    source.on_read(file.read)
    source.on_seek(file.seek)
    return source


def by_read_alone(library, name):
    source = library.SourceCustom()
    source.on_read(open(name, "rb").read)
    return source


SOURCES = {"file": by_name, "descriptor": by_descriptor, "pipe": by_pipe, "handlers": by_handlers, "read alone": by_read_alone, "address": by_name}


def to_name(library, name):
    return library.Target.new_to_file(name)


def to_descriptor(library, name):
    return library.Target.new_to_descriptor(os.open(name, os.O_WRONLY | os.O_CREAT, 0o644))


def to_pipe(library, name):
    reading, writing = os.pipe()

    def empty():
        with open(name, "wb") as file:
            while piece := os.read(reading, 65536):
                file.write(piece)

    threading.Thread(target=empty, daemon=True).start()
    return library.Target.new_to_descriptor(writing)


def to_handlers(library, name):
    file = open(name, "wb")
    target = library.TargetCustom()
    target.on_write(file.write)
    target.on_end(file.close)
    return target


TARGETS = {"file": to_name, "descriptor": to_descriptor, "pipe": to_pipe, "handlers": to_handlers, "address": to_name}


if __name__ == "__main__":
    if os.environ.get("WINDLASS_PATH"):
        sys.path.insert(0, os.environ["WINDLASS_PATH"])
    main(*sys.argv[1:])
