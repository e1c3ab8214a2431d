"""A process that loads or saves one file under injected faults: `one_decode.py LIBRARY ACTION GOOD PATH`.

The good file is decoded before and after. The answer, a line of JSON, says what became of the action, what the
good file gave, and which descriptors and threads were left.
"""

import contextlib
import hashlib
import importlib
import json
import os
import sys
import time


def main(name, action, good, path):
    library = importlib.import_module(name)
    library.cache_set_max(0)
    descriptors, before = left(), decode(library, good)
    try:
        result = {"ok": True, "pixels": ACTIONS[action](library, good, path)}
    except library.Error as error:
        result = {"ok": False, "error": str(error)}
    result |= {"again": decode(library, good) == before, "left": is_left(descriptors)}
    print(json.dumps(result), flush=True)


def pixels(image):
    return hashlib.sha256(image.write_to_memory()).hexdigest()


def decode(library, path):
    with open(path, "rb") as file:
        return pixels(library.Image.new_from_buffer(file.read(), ""))


def load_file(library, good, path):
    return pixels(library.Image.new_from_file(path))


def load_descriptor(library, good, path):
    """A file, or a FIFO that somebody else fills."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return pixels(library.Image.new_from_source(library.Source.new_from_descriptor(descriptor), ""))
    finally:
        os.close(descriptor)


def save_file(library, good, path):
    library.Image.new_from_file(good).write_to_file(path)
    return decode(library, path)


def save_descriptor(library, good, path):
    """To a file, or to a FIFO that somebody else empties."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        target = library.Target.new_to_descriptor(descriptor)
        library.Image.new_from_file(good).write_to_target(target, os.path.splitext(path)[1])
    finally:
        os.close(descriptor)


ACTIONS = {action.__name__: action for action in (load_file, load_descriptor, save_file, save_descriptor)}


def is_left(before):
    """Whether all is as before; a thread that has ended is seen for a moment longer."""
    end = time.monotonic() + 2
    while left() != before and time.monotonic() < end:
        time.sleep(0.01)
    return left() == before


def left():
    descriptors = set()
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            descriptors.add((number, os.readlink(f"/proc/self/fd/{number}")))
    return descriptors, len(os.listdir("/proc/self/task"))


if __name__ == "__main__":
    if os.environ.get("WINDLASS_PATH"):
        sys.path.insert(0, os.environ["WINDLASS_PATH"])
    main(*sys.argv[1:])
