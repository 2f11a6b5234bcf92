"""A right module that tries to start processes and to open connections."""

import multiprocessing
import os
import socket
import subprocess
import sys

import torch

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu


def fork():
    if os.fork() == 0:
        os._exit(0)


def listen():
    with socket.create_server(("127.0.0.1", 0)):
        pass


for escape in (
    fork,
    os.forkpty,
    listen,
    lambda: subprocess.run([sys.executable, "-c", ""], check=False),
    lambda: os.system("true") and [][0],
    lambda: os.posix_spawn("/bin/true", ["true"], {}),
    lambda: os.execv("/bin/true", ["true"]),
    lambda: multiprocessing.get_context("fork").Process(target=print).start(),
    lambda: socket.socket(),
    lambda: socket.socketpair(),
    lambda: socket.create_connection(("127.0.0.1", 80), timeout=1),
):
    try:
        escape()
        print("BROKE OUT:", escape)
    except (OSError, IndexError, ImportError):
        pass
