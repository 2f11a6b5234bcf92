"""Entry point of a worker that was not forked: connect back, show the ticket, answer calls."""

from __future__ import annotations

import gc
import socket
import sys
import tempfile
from pathlib import Path

import torch

from grader.sandbox.inside import worker


def main() -> None:
    """Two arguments: the port to connect to and the baseline's path; the ticket is on stdin."""
    ticket = sys.stdin.buffer.read()
    worker.offer_baseline(Path(sys.argv[2]))
    torch.set_num_threads(1)
    gc.enable()
    connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    connection.sendall(ticket)
    with tempfile.TemporaryDirectory() as folder:
        worker.serve(connection, Path(folder), {})
