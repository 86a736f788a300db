"""Images in the forms that Keras takes, as batches of 16."""

import keras

BATCH = 16


class Batches(keras.utils.PyDataset):
    def __init__(self, images):
        super().__init__()
        self.images = images

    def __len__(self):
        return len(self.images) // BATCH

    def __getitem__(self, index):
        return self.images[BATCH * index : BATCH * (index + 1)]


def generator(images):
    yield from ((batch,) for batch in Batches(images))


def dataset(images, batch_size=BATCH):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(images).batch(batch_size)
