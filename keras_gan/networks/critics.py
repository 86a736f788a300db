"""Critics: functions that return a `keras.Model` from images to unbounded scores."""

import keras
from keras import layers

from keras_gan.networks.blocks import activation, convolution, full_precision, normal_initializer


def convolutional_critic(
    image_shape: tuple[int, int, int] = (32, 32, 3),
    filters: tuple[int, ...] = (32, 64, 128, 128),
    strides: tuple[int, ...] = (2, 2, 2, 1),
    kernel_size: int = 5,
) -> keras.Model:
    """Build a critic of strided convolutions with LeakyReLU(0.2) and no normalisation.

    Args:
        image_shape: Height, width and channels of the images. Defaults to (32, 32, 3).
        filters: Filters of the convolutions. Defaults to (32, 64, 128, 128).
        strides: Their strides. Defaults to (2, 2, 2, 1).
        kernel_size: Side of their kernels. Defaults to 5.

    Returns:
        A model from `(batch, height, width, channels)` to scores `(batch, 1)`.

    Raises:
        ValueError: If `filters` and `strides` differ in length.
    """
    if len(filters) != len(strides):
        raise ValueError(f"`filters` and `strides` must be of one length. Received: {filters} and {strides}")
    images = keras.Input(image_shape, name="images")
    x = images
    for count, stride in zip(filters, strides):
        x = activation(convolution(x, count, kernel_size, stride))
    x = layers.Flatten()(x)
    scores = layers.Dense(1, kernel_initializer=normal_initializer(), dtype=full_precision(), name="scores")(x)
    return keras.Model(images, scores, name="critic")
