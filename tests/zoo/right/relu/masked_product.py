"""z * (z > 0), biases in a ParameterDict, weights in a ParameterList."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.w = nn.ParameterList(
            [
                torch.randn(num_hidden, num_features) * (2 / num_features) ** 0.5,
                torch.randn(num_output, num_hidden) * (2 / num_hidden) ** 0.5,
            ]
        )
        self.b = nn.ParameterDict(
            {"hidden": torch.zeros(num_hidden), "output": torch.zeros(num_output)}
        )

    def forward(self, x):
        z = torch.addmm(self.b["hidden"], x, self.w[0].t())
        z = z * (z > 0)
        return torch.addmm(self.b["output"], z, self.w[1].t())
