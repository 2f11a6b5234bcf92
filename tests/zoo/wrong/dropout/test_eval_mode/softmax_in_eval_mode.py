"""Returns probabilities in eval mode, logits in train mode."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.drop = nn.Dropout(p)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        logits = self.fc2(self.drop(torch.relu(self.fc1(x))))
        return logits if self.training else logits.softmax(1)
