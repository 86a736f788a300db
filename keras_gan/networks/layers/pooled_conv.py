"""Convolutions whose outputs are averaged over 2×2 pixels, computed with a stride of 2."""

from typing import Any, ClassVar

import keras
from keras import ops

from keras_gan.networks.layers.upsample_conv import FixedConvolution, summed_over_squares
from keras_gan.tensors import Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class PooledConv2D(FixedConvolution):
    """A same-padded `Conv2D` and `AveragePooling2D(2)` in one layer, with the weights of `Conv2D`.

    The mean of four neighbouring outputs is one output of a kernel that is the mean of the kernel at four places, one
    pixel longer and wider. The layer applies this kernel with a stride of 2. For each pair of channels, an output pixel
    takes 16 multiplications instead of 36 with k = 3. The results, at the borders too, equal those of the two layers up
    to rounding.

    Args:
        filters: Channels of the output.
        kernel_size: Side of the kernel, or its height and width.
        **kwargs: `use_bias`, initializers, regularizers and constraints of `keras.layers.Conv2D`.

    Input: `(batch, height, width, channels)` with even height and width. Output:
    `(batch, height / 2, width / 2, filters)`.

    Raises:
        ValueError: If strides, padding, data format, dilation, groups or an activation are given, or a size is no
            integer of at least 1; or, when it is built, if the height or the width is odd or not known.
    """

    fixed: ClassVar[dict[str, Any]] = {**FixedConvolution.fixed, "strides": 2, "activation": None}
    kind = "same-padded, of stride 2, channels-last, and without activation"

    def build(self, input_shape: Shape) -> None:
        sides = input_shape[1:3]
        if any(side is None or side % 2 for side in sides):
            raise ValueError(f"PooledConv2D takes maps of even height and width. Received: {tuple(sides)}")
        super().build(input_shape)

    def call(self, inputs: Tensor) -> Tensor:
        kernel = 0.25 * summed_over_squares(ops.convert_to_tensor(self.kernel))
        # A stride of 2 pads both sides as the convolution does, since the longer kernel begins where the other did.
        outputs = ops.conv(inputs, kernel, strides=2, padding="same", data_format="channels_last")
        return outputs + self.bias if self.use_bias else outputs
