"""Slices end at batch_size."""


def mini_batches(inputs, targets, batch_size, shuffle=False):
    for i in range(0, len(inputs), batch_size):
        yield inputs[i:batch_size], targets[i:batch_size]
