"""A right module that tries to write over, rename, truncate and mark files of the repository."""

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
for target in (root / "solutions" / "relu.py", root / "grader" / "checks" / "test_relu.py"):
    for attack in (
        lambda: open(target, "w"),
        lambda: open(target, "ab").write(b"# broken"),
        lambda: os.open(target, os.O_RDONLY | os.O_TRUNC),
        lambda: os.truncate(target, 0),
        lambda: os.unlink(target),
        lambda: os.rename(target, "mine"),
        lambda: os.link(target, "mine"),
        lambda: os.chmod(target, 0o777),
        lambda: os.chown(target, 1, 1),
        lambda: os.utime(target, (1, 1)),
        lambda: os.setxattr(target, "user.mine", b""),
        lambda: (target.parent / "new.py").write_text(""),
        lambda: os.mkdir(target.parent / "new"),
        lambda: os.symlink(target, target.parent / "new"),
    ):
        try:
            attack()
            print("BROKE OUT:", attack)
        except OSError:
            pass
