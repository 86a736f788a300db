"""The range of images, kept outside of training."""

import keras
from keras import ops

from keras_gan.tensors import Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class ImageRange(keras.layers.Layer):
    """Clip images to [−1, 1], but not in training, where values beyond are learned from too.

    Input and output: `(batch, height, width, channels)`.
    """

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        return inputs if training else ops.clip(inputs, -1.0, 1.0)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape
