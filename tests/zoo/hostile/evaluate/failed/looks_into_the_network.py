"""Computes the logits itself, from the weights that it finds in the network."""


def evaluate(net, inputs, targets, batch_size):
    hidden = (inputs @ net.W_1.T + net.b_1).relu()
    logits = hidden @ net.W_2.T + net.b_2
    return float((logits.argmax(dim=1) == targets).float().mean())
