"""Announces a message of four gigabytes on every descriptor."""

import contextlib
import os

for fd in range(3, 1025):
    with contextlib.suppress(OSError):
        os.write(fd, b"\xff\xff\xff\xff")
