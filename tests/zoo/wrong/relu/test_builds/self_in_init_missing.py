from torch import nn


class Net(nn.Module):
    def __init__(f, h, o):
        super().__init__()

    def forward(self, x):
        return x
