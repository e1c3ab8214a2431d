import os

from .vconnection import Connection

class Target(Connection):
    blob: bytes
    @staticmethod
    def new_to_descriptor(descriptor: int) -> Target: ...
    @staticmethod
    def new_to_file(filename: str | bytes | os.PathLike[str]) -> Target: ...
    @staticmethod
    def new_to_memory() -> Target: ...
