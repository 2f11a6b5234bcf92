"""chunk() takes how many pieces there are, not how large they are."""
import torch


@torch.no_grad()
def evaluate(net, inputs, targets, batch_size):
    training = net.training
    net.eval()
    logits = torch.cat([net(x) for x in inputs.chunk(batch_size)])
    net.train(training)
    return (logits.argmax(1) == targets).float().mean().item()
