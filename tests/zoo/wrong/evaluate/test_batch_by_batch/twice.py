"""Each batch goes through the network twice."""
import torch


def evaluate(net, inputs, targets, batch_size):
    training = net.training
    net.eval()
    right = 0
    with torch.no_grad():
        for x, y in zip(inputs.split(batch_size), targets.split(batch_size)):
            assert net(x).ndim == 2
            right += (net(x).argmax(1) == y).sum().item()
    net.train(training)
    return right / len(targets)
