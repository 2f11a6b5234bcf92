"""Xavier's variance 2 / (fan_in + fan_out), as the seed network has it."""
import torch
from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu
