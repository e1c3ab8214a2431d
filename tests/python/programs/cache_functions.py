"""Limits of the operation cache and of threads."""

import sys

import pyvips

for name in ("", "_mem", "_files"):
    get, set_ = getattr(pyvips, f"cache_get_max{name}"), getattr(pyvips, f"cache_set_max{name}")
    before = get()
    set_(before // 2)
    print(name, before, get())
    set_(before)
image = pyvips.Image.new_from_file(sys.argv[1] + "/photo.png")
print((image.invert().pointer == image.invert().pointer), image.copy().pointer == image.copy().pointer)
pyvips.cache_set_max(0)
print(pyvips.cache_get_size(), image.invert().avg() == image.invert().avg())
pyvips.cache_set_max(100)
threads = pyvips.concurrency_get()
pyvips.concurrency_set(3)
print(pyvips.concurrency_get(), threads >= 1)
pyvips.concurrency_set(threads)
print(pyvips.version(0), pyvips.version(1), pyvips.version(2), pyvips.at_least_libvips(8, 10), pyvips.API_mode, pyvips.__version__)
print(pyvips.type_find("VipsOperation", "invert") != 0, pyvips.type_find("VipsOperation", "nosuch"))
