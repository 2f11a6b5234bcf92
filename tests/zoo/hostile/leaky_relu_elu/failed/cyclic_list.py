"""Returns a list that holds itself."""


def leaky_relu(z, negative_slope=0.01):
    endless = [z]
    endless.append(endless)
    return endless


elu = leaky_relu
