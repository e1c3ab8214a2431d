"""A process that decodes files for another: `decoder.py LIBRARY`, one JSON request per line.

A request is `{"path": ..., "fail_on": ..., "raw": file or null, "average": bool}`; the answer
says `ok`, header fields, averages per band, the hash of the pixels (or one average alone,
without ever holding all pixels), by how many kilobytes the peak of resident memory rose above
what was resident before, and the seconds of processor time. Whoever asks sets the time limit.
"""

import hashlib
import importlib
import json
import os
import sys
import time

import numpy as np

HEADER = ("width", "height", "bands", "format", "interpretation")


def main(name):
    if os.environ.get("WINDLASS_PATH"):
        sys.path.insert(0, os.environ["WINDLASS_PATH"])
    library = importlib.import_module(name)
    library.cache_set_max(0)
    answers = os.fdopen(os.dup(1), "w")
    silence()
    for line in sys.stdin:
        print(json.dumps(answer(library, json.loads(line))), file=answers, flush=True)


def silence():
    """Warnings of decoders are of no interest."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def answer(library, request):
    before, started = reset_peak(), time.process_time()
    try:
        result = decode(library, request)
    except library.Error as error:
        result = {"ok": False, "error": str(error)}
    except MemoryError:
        result = {"ok": False, "error": "MemoryError"}
    except BaseException as error:  # Panics too: they must not end the process.
        result = {"ok": False, "broken": f"{type(error).__name__}: {error}"}
    return result | {"growth": memory("VmHWM") - before, "processor": time.process_time() - started}


def decode(library, request):
    """The header and the pixels, both as the oracle has them."""
    options = {"fail_on": request["fail_on"]} if request.get("fail_on") else {}
    image = library.Image.new_from_file(request["path"], access="sequential", **options)
    result = {"ok": True, "loader": image.get("vips-loader")} | {name: getattr(image, name) for name in HEADER}
    if request.get("average"):
        return result | {"avg": image.avg()}
    pixels = image.numpy()
    data = pixels.tobytes()
    if request.get("raw"):
        with open(request["raw"], "wb") as file:
            file.write(data)
    bands = pixels.reshape(-1, image.bands).astype(np.float64)
    return result | {"avg": bands.mean(axis=0).tolist(), "pixels_sha256": hashlib.sha256(data).hexdigest()}


def reset_peak():
    """Forget the peak so far; what is resident now."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    return memory("VmRSS")


def memory(field):
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field))


if __name__ == "__main__":
    main(sys.argv[1])
