"""Every operation against pyvips in one process: see `harness.py` and `python -m tests.python.differential --help`."""
