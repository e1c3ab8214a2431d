"""A progress bar made of signals."""

import pyvips

seen = []
last = {"percent": -1, "npels": -1}


def started(image, progress):
    seen.append("preeval")
    print("preeval", progress.run, progress.eta, progress.percent, progress.tpels, progress.npels)


def running(image, progress):
    if progress.percent < last["percent"] or progress.npels < last["npels"]:
        print("went back")
    last.update(percent=progress.percent, npels=progress.npels)
    if seen[-1] != "eval":
        seen.append("eval")


def done(image, progress):
    seen.append("posteval")
    print("posteval", progress.percent, progress.npels)


image = pyvips.Image.black(10, 1000)
image.set_progress(True)
image.signal_connect("preeval", started)
image.signal_connect("eval", running)
image.signal_connect("posteval", done)
image.avg()
print(seen[0], seen[-1])
seen.clear()  # whether so small a picture tells of a part of it depends on threads

large = pyvips.Image.black(1, 500000)
large.set_progress(True)
large.signal_connect("preeval", started)
large.signal_connect("eval", running)
large.signal_connect("posteval", done)
last.update(percent=-1, npels=-1)
large.copy().copy_memory()
print(seen)
try:
    image.signal_connect("no such signal", done)
except pyvips.Error as error:
    print(error.message)
