"""nn.Sequential, initialised through Module.apply."""
from torch import nn


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.kaiming_uniform_(m.weight, a=0, mode="fan_in", nonlinearity="relu")
        m.bias.data.fill_(0.0)


class Net(nn.Sequential):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(
            nn.Linear(num_features, num_hidden),
            nn.ReLU(inplace=True),
            nn.Linear(num_hidden, num_output),
        )
        self.apply(init_weights)


if __name__ == "__main__":
    import torch

    torch.manual_seed(0)
    net = Net(784, 512, 10)
    print(net[0].weight.var().item(), 2 / 784)
