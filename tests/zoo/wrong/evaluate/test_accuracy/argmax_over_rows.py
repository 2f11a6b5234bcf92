"""argmax runs over the rows."""
import torch


def evaluate(net, inputs, targets, batch_size):
    training = net.training
    net.eval()
    right = 0
    with torch.no_grad():
        for x, y in zip(inputs.split(batch_size), targets.split(batch_size)):
            guesses = net(x).argmax(0)
            n = min(len(guesses), len(y))
            right += (guesses[:n] == y[:n]).sum().item()
    net.train(training)
    return right / len(targets)
