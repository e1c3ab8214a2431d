"""Stop an evaluation from its own progress handler, then run it again."""

import pyvips

image = pyvips.Image.black(1, 1000000)
image.set_progress(True)
stop = True


def check(killed, progress):
    if stop:
        killed.set_kill(True)


image.signal_connect("eval", check)
try:
    image.copy_memory()
    print("finished")
except pyvips.Error as error:
    print("stopped", "killed" in str(error))
stop = False
print(image.copy_memory().height)

other = pyvips.Image.black(10, 10)
other.set_kill(True)
try:
    other.avg()
    print("finished")
except pyvips.Error as error:
    print("stopped", "killed" in str(error))
print(other.avg())
