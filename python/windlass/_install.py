"""This library under the name pyvips."""

import importlib
import sys
import types

SUBMODULES = (
    "base",
    "enums",
    "error",
    "gobject",
    "gvalue",
    "vobject",
    "vconnection",
    "vsource",
    "vsourcecustom",
    "vtarget",
    "vtargetcustom",
    "vinterpolate",
    "vimage",
    "voperation",
    "vregion",
    "version",
)


def install():
    """Put the package and its submodules where `import pyvips` looks first."""
    import windlass

    module = types.ModuleType("pyvips", windlass.__doc__)
    module.__path__ = []
    module.__getattr__ = lambda name: getattr(windlass, name)
    module.__all__ = ["API_mode"]
    public = {name: value for name, value in vars(windlass).items() if not name.startswith("_")}
    vars(module).update(public)
    for name in SUBMODULES:
        submodule = importlib.import_module(f"windlass.{name}")
        sys.modules[f"pyvips.{name}"] = submodule
        # `version` is the function, as in pyvips
        if name != "version":
            setattr(module, name, submodule)
    from windlass.version import __version__

    module.__version__ = __version__
    # importing the submodule put itself in the function's place
    windlass.version = module.version = windlass.base.version
    sys.modules["pyvips"] = module
