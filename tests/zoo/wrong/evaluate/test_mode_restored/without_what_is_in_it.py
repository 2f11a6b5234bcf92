"""The flag of the network alone is put back."""
import torch


def evaluate(net, inputs, targets, batch_size):
    training = net.training
    net.eval()
    with torch.no_grad():
        logits = torch.cat([net(x) for x in inputs.split(batch_size)])
    net.training = training
    right = (logits.argmax(1) == targets).sum().item()
    return right / len(inputs)
