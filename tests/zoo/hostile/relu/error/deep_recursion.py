"""Recurses for ever in forward."""

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def forward(self, x):
        return self.forward(x)
