"""Objects with properties."""

from windlass import _types
from windlass.error import Error
from windlass.gobject import GObject


class VipsObject(GObject):
    """An object whose properties are known by name."""

    __slots__ = ()

    _properties = {"nickname": "string", "description": "string"}

    @property
    def nickname(self):
        """The nickname of the class."""
        return type(self).__name__.lower()

    @property
    def description(self):
        """What the class is."""
        return f"{self.nickname} class"

    def get_typeof(self, name):
        """The type of a property; 0 where there is none such."""
        kind = self._properties.get(name.replace("-", "_"))
        return _types.of_kind(kind) if kind else 0

    def get(self, name):
        """The value of a property."""
        name = name.replace("-", "_")
        if name not in self._properties:
            raise Error("Property not found.")
        value = getattr(self, name)
        return value() if callable(value) else value

    def set(self, name, value):
        """Set a property. Those of finished objects can't be."""
        raise Error("Property not found." if not self.get_typeof(name) else f"unable to set {name}")

    def get_blurb(self, name):
        """What a property is."""
        if not self.get_typeof(name):
            raise Error("Property not found.")
        doc = getattr(getattr(type(self), name.replace("-", "_"), None), "__doc__", None)
        return (doc or name).split("\n")[0].rstrip(".")

    def get_description(self):
        """What the object is."""
        return self.description

    def set_string(self, string_options):
        """Set properties from `a=1,b`; whether that went well."""
        return not string_options.strip("[] ")

    @staticmethod
    def print_all():
        """Print objects that are alive. None outlive their owners, so there is nothing to print."""
