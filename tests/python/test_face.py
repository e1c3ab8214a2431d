"""The face of the module: names, enumerations and signatures are those of pyvips."""

import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .libraries import candidate, reference

OURS, THEIRS = candidate(), reference()
pytestmark = pytest.mark.skipif(OURS is None, reason="windlass is not installed: run `make wheel` first")

CLASSES = (
    "Connection", "Error", "GObject", "GValue", "Image", "Interpolate", "Introspect", "Operation",
    "Region", "Source", "SourceCustom", "Target", "TargetCustom", "VipsObject",
)
SUBMODULES = (
    "base", "enums", "error", "gobject", "gvalue", "vconnection", "vimage", "vinterpolate", "vobject", "voperation",
    "vregion", "vsource", "vsourcecustom", "vtarget", "vtargetcustom",
)
# What a module happens to have imported, and build details of the binding: no program can want them.
INCIDENTAL = {"atexit", "logging", "os", "sys", "lib_major", "lib_minor", "wrap_major", "wrap_minor"}
OPERATIONS = list(OURS.operations()) if hasattr(OURS, "operations") else ["embed", "linear", "black", "find_trim"]


def lacking(ours, theirs, incidental):
    """Public names of the reference that ours does not answer to; `dir` need not list them."""
    return [name for name in dir(theirs) if not name.startswith("_") and name not in incidental and not hasattr(ours, name)]


def test_names_of_the_module():
    assert lacking(OURS, THEIRS, INCIDENTAL) == []


@pytest.mark.parametrize("name", CLASSES)
def test_names_of_a_class(name):
    # `pointer` is an attribute of instances.
    assert lacking(getattr(OURS, name), getattr(THEIRS, name), (*SUBMODULES, "pointer")) == []


def enumerations():
    return [name for name in dir(THEIRS.enums) if isinstance(getattr(THEIRS.enums, name), type)]


@pytest.mark.parametrize("name", enumerations())
def test_enumeration(name):
    ours, theirs = getattr(OURS.enums, name), getattr(THEIRS.enums, name)
    members = {key: value for key, value in vars(theirs).items() if not key.startswith("_")}
    assert {key: getattr(ours, key) for key in members} == members
    assert getattr(OURS, name) is ours


@pytest.mark.parametrize("operation", OPERATIONS)
def test_signature(operation):
    if not THEIRS.type_find("VipsOperation", operation):
        pytest.skip("the reference build has no such operation")
    ours, theirs = OURS.Introspect.get(operation), THEIRS.Introspect.get(operation)
    for name in ("required_input", "required_output", "member_x", "method_args"):
        assert getattr(ours, name) == getattr(theirs, name), name
    for name in ("optional_input", "optional_output", "doc_optional_input", "doc_optional_output"):
        assert sorted(getattr(ours, name)) == sorted(getattr(theirs, name)), name
    assert ours.flags == theirs.flags
    for name, detail in theirs.details.items():
        if detail["flags"] & 64 and name not in ours.details:
            # old names of required arguments, and old options of loaders that never had an effect
            continue
        assert ours.details[name]["flags"] == detail["flags"], name
        assert python_type(OURS, ours.details[name]) == python_type(THEIRS, detail), name
        assert ours.details[name]["blurb"], f"{name} has no description"


def python_type(library, detail):
    return library.GValue.gtype_to_python(detail["type"])


def test_installed_as_pyvips():
    """In a new process: every import that programs write, and the version they ask for."""
    program = "\n".join([
        "import sys, importlib",
        f"library = importlib.import_module({OURS.__name__!r})",
        "getattr(library, 'install_as_pyvips', lambda: None)()",
        "import pyvips",
        *[f"import pyvips.{name}" for name in SUBMODULES],
        "from pyvips import Image, Error, enums, BandFormat",
        "from pyvips.enums import Kernel",
        "from pyvips.error import Error as same",
        "assert same is Error and pyvips.vimage.Image is Image",
        "assert pyvips.__version__ == '3.2.0' and pyvips.version(0) == 8 and pyvips.version(1) == 18",
        "assert pyvips.vips_lib.VIPS_MAJOR_VERSION == 8",
        "assert pyvips.vimage.TYPESTR_TO_FORMAT['|u1'] == 'uchar' and pyvips.vimage.FORMAT_TO_TYPESTR['float'] == '<f4'",
        "print(Image.black(2, 3).height)",
    ])
    environment = os.environ | {"PYTHONPATH": os.environ.get("WINDLASS_PATH", "")}
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "3\n"


@pytest.mark.skipif(getattr(OURS, "__name__", "") == "pyvips", reason="pyvips ships no stubs of this kind")
def test_type_stubs():
    """The package says that it is typed, and the stub names every operation."""
    folder = Path(importlib.import_module(OURS.__name__).__file__).parent
    assert (folder / "py.typed").exists()
    texts = [path.read_text(encoding="utf-8") for path in folder.glob("*.pyi")]
    assert texts
    names = {node.name for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    assert set(OPERATIONS) - names == set()
