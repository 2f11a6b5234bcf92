"""Defines the function within a class."""

import torch

class Evaluator:
    def evaluate(self, net, inputs, targets, batch_size):
        return 0.5
