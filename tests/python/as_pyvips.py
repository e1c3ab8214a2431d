"""Run a program that imports pyvips on the library named first: `as_pyvips.py LIBRARY PROGRAM ARGUMENTS...`."""

import importlib
import os
import runpy
import sys

if os.environ.get("WINDLASS_PATH"):
    sys.path.insert(0, os.environ["WINDLASS_PATH"])
library, *sys.argv = sys.argv[1:]
if library != "pyvips":
    importlib.import_module(library).install_as_pyvips()
sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[0])))
runpy.run_path(sys.argv[0], run_name="__main__")
