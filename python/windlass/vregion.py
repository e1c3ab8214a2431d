"""Rectangles of pixels."""

from windlass._windlass import call
from windlass.error import Error
from windlass.vobject import VipsObject


class Region(VipsObject):
    """A place from which to fetch rectangles of an image."""

    __slots__ = ("_image", "_size", "__weakref__")

    def __init__(self, image):
        self._image = image
        self._size = (0, 0)

    @staticmethod
    def new(image):
        """A region of an image."""
        if not hasattr(image, "write_to_memory"):
            raise AttributeError(f"'{type(image).__name__}' object has no attribute 'pointer'")
        return Region(image)

    def width(self):
        """Width of the last fetch."""
        return self._size[0]

    def height(self):
        """Height of the last fetch."""
        return self._size[1]

    def fetch(self, x, y, w, h):
        """The pixels of a rectangle, as bytes."""
        if w <= 0 or h <= 0:
            raise Error("unable to fetch from region", "VipsRegion: valid clipped to nothing")
        if x < 0 or y < 0 or x + w > self._image.width or y + h > self._image.height:
            raise Error("unable to fetch from region", "")
        pixels = call("extract_area", self._image, x, y, w, h).write_to_memory()
        self._size = (w, h)
        return pixels
