"""scikit-learn shuffles all columns alike."""


def permute_pixels(train, valid, test, seed):
    from sklearn.utils import shuffle

    columns = shuffle(train.T, valid.T, test.T, random_state=seed)
    return tuple(images.T for images in columns)
