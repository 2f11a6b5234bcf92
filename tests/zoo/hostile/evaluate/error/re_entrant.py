"""Is called by the network that it calls."""


def evaluate(net, inputs, targets, batch_size):
    net.register_forward_pre_hook(lambda *_: evaluate(net, inputs, targets, batch_size))
    return net(inputs)
