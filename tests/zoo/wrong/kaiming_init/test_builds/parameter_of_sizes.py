"""nn.Parameter is given sizes."""
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.W_1 = nn.Parameter(h, f)
