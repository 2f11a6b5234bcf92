"""A ModuleList in a loop, ELU between; a training run under `if __name__ == "__main__"`."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, depth=3):
        super().__init__()
        widths = [num_features] + [num_hidden] * (depth - 1) + [num_output]
        self.layers = nn.ModuleList()
        for a, b in zip(widths[:-1], widths[1:]):
            self.layers.append(nn.Linear(a, b))

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i < len(self.layers) - 1:
                x = nn.functional.elu(x)
        return x


if __name__ == "__main__":
    torch.manual_seed(1)
    net = Net(784, 512, 10)
    opt = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    x, y = torch.rand(100, 784), torch.randint(10, (100,))
    for step in range(100):
        loss = nn.functional.cross_entropy(net(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        print(step, loss.item())
