"""Trains the baseline with several decays when run as a script."""
import argparse

import torch

from assignments.baseline import Net, train_epoch


def make_optimizer(parameters, lr: float = 0.01, weight_decay: float = 1e-4):
    """SGD on the loss plus weight_decay / 2 * |p|^2."""
    return torch.optim.SGD(parameters, lr=lr, momentum=0, weight_decay=weight_decay)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--weight-decay", type=float, default=1e-4)
    args = parser.parse_args()
    net = Net(784, 512, 10)
    optimizer = make_optimizer(net.parameters(), weight_decay=args.weight_decay)
    print(train_epoch(net, optimizer, torch.rand(1000, 784), torch.randint(10, (1000,))))
