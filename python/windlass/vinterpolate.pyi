from .vobject import VipsObject

class Interpolate(VipsObject):
    @staticmethod
    def new(name: str) -> Interpolate: ...
