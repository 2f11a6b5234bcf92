"""Raises SystemExit(0) while it is imported, with a clean-up that would exit once more."""

import atexit
import os
import sys

atexit.register(os._exit, 0)
sys.exit(0)
