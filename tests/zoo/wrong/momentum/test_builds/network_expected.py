"""Takes the network, and asks it for its parameters."""
import torch


def make_optimizer(net, lr=0.01, momentum=0.9):
    return torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
