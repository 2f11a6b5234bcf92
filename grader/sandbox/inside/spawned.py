"""Entry point of a worker that was not forked: connect back, show the ticket, answer calls."""

from __future__ import annotations

import gc
import os
import socket
import sys
import threading
from pathlib import Path

TICKET_BYTES = 16


def main() -> None:
    """Three arguments: the port to connect to, the baseline's path, and a folder for the module.

    The ticket is on stdin, which stays open as long as the process that started this lives.
    """
    ticket = os.read(0, TICKET_BYTES)
    threading.Thread(target=end_with_parent, daemon=True).start()
    from grader.sandbox.inside import worker  # takes seconds
    from grader.sandbox.inside.reuse import Before
    from grader.sandbox.inside.warming import warm_up

    warm_up()
    worker.offer_baseline(Path(sys.argv[2]))
    gc.enable()
    connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    connection.sendall(ticket)
    worker.serve(connection, Path(sys.argv[3]), {}, Before())


def end_with_parent() -> None:
    """Not by sys.stdin: its lock, held while it waits, would be in the way of a calm end."""
    while os.read(0, 1):
        pass
    os._exit(1)
