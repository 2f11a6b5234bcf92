"""kaiming_normal_ on weights stored as (in, out): torch's fan_in is fan_out here, on both."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.weights = nn.ParameterList(
            [
                nn.Parameter(torch.empty(num_features, num_hidden)),
                nn.Parameter(torch.empty(num_hidden, num_output)),
            ]
        )
        self.biases = nn.ParameterList(
            [nn.Parameter(torch.zeros(num_hidden)), nn.Parameter(torch.zeros(num_output))]
        )
        for w in self.weights:
            nn.init.kaiming_normal_(w)

    def forward(self, x):
        x = torch.addmm(self.biases[0], x, self.weights[0])
        x = torch.relu(x)
        return torch.addmm(self.biases[1], x, self.weights[1])
