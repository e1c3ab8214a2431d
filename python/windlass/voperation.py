"""Operations by name, and what they say about themselves."""

from windlass import _types, _windlass
from windlass.error import Error
from windlass.gvalue import GValue
from windlass.vobject import VipsObject

_REQUIRED, _CONSTRUCT, _INPUT, _OUTPUT, _DEPRECATED, _MODIFY = 1, 2, 16, 32, 64, 128
# It does not tell one call from another.
_NON_HASHABLE = 256
_FILENAMES = ("filename", "profile", "input_profile", "output_profile")


class Introspect:
    """The declaration of an operation."""

    __slots__ = (
        "description",
        "flags",
        "details",
        "required_input",
        "optional_input",
        "required_output",
        "optional_output",
        "doc_optional_input",
        "doc_optional_output",
        "member_x",
        "method_args",
    )

    _cache = {}

    def __init__(self, operation_name):
        said = _windlass.describe(operation_name)
        self.description = said["summary"].rstrip(".")
        self.flags = said["flags"]
        self.details = {}
        self.required_input, self.optional_input = [], []
        self.required_output, self.optional_output = [], []
        for row in said["args"]:
            self._add(row)
        self.doc_optional_input = self._documented(self.optional_input)
        self.doc_optional_output = self._documented(self.optional_output)
        image = GValue.image_type
        self.member_x = next((n for n in self.required_input if self.details[n]["type"] == image), None)
        self.method_args = [name for name in self.required_input if name != self.member_x]

    def _add(self, row):
        name = row["name"].replace("-", "_")
        is_input = row["direction"] == "in"
        if not is_input and name == "out" and self._modifies():
            # the changed image goes by the name of the one handed in
            return
        flags = _CONSTRUCT | (_INPUT if is_input else _OUTPUT)
        flags |= _REQUIRED if row["required"] else 0
        flags |= _DEPRECATED if row["deprecated"] else 0
        flags |= _NON_HASHABLE if name == "revalidate" else 0
        flags |= _MODIFY if row["modify"] else 0
        if name not in self.details:
            gtype = _types.from_name(row["type"])
            self.details[name] = {"name": name, "flags": flags, "blurb": row["doc"].rstrip("."), "type": gtype}
        if is_input:
            (self.required_input if row["required"] else self.optional_input).append(name)
            if row["modify"]:
                self.required_output.append(name)
        elif name not in self.required_output:
            (self.required_output if row["required"] else self.optional_output).append(name)

    def _modifies(self):
        return any(self.details[name]["flags"] & _MODIFY for name in self.required_output)

    def _documented(self, names):
        return [name for name in names if not self.details[name]["flags"] & _DEPRECATED]

    @classmethod
    def get(cls, operation_name):
        """The declaration of an operation; made once."""
        found = cls._cache.get(operation_name)
        if found is None:
            found = cls._cache[operation_name] = cls(operation_name)
        return found


class Operation(VipsObject):
    """Calls by name."""

    __slots__ = ("_name", "__weakref__")

    def __init__(self, name):
        self._name = name

    @property
    def nickname(self):
        """The name users call it by."""
        return self._name

    @property
    def description(self):
        """What it does, in a line."""
        return Introspect.get(self._name).description

    @staticmethod
    def new_from_name(operation_name):
        """The operation of that name."""
        return Operation(_windlass.describe(operation_name)["nickname"])

    call = staticmethod(_windlass.call)

    @staticmethod
    def generate_docstring(operation_name):
        """The documentation of an operation, as `help` shows it."""
        said = _checked(operation_name)
        sections = [
            _sentence(said.description),
            f"Example:\n   {_example(operation_name, said)}",
            _listing("Returns", said, said.required_output) or "Returns:",
            _listing("Args", said, said.required_input) or "Args:",
            _listing("Keyword args", said, said.doc_optional_input),
            _listing("Other Parameters", said, said.doc_optional_output),
            "Raises:\n    :class:`.Error`",
        ]
        return "\n\n".join(section for section in sections if section) + "\n"

    @staticmethod
    def generate_sphinx(operation_name):
        """The documentation of an operation for Sphinx."""
        said = _checked(operation_name)
        kind = "method" if said.member_x else "staticmethod"
        args = ", ".join(said.method_args)
        lines = [f".. {kind}:: Image.{operation_name}({args})", "", f"   {_sentence(said.description)}", ""]
        for names, word in ((said.method_args, "param"), (said.doc_optional_input, "param")):
            lines += [f"   :{word} {_type(said, name)} {name}: {said.details[name]['blurb']}" for name in names]
        lines += [f"   :rtype: {' or '.join(_type(said, name) for name in said.required_output) or 'None'}"]
        lines += ["   :raises Error:", ""]
        return "\n".join(lines)

    @staticmethod
    def generate_sphinx_all():
        """Print the documentation of all operations for Sphinx."""
        for name in _windlass.operation_names():
            print(Operation.generate_sphinx(name))


def _checked(operation_name):
    said = Introspect.get(operation_name)
    if said.flags & 8:
        raise Error("No such operator.", f'operator "{operation_name}" is deprecated')
    return said


def _sentence(text):
    return text[:1].upper() + text[1:] + "."


def _type(said, name):
    gtype = said.details[name]["type"]
    if gtype == GValue.gstr_type and name in _FILENAMES:
        return "str | Path"
    return GValue.gtype_to_python(gtype)


def _example(operation_name, said):
    outputs = ", ".join(said.required_output)
    args = list(said.method_args)
    args += [f"{name}={_type(said, name)}" for name in said.doc_optional_input]
    args += [f"{name}=bool" for name in said.doc_optional_output]
    called = f"{said.member_x or 'pyvips.Image'}.{operation_name}({', '.join(args)})"
    return f"{outputs} = {called}"


def _listing(title, said, names):
    if not names:
        return ""
    lines = [f"    {name} ({_type(said, name)}): {said.details[name]['blurb']}" for name in names]
    return f"{title}:\n" + "\n".join(lines)
