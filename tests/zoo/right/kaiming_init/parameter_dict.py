"""A ParameterDict, filled from torch.distributions."""
import torch
from torch import nn
from torch.distributions import Normal


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        sizes = {"hidden": (num_hidden, num_features), "output": (num_output, num_hidden)}
        self.params = nn.ParameterDict()
        for name, (n_out, n_in) in sizes.items():
            self.params[name + "_W"] = nn.Parameter(Normal(0.0, (2 / n_in) ** 0.5).sample((n_out, n_in)))
            self.params[name + "_b"] = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        p = self.params
        h = torch.tanh(torch.einsum("nf,hf->nh", x, p["hidden_W"]) + p["hidden_b"])
        return torch.einsum("nh,oh->no", h, p["output_W"]) + p["output_b"]
