"""Announces a reply and sends one byte of it now and then, so that something always arrives."""

import contextlib
import itertools
import os
import time

for byte in itertools.chain(b"\0\x10", itertools.repeat(0)):
    for fd in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(fd, bytes([byte]))
    time.sleep(0.2)
