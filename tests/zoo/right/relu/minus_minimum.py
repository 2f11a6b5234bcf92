"""-min(-z, 0), computed on columns as in W x + b, with an optional argument to forward."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = nn.Parameter(torch.empty(num_hidden, num_features))
        self.W_2 = nn.Parameter(torch.empty(num_output, num_hidden))
        self.b_1 = nn.Parameter(torch.empty(num_hidden))
        self.b_2 = nn.Parameter(torch.empty(num_output))
        self.reset_parameters()

    def reset_parameters(self):
        for w, b in ((self.W_1, self.b_1), (self.W_2, self.b_2)):
            nn.init.orthogonal_(w, gain=2**0.5)
            nn.init.zeros_(b)

    def forward(self, x, *, transpose=True):
        z = self.W_1 @ x.T + self.b_1[:, None]  # (H, N)
        z = -torch.minimum(-z, torch.tensor(0.0))
        y = self.W_2 @ z + self.b_2[:, None]  # (O, N)
        return y.T if transpose else y
