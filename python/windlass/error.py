"""The one exception of the library."""


class Error(Exception):
    """What the engine could not do: `message` says what was tried, `detail` why not.

    `kind` is one word for programs to decide on: `BadArgument`, `NotFound`, `Malformed`,
    `Truncated`, `Limit`, `Timeout`, `Cancelled`, `Unsupported`, `UnknownOperation`, `Io`, `Internal`.
    """

    kind = "BadArgument"

    def __init__(self, message, detail=None):
        super().__init__(*((message,) if detail is None else (message, detail)))
        self.message = message
        self.detail = detail or ""

    def __str__(self):
        return f"{self.message}\n  {self.detail}"
