"""The start of a generator: a learned map whose channels the latent scales."""

from typing import Any

import keras
from keras import ops

from keras_gan.checks import check_count
from keras_gan.tensors import Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class ScaledBasis(keras.layers.Layer):
    """Multiply each channel of a learned feature map by a number of the sample's own.

    Args:
        height: Height of the map.
        width: Width of the map.
        **kwargs: Those of `keras.layers.Layer`.

    Input: `(batch, channels)`. Output: `(batch, height, width, channels)`.

    Raises:
        ValueError: If `height` or `width` is no integer of at least 1.

    Reference:
        Huang et al., The GAN is dead; long live the GAN!, arXiv:2501.05441.
    """

    def __init__(self, height: int, width: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count(height, "height")
        check_count(width, "width")
        self.height, self.width = height, width

    def build(self, input_shape: Shape) -> None:
        shape = self.height, self.width, input_shape[-1]
        self.basis = self.add_weight(shape, keras.initializers.RandomNormal(stddev=1.0), name="basis")

    def call(self, inputs: Tensor) -> Tensor:
        return ops.cast(self.basis, inputs.dtype) * inputs[:, None, None, :]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape[0], self.height, self.width, input_shape[-1]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "height": self.height, "width": self.width}
