"""The root of the classes."""

from windlass.error import Error


class GObject:
    """An object with signals."""

    __slots__ = ()

    def signal_connect(self, name, callback):
        """Call `callback` at each event called `name`."""
        raise Error(f'unsupported signal "{name}"')

    @staticmethod
    def new_pointer_from_gtype(gtype):
        """A holder for a value of that type."""
        from windlass.gvalue import GValue

        value = GValue()
        value.set_type(gtype)
        return value
