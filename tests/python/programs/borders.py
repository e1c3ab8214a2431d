"""Canvas and borders by embed, centred as gravity would."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/tile00.png")


def centred(width, height, **options):
    return image.embed((width - image.width) // 2, (height - image.height) / 2, width, height, **options)


for extend in ("black", "copy", "repeat", "mirror", "white"):
    out = centred(400, 301, extend=extend)
    print(extend, out.width, out.height, out.avg(), out.xoffset, out.yoffset)
    out.write_to_file(f"{folder}/out-{extend}.png")
out = centred(200, 200, extend=pyvips.Extend.BACKGROUND, background=[255, 128, 0])
out.write_to_file(f"{folder}/out-background.png")
print(out(0, 0), centred(200, 200, background=7)(0, 0), centred(100, 50).width)
