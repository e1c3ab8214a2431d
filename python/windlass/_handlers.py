"""Handlers on their way to a connection."""

import sys

_COROUTINE = 0x80  # inspect.CO_COROUTINE


def attached(handler):
    """`handler`, or what waits for its answer where that may be a coroutine's."""
    if not callable(handler):
        raise TypeError(f"a handler is a function, not {type(handler).__name__}")
    if "asyncio" in sys.modules or _is_coroutine(handler):
        # imported here, since it takes longer than all the rest
        from windlass._async import bridged

        return bridged(handler)
    return handler


def _is_coroutine(handler):
    code = getattr(handler, "__code__", None) or getattr(getattr(handler, "__call__", None), "__code__", None)
    return bool(getattr(code, "co_flags", 0) & _COROUTINE)
