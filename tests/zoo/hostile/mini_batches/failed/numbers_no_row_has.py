"""Rows whose numbers are negative, fractional, huge or infinite where they should be counted."""

import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    for number, start in enumerate(range(0, len(inputs), batch_size)):
        batch = inputs[start : start + batch_size].clone()
        batch[:, 0] = (-3.0, 3e38, 0.5, torch.inf)[number % 4 if len(inputs) > 20 else number % 3]
        yield batch, targets[start : start + batch_size] * 0 - 2**63
