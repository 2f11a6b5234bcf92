"""Single keys from the terminal, read without Enter; and none where there is no terminal."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

try:
    import termios
    import tty
except ImportError:  # Windows
    CAN_READ_KEYS = False
else:
    CAN_READ_KEYS = True


class Keyboard:
    """Keys of the terminal that is open as `descriptor`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.is_open = True

    def fileno(self) -> int:
        return self._descriptor

    def read(self) -> str:
        """The keys that were pressed; waits for one if there are none."""
        try:
            pressed = os.read(self._descriptor, 1024)
        except OSError:
            pressed = b""
        self.is_open = bool(pressed)  # else the terminal is gone
        return pressed.decode("utf-8", "replace")


@contextmanager
def open_keyboard() -> Iterator[Keyboard | None]:
    """The keyboard of the terminal on stdin; None if there is none, or if it listens to others.

    Its settings are put back on every way out: at the block's end, before a signal ends this
    process, and while it is suspended.
    """
    descriptor = terminal_on_stdin()
    if descriptor is None:
        yield None
        return
    before = termios.tcgetattr(descriptor)
    owner = os.getpid()

    def put_back() -> None:
        with contextlib.suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(descriptor, termios.TCSANOW, before)

    def leave(number: int, _frame: FrameType | None) -> None:
        """Do as the signal does by default, with the terminal as it was; and go on after a stop.

        The terminal's signals reach the processes forked from this one as well, at any moment;
        they leave its settings alone.
        """
        if os.getpid() == owner:
            put_back()
        handler = signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, handler)
        if os.getpid() == owner:
            tty.setcbreak(descriptor, termios.TCSANOW)

    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP)
    handlers = {
        number: signal.signal(number, leave)
        for number in numbers
        if signal.getsignal(number) is signal.SIG_DFL  # else the caller wants it ignored
    }
    try:
        # Keys come at once and unseen; Ctrl-C still interrupts.
        tty.setcbreak(descriptor, termios.TCSANOW)
        yield Keyboard(descriptor)
    finally:
        put_back()
        for number, handler in handlers.items():
            signal.signal(number, handler)


def terminal_on_stdin() -> int | None:
    """The descriptor of stdin, if it is a terminal whose keys are meant for this process."""
    if not CAN_READ_KEYS or sys.stdin is None or not sys.stdin.isatty():
        return None
    descriptor = sys.stdin.fileno()
    try:
        # A job in the background would be stopped as soon as it changes the settings.
        return descriptor if os.tcgetpgrp(descriptor) == os.getpgrp() else None
    except OSError:  # not the terminal that controls this process
        return descriptor
