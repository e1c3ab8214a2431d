class Error(Exception):
    message: str
    detail: str
    kind: str
    def __init__(self, message: str, detail: str | None = None) -> None: ...
