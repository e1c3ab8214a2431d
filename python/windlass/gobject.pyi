from collections.abc import Callable
from typing import Any

class GObject:
    def signal_connect(self, name: str, callback: Callable[..., Any]) -> None: ...
    @staticmethod
    def new_pointer_from_gtype(gtype: int) -> Any: ...
