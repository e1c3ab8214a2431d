import os
from typing_extensions import Buffer

from .vconnection import Connection

class Source(Connection):
    @staticmethod
    def new_from_descriptor(descriptor: int) -> Source: ...
    @staticmethod
    def new_from_file(filename: str | bytes | os.PathLike[str]) -> Source: ...
    @staticmethod
    def new_from_memory(data: Buffer) -> Source: ...
