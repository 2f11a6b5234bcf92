"""Trains the baseline when run as a script."""
import torch

from assignments.baseline import Net, train_epoch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum)


if __name__ == "__main__":
    net = Net(784, 512, 10)
    optimizer = make_optimizer(net.parameters())
    images, labels = torch.rand(1000, 784), torch.randint(10, (1000,))
    for epoch in range(5):
        print(epoch, train_epoch(net, optimizer, images, labels))
