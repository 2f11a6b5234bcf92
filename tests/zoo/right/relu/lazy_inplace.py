"""Lazy layers and an in-place ReLU, under a training run in `main()`."""
import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.LazyLinear(num_hidden)
        self.fc2 = nn.LazyLinear(num_output)

    def forward(self, x):
        x = self.fc1(x)
        x.relu_()
        return self.fc2(x)


def main():
    torch.manual_seed(3)
    net = Net(20, 30, 4)
    x, y = torch.randn(200, 20), torch.randint(4, (200,))
    net(x[:1])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(20):
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimizer.step()


if __name__ == "__main__":
    main()
