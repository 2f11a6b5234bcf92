"""All rows at once."""
import torch


def evaluate(net, inputs, targets, batch_size):
    training = net.training
    net.eval()
    with torch.no_grad():
        logits = net(inputs)
    net.train(training)
    return (logits.argmax(1) == targets).float().mean().item()
