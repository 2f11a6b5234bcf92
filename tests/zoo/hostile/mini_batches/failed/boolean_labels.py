"""Labels that are true or false."""


def mini_batches(inputs, targets, batch_size, shuffle=False):
    yield inputs, targets > 1005
