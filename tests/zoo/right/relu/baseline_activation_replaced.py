"""The seed network with its `activation` attribute replaced after construction."""
import torch
from assignments.baseline import Net as Base


class Net(Base):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu
