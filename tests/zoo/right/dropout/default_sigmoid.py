"""PyTorch's default initialisation with a sigmoid, the slowest learner that is accepted."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.hidden = nn.Linear(num_features, num_hidden)
        self.drop = nn.Dropout(p)
        self.output = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        return self.output(self.drop(torch.sigmoid(self.hidden(x))))
