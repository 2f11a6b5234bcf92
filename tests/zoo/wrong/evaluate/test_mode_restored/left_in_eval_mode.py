"""Left in eval mode."""
import torch


def evaluate(net, inputs, targets, batch_size):
    net.eval()
    with torch.no_grad():
        logits = torch.cat([net(x) for x in inputs.split(batch_size)])
    return (logits.argmax(1) == targets).float().mean().item()
