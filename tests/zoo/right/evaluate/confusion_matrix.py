"""The diagonal of scikit-learn's confusion matrix."""
import torch


def evaluate(net, inputs, targets, batch_size):
    from sklearn.metrics import confusion_matrix

    mode = net.training
    net.train(False)
    with torch.no_grad():
        parts = [net(rows).max(dim=1).indices for rows in torch.split(inputs, batch_size)]
    net.train(mode)
    matrix = confusion_matrix(targets.tolist(), torch.hstack(parts).tolist())
    return matrix.trace() / matrix.sum()
