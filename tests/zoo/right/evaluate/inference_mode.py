"""inference_mode, and a tensor without dimensions."""
import torch


def evaluate(net, inputs, targets, batch_size):
    training = net.training
    net.eval()
    with torch.inference_mode():
        logits = torch.cat([net(x) for x in inputs.split(batch_size)])
        share = (logits.argmax(dim=1) == targets).float().mean()
    net.train(training)
    return share
