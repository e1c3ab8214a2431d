"""Numbers about a picture."""

import sys

import pyvips

image = pyvips.Image.new_from_file(sys.argv[1] + "/photo.png")
print(image.avg(), image.min(), image.max(), image.max(x=True, y=True))
print(image.min(size=3, x_array=True, y_array=True, out_array=True)[1].keys())
print(image.maxpos(), image.minpos())
for row in image.stats().tolist():
    print([round(value, 6) for value in row])
histogram = image.hist_find()
print(histogram.width, histogram.height, histogram.bands, histogram.format, histogram.interpretation, histogram.avg() * 256)
single = image.hist_find(band=1)
print(single.width, single.bands, single(100, 0), single.maxpos()[1:])
grey = pyvips.Image.new_from_file(sys.argv[1] + "/sixteen.png")
print(grey.hist_find().width == grey.max() + 1, grey.format, grey.interpretation)
print(image.hist_find().numpy()[0, :, 1].sum(), image.width * image.height)
