"""An object that can be gone through."""
import torch


class mini_batches:
    def __init__(self, inputs, targets, batch_size, shuffle=False):
        self.inputs, self.targets = inputs, targets
        self.batch_size, self.shuffle = batch_size, shuffle

    def __iter__(self):
        count = len(self.inputs)
        order = torch.randperm(count) if self.shuffle else torch.arange(count)
        for rows in order.split(self.batch_size):
            yield self.inputs[rows], self.targets[rows]
