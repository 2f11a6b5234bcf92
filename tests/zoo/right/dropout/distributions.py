"""torch.distributions.Bernoulli samples the mask; parameters in a ParameterDict; leaky ReLU."""
import torch
from torch import nn
from torch.distributions import Bernoulli


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.theta = nn.ParameterDict(
            {
                "W1": torch.empty(num_hidden, num_features),
                "b1": torch.zeros(num_hidden),
                "W2": torch.empty(num_output, num_hidden),
                "b2": torch.zeros(num_output),
            }
        )
        nn.init.xavier_uniform_(self.theta["W1"])
        nn.init.xavier_uniform_(self.theta["W2"])
        self.keep = 1.0 - p

    def forward(self, x):
        t = self.theta
        h = nn.functional.leaky_relu(torch.einsum("ij,kj->ik", x, t["W1"]) + t["b1"], 0.1)
        if self.training:
            h = h * Bernoulli(probs=self.keep).sample(h.shape) / self.keep
        return torch.einsum("ij,kj->ik", h, t["W2"]) + t["b2"]
