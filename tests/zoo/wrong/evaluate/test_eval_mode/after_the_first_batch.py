"""eval() comes after the first batch."""
import torch


def evaluate(net, inputs, targets, batch_size):
    training = net.training
    outputs = []
    with torch.no_grad():
        for x in inputs.split(batch_size):
            outputs.append(net(x))
            net.eval()
    net.train(training)
    return (torch.cat(outputs).argmax(1) == targets).float().mean().item()
