"""Detached, when the graph is recorded already."""
import torch


def evaluate(net, inputs, targets, batch_size):
    training = net.training
    net.eval()
    logits = torch.cat([net(x).detach() for x in inputs.split(batch_size)])
    net.train(training)
    return (logits.argmax(1) == targets).float().mean().item()
