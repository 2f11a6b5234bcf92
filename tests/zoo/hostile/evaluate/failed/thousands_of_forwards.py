"""Asks the network thousands of times, row by row."""

import torch


def evaluate(net, inputs, targets, batch_size):
    net.eval()
    with torch.no_grad():
        for _ in range(250):
            guesses = torch.cat([net(row).argmax(dim=1) for row in inputs.split(1)])
    return float((guesses == targets).float().mean())
