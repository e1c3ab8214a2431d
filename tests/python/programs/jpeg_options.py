"""Every way of writing a JPEG."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png")
for number, options in enumerate((
    {}, {"Q": 95}, {"Q": 40}, {"interlace": True}, {"optimize_coding": True}, {"subsample_mode": "off", "Q": 80}, {"restart_interval": 8},
)):
    data = image.write_to_buffer(".jpg", **options)
    again = pyvips.Image.new_from_buffer(data, "")
    print(options, again.width, again.bands, again.get_typeof("interlaced") != 0, again.get("jpeg-chroma-subsample"))
    again.write_to_file(f"{folder}/out-{number}.png")
logo = pyvips.Image.new_from_file(f"{folder}/logo.png")
flat = pyvips.Image.new_from_buffer(logo.write_to_buffer(".jpg", background=[255, 255, 255]), "")
print(flat.bands, flat(0, 0))
print(pyvips.Image.new_from_buffer(image[0].copy(interpretation="b-w").write_to_buffer(".jpg"), "").bands)
print(pyvips.Image.new_from_file(f"{folder}/progressive.jpg").get("interlaced"), pyvips.Image.new_from_file(f"{folder}/photo.jpg").xres * 25.4)
