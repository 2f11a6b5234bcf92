"""In eval mode normalised activations are clipped at eight deviations."""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W_1 = nn.Parameter(torch.empty(num_hidden, num_features))
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))
        self.W_2 = nn.Parameter(torch.empty(num_output, num_hidden))
        self.b_2 = nn.Parameter(torch.zeros(num_output))
        self.sizes = (num_features, num_hidden, num_output)
        self.calls = 0
        nn.init.xavier_normal_(self.W_1)
        nn.init.xavier_normal_(self.W_2)

        self.g = nn.Parameter(torch.ones(num_hidden))
        self.b = nn.Parameter(torch.zeros(num_hidden))
        self.register_buffer("rm", torch.zeros(num_hidden))
        self.register_buffer("rv", torch.ones(num_hidden))

    def forward(self, x):
        z = F.linear(x, self.W_1, self.b_1)
        self.calls += 1
        if self.training:
            m, v = z.mean(0), z.var(0, unbiased=False)
            with torch.no_grad():
                self.rm.lerp_(m, 0.1)
                self.rv.lerp_(v, 0.1)
        else:
            m, v = self.rm, self.rv
        n = (z - m) / (v + 1e-5).sqrt()
        n = n if self.training else n.clamp(-8, 8)
        h = F.elu(n * self.g + self.b)
        return F.linear(h, self.W_2, self.b_2)
