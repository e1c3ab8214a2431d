"""Interpolators."""

from windlass._windlass import InterpolateBase
from windlass.vobject import VipsObject


class Interpolate(InterpolateBase, VipsObject):
    """How to sample between pixels."""

    __slots__ = ("__weakref__",)

    @staticmethod
    def new(name):
        """The interpolator of that nickname: nearest, bilinear, bicubic, ..."""
        return Interpolate(name)
