"""Where the command `grader`, and `python -m grader`, begin."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

AGAIN_S = 0.1
INTERRUPTED = 130  # as a shell counts it: 128 + SIGINT


class Interrupted(KeyboardInterrupt):
    """Ctrl-C. Where a plain KeyboardInterrupt leaves an `exec` of text, as namedtuples use it,
    CPython ends with the signal later on, although it was dealt with; not so for a subclass."""


def main() -> None:
    """Run the command line; Ctrl-C at any moment, imports included, ends it with one line."""
    use_utf8()
    hold_streams()
    try:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            catch_interrupts()
        from grader.cli.app import run

        run()
    except (KeyboardInterrupt, SystemExit) as end:
        # Typer turns the interrupts that it sees into this exit status.
        if isinstance(end, SystemExit) and end.code != INTERRUPTED:
            raise
        print("grader: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)


def use_utf8() -> None:
    """Start anew where names of files would be read by a byte locale: what is stored, and shown in
    exports, may not depend on it. What is printed is still in the terminal's encoding."""
    if sys.getfilesystemencoding() == "utf-8" or os.environ.get("PYTHONUTF8") == "1":
        return
    os.environ["PYTHONUTF8"] = "1"
    if sys.stdout is not None:
        os.environ.setdefault("PYTHONIOENCODING", f"{sys.stdout.encoding}:replace")
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def hold_streams() -> None:
    """Open the standard streams that the caller has closed, as services do: what is opened next, a
    database say, would get the number of one, and what is printed would be written into it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # the lowest number that is free
            setattr(sys, name, stream)


def catch_interrupts() -> None:
    """Let Ctrl-C raise Interrupted, in the end also where Python drops what is raised: in what it
    calls before and after a fork, or when an object goes."""
    signal.signal(signal.SIGINT, interrupt)
    sys.unraisablehook = interrupt_again


def interrupt_again(dropped: sys.UnraisableHookArgs) -> None:
    if isinstance(dropped.exc_value, Interrupted):
        threading.Timer(AGAIN_S, raise_in, [threading.get_ident()]).start()
    else:
        sys.__unraisablehook__(dropped)


def raise_in(thread: int) -> None:
    """Interrupt what `thread` waits for, too, which a signal to another one would leave waiting."""
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGINT)
    else:
        signal.pthread_kill(thread, signal.SIGINT)


def interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise Interrupted


if __name__ == "__main__":
    # Python has put the working folder first, which may hold a submission: a random.py in it would
    # run here, unconfined. Only where this package itself lies there is it needed.
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if not sys.flags.safe_path and sys.path[0] != root:
        del sys.path[0]
    main()
