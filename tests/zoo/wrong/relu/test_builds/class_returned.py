from torch import nn


class _N(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()


def Net(f, h, o):
    return _N
