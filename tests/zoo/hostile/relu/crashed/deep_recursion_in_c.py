"""Recurses through C functions without a limit, until the stack is used up."""

import sys

sys.setrecursionlimit(2**31 - 1)


class Endless:
    def __repr__(self):
        return repr(self)


repr(Endless())
