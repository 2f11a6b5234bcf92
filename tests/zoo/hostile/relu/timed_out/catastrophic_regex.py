"""Holds the interpreter's lock in a regular expression that backtracks for years."""

import re

re.match(r"(a+)+$", "a" * 60 + "b")
