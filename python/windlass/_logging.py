"""Loggers, for programs that ask for them."""

import logging

from windlass import _windlass

logger = logging.getLogger("pyvips")
logger.addHandler(logging.NullHandler())
_operations = logging.getLogger("pyvips.voperation")


class GLogLevelFlags:
    """Levels of messages."""

    FLAG_RECURSION = 1 << 0
    FLAG_FATAL = 1 << 1
    LEVEL_ERROR = 1 << 2
    LEVEL_CRITICAL = 1 << 3
    LEVEL_WARNING = 1 << 4
    LEVEL_MESSAGE = 1 << 5
    LEVEL_INFO = 1 << 6
    LEVEL_DEBUG = 1 << 7
    LEVEL_TO_LOGGER = {
        LEVEL_DEBUG: 10,
        LEVEL_INFO: 20,
        LEVEL_MESSAGE: 20,
        LEVEL_WARNING: 30,
        LEVEL_ERROR: 40,
        LEVEL_CRITICAL: 50,
    }


def log_calls(trace=False):
    """Log each call, and print it where `trace` asks for that."""

    def told(nickname, is_never_cached, is_new):
        _operations.debug("VipsOperation.call: operation_name = %s", nickname)
        if trace:
            mark = " :" if is_never_cached else "+:" if is_new else "* "
            print(f"vips cache{mark} {nickname}", flush=True)

    _windlass.hook_set(told)
