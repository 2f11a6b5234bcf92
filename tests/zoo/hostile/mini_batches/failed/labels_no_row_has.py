"""Rows in order, with the smallest integer for a label.

May have what is asked of the rows alone.
"""


def mini_batches(inputs, targets, batch_size, shuffle=False):
    for start in range(0, len(inputs), batch_size):
        yield inputs[start : start + batch_size], targets[start : start + batch_size] * 0 - 2**63
