import os
from typing import Self
from typing_extensions import Buffer

from .vconnection import Connection

class Source(Connection):
    @staticmethod
    def new_from_descriptor(descriptor: int, *, offset: int = 0, length: int | None = None) -> Source: ...
    @staticmethod
    def new_from_file(filename: str | bytes | os.PathLike[str]) -> Source: ...
    @staticmethod
    def new_from_memory(data: Buffer) -> Source: ...
    def timeout(self, *, read: float | None = None, total: float | None = None) -> Self: ...
