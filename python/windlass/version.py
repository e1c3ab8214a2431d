"""The version of the interface, as programs that check for it see it."""

__version__ = "3.2.0"
