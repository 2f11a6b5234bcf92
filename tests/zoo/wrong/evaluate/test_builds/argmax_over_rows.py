"""argmax runs over the rows: a guess for each class."""
import torch


def evaluate(net, inputs, targets, batch_size):
    mode, correct = net.training, 0
    net.eval()
    with torch.no_grad():
        for x, y in zip(inputs.split(batch_size), targets.split(batch_size)):
            correct += (net(x).argmax(dim=0) == y).sum().item()
    net.train(mode)
    return correct / len(targets)
