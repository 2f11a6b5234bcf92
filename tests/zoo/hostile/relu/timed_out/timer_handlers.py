"""Asks for SIGALRM and SIGXCPU, whose handler only ever starts over."""

import contextlib
import signal


def start_over(*_):
    while True:
        pass


for name in ("SIGALRM", "SIGXCPU", "SIGPROF", "SIGVTALRM"):
    signal.signal(getattr(signal, name), start_over)
for timer in (signal.ITIMER_REAL, signal.ITIMER_PROF):
    with contextlib.suppress(OSError):
        signal.setitimer(timer, 0.1, 0.1)
start_over()
