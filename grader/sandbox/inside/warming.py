"""What torch puts off until it is first used, done before there is a module."""

from __future__ import annotations

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, dataloader

from grader.sandbox.inside import compiler
from grader.sandbox.inside.tensors import uninitialised_memory_as_nan


def warm_up() -> None:
    """Run once what torch imports, reads or sets lazily: the jail will not let a worker do it, and
    one that is used again would seem to have been changed by its module."""
    torch.set_num_threads(1)
    compiler.put_off()
    for make in (torch.optim.SGD, torch.optim.Adam):
        net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.ReLU(), nn.Dropout())
        optimizer = make(net.parameters(), lr=0.1)
        nn.functional.cross_entropy(net(torch.ones(2, 2)), torch.tensor([0, 1])).backward()
        optimizer.step()
    with uninitialised_memory_as_nan():
        torch.empty(1)
    load_data_in_process()
    keep_to_one_thread()
    # What was imported so far is compiled once, as uv compiles nothing that it installs: so far it
    # takes three times as long where that has to be done. A student's modules leave nothing beside
    # them.
    sys.dont_write_bytecode = True


def keep_to_one_thread() -> None:
    """Have torch pass over a wish for more threads: the jail lets none be started, and scripts set
    as many as their author's machine has cores."""

    def pass_over(nthreads: int) -> None: ...

    torch.set_num_threads = torch.set_num_interop_threads = pass_over


def load_data_in_process() -> None:
    """Have a DataLoader with workers of its own, which the jail forbids, give the same batches
    without any."""

    def iterate(loader: DataLoader[object]) -> object:
        loader.num_workers, loader.timeout = 0, 0
        return dataloader._SingleProcessDataLoaderIter(loader)

    dataloader._MultiProcessingDataLoaderIter = iterate  # type: ignore[assignment, misc]
