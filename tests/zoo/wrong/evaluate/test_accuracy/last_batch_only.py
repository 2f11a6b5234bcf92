"""Only the last batch counts."""
import torch


def evaluate(net, inputs, targets, batch_size):
    training = net.training
    net.eval()
    with torch.no_grad():
        for x, y in zip(inputs.split(batch_size), targets.split(batch_size)):
            share = (net(x).argmax(1) == y).float().mean().item()
    net.train(training)
    return share
