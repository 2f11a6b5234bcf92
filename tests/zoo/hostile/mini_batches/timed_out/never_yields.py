"""A generator that never comes to its first batch."""


def mini_batches(inputs, targets, batch_size, shuffle=False):
    while len(inputs):
        pass
    yield inputs, targets
