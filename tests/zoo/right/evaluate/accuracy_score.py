"""scikit-learn's accuracy_score, imported at the top."""
import torch
from sklearn.metrics import accuracy_score


def evaluate(net, inputs, targets, batch_size):
    training = net.training
    net.eval()
    guesses = []
    with torch.no_grad():
        for start in range(0, len(inputs), batch_size):
            guesses.append(net(inputs[start:start + batch_size]).argmax(1))
    net.train(training)
    return accuracy_score(targets, torch.cat(guesses))
