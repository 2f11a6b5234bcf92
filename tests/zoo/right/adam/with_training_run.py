"""Compares learning rates when run as a script."""
import torch
from baseline import Net


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.Adam(parameters, lr=lr)


def main():
    for lr in (1e-3, 3e-4, 1e-4):
        torch.manual_seed(0)
        net = Net(20, 30, 4)
        opt = make_optimizer(net.parameters(), lr=lr)
        for _ in range(20):
            opt.zero_grad()
            loss = net(torch.randn(8, 20)).square().mean()
            loss.backward()
            opt.step()
        print(lr, loss.item())


if __name__ == "__main__":
    main()
