from .vobject import VipsObject

class Connection(VipsObject):
    @property
    def pointer(self) -> int: ...
    def filename(self) -> str | None: ...
    def nick(self) -> str: ...

class Stats:
    bytes: int
    requests: int
    cache_hits: int
    retries: int
    wait: float
