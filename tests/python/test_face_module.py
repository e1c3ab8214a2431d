"""Functions of the module, types, enumerations, introspection, the name pyvips."""

import subprocess
import sys

import pytest

from .face import ours, vips  # noqa: F401


def test_version(vips):
    assert [vips.version(flag) for flag in range(4)] == [8, 18, 7, 62]
    assert vips.at_least_libvips(8, 18) and not vips.at_least_libvips(8, 19) and vips.at_least_libvips(7, 99)
    with pytest.raises(vips.Error, match="flag not in"):
        vips.version(6)
    assert vips.API_mode is True and vips.vips_lib.VIPS_MAJOR_VERSION == 8


def test_cache_limits(vips):
    before = vips.cache_get_max(), vips.cache_get_max_mem(), vips.cache_get_max_files()
    vips.cache_set_max(7)
    vips.cache_set_max_mem(1 << 40)
    vips.cache_set_max_files(9)
    assert (vips.cache_get_max(), vips.cache_get_max_mem(), vips.cache_get_max_files()) == (7, 1 << 40, 9)
    vips.cache_set_max(0)
    assert vips.cache_get_size() == 0
    vips.cache_set_max(before[0])
    vips.cache_set_max_mem(before[1])
    vips.cache_set_max_files(before[2])


def test_concurrency(vips):
    before = vips.concurrency_get()
    vips.concurrency_set(3)
    assert vips.concurrency_get() == 3
    vips.concurrency_set(0)
    vips.concurrency_set(5000)
    assert vips.concurrency_get() in (3, 1024)
    vips.concurrency_set(before)


def test_types(vips):
    assert vips.type_find("VipsOperation", "invert") != 0 and vips.type_find("VipsOperation", "nonsense") == 0
    assert vips.type_find("VipsForeignLoad", "pngload") != 0 and vips.type_find("VipsForeignSave", "pngload") == 0
    invert = vips.type_find("VipsOperation", "invert")
    assert (vips.type_name(invert), vips.nickname_find(invert)) == ("VipsInvert", "invert")
    assert (vips.type_name(0), vips.type_from_name("nonsense")) == ("NULL", 0)
    assert vips.gobject_lib.g_type_from_name(b"VipsImage") == vips.GValue.image_type
    found = []

    def add(child, a, b):
        found.append(vips.nickname_find(child))
        return vips.ffi.NULL

    vips.type_map(vips.type_from_name("VipsArithmetic"), add)
    assert {"binary", "unary", "nary"} <= set(found)


def test_enumerations(vips):
    extend = vips.type_from_name("VipsExtend")
    assert vips.enum_dict(extend)["mirror"] == 3 and vips.values_for_enum(extend)[0] == "black"
    assert vips.flags_dict(vips.type_from_name("VipsForeignKeep"))["icc"] == 8
    assert vips.GValue.to_enum(extend, "Copy") == 1 and vips.GValue.from_enum(extend, 2) == "repeat"
    assert vips.GValue.from_enum(extend, 99) == "(null)" and vips.GValue.to_enum(extend, 5) == 5
    assert vips.ForeignKeep.EXIF | vips.ForeignKeep.XMP == 3 and vips.BandFormat.USHORT == "ushort"
    assert vips.GValue.gtype_to_python(extend) == "str | Extend"
    assert vips.GValue.gtype_to_python(vips.GValue.array_int_type) == "list[int]"


def test_enumerations_are_those_of_the_reference():
    import pyvips
    import windlass

    for name in dir(pyvips.enums):
        theirs = getattr(pyvips.enums, name)
        if isinstance(theirs, type):
            members = {key: value for key, value in vars(theirs).items() if not key.startswith("_")}
            mine = {key: value for key, value in vars(getattr(windlass, name)).items() if not key.startswith("_")}
            assert mine == members, name
            gtype = pyvips.type_from_name("Vips" + name)
            if gtype and not isinstance(next(iter(members.values())), int):
                assert windlass.enum_dict(windlass.type_from_name("Vips" + name)) == pyvips.enum_dict(gtype), name


def test_introspection(vips):
    said = vips.Introspect.get("embed")
    assert said.member_x in ("in", "in_") and said.method_args == ["x", "y", "width", "height"]
    assert said.required_output == ["out"] and set(said.optional_input) == {"extend", "background"}
    assert said.details["x"]["type"] == vips.GValue.gint_type and said.details["x"]["flags"] & 17 == 17
    with pytest.raises(vips.Error, match="no such operation"):
        vips.Introspect.get("nonsense")


def test_introspection_is_that_of_the_reference():
    import pyvips
    import windlass

    wrong = []
    for name in windlass.operations():
        if not pyvips.type_find("VipsOperation", name):
            continue
        mine, theirs = windlass.Introspect.get(name), pyvips.Introspect.get(name)
        for what in ("member_x", "required_input", "method_args", "required_output", "flags"):
            if getattr(mine, what) != getattr(theirs, what):
                wrong.append((name, what, getattr(mine, what), getattr(theirs, what)))
        for what in ("doc_optional_input", "doc_optional_output"):
            if sorted(getattr(mine, what)) != sorted(getattr(theirs, what)):
                wrong.append((name, what, sorted(getattr(mine, what)), sorted(getattr(theirs, what))))
    assert not wrong


def test_docstrings(vips):
    text = vips.Operation.generate_docstring("embed")
    for part in ("Example:\n   out = in.embed(x, y, width, height", "Returns:\n    out (Image):", "Args:\n    in (Image):"):
        assert part in text
    assert "Keyword args:\n    extend (str | Extend):" in text and "Raises:\n    :class:`.Error`" in text
    assert vips.Image.embed.__doc__ == text and "embed" in vips.Operation.generate_sphinx("embed")


def test_blocking(ours):
    image = ours.Image.black(3, 3)
    ours.operation_block_set("VipsInvert", True)
    try:
        with pytest.raises(ours.Error, match="invert: operation is blocked"):
            image.invert()
    finally:
        ours.operation_block_set("VipsInvert", False)
    assert image.invert().max() == 255


def run(program):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_under_the_name_pyvips(ours):
    import os

    path = os.path.dirname(os.path.dirname(ours.__file__))
    said = run(
        f"import sys; sys.path.insert(0, {path!r})\n"
        "import windlass; windlass.install_as_pyvips()\n"
        "import pyvips, pyvips.enums\n"
        "from pyvips import Image, Error, GValue, version\n"
        "from pyvips.vimage import Image as Again, TYPESTR_TO_FORMAT, _guess_interpretation\n"
        "from pyvips.error import Error as Also\n"
        "import pyvips.version\n"
        "names = 'base enums error gobject gvalue vobject vconnection vsource vsourcecustom vtarget vtargetcustom'\n"
        "for name in names.split() + ['vinterpolate', 'vimage', 'voperation', 'vregion']:\n"
        "    __import__('pyvips.' + name); assert getattr(pyvips, name) is sys.modules['pyvips.' + name]\n"
        "assert Image is Again is windlass.Image and Error is Also\n"
        "print(pyvips.__version__, version(0), pyvips.ffi.NULL == pyvips.ffi.NULL, pyvips.base.get_suffixes() == pyvips.get_suffixes())\n"
        "from pyvips import *\n"
        "print(API_mode, pyvips.logger.name, pyvips.vips_lib.vips_interpretation_get_type() != 0)"
    )
    assert said == "3.2.0 8 True True\nTrue pyvips True\n"


def test_import_is_light(ours, tmp_path):
    """So is what a program for one picture imports later."""
    import os

    path = os.path.dirname(os.path.dirname(ours.__file__))
    ours.Image.black(9, 9).write_to_file(tmp_path / "black.png")
    said = run(
        f"import sys; sys.path.insert(0, {path!r})\nbefore = set(sys.modules)\nimport windlass\n"
        f"image = windlass.Image.new_from_file({str(tmp_path / 'black.png')!r})\n"
        f"image.write_to_file({str(tmp_path / 'again.jpg')!r}); image.write_to_buffer('.png')\n"
        "heavy = {'typing', 'logging', 're', 'inspect', 'tempfile', 'importlib.metadata', 'enum', 'ctypes', 'numpy',"
        " 'functools', 'collections', 'socket'}\n"
        "print(sorted((set(sys.modules) - before) & heavy))"
    )
    assert said == "[]\n"


def test_the_environment_sets_the_threads(ours):
    import os

    path = os.path.dirname(os.path.dirname(ours.__file__))
    said = run(
        f"import sys, os; sys.path.insert(0, {path!r})\nos.environ['VIPS_CONCURRENCY'] = '7'\n"
        "import windlass; print(windlass.concurrency_get())"
    )
    assert said == "7\n"
