from typing import Any

from .vobject import VipsObject

class Introspect:
    description: str
    flags: int
    details: dict[str, dict[str, Any]]
    required_input: list[str]
    optional_input: list[str]
    required_output: list[str]
    optional_output: list[str]
    doc_optional_input: list[str]
    doc_optional_output: list[str]
    member_x: str | None
    method_args: list[str]
    @classmethod
    def get(cls, operation_name: str) -> Introspect: ...

class Operation(VipsObject):
    @staticmethod
    def new_from_name(operation_name: str) -> Operation: ...
    @staticmethod
    def call(operation_name: str, /, *args: Any, **kwargs: Any) -> Any: ...
    @staticmethod
    def generate_docstring(operation_name: str) -> str: ...
    @staticmethod
    def generate_sphinx(operation_name: str) -> str: ...
    @staticmethod
    def generate_sphinx_all() -> None: ...
