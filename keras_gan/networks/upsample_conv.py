"""Nearest-neighbour upsampling and convolution in one, at the cost of a smaller convolution."""

import keras
import numpy as np
from keras import ops

#: What the layer fixes of a convolution, and leaves out of its config.
_FIXED = {"strides": 1, "padding": "same", "data_format": "channels_last", "dilation_rate": 1, "groups": 1}


@keras.saving.register_keras_serializable(package="keras_gan")
class UpsampleConv2D(keras.layers.Conv2D):
    """`UpSampling2D(2, interpolation="nearest")`, then a same-padded `Conv2D`, with the latter's weights.

    Under the kernel of an output pixel most upsampled pixels are copies of each other. So the weights that meet copies
    are summed, once for each of the four positions of an output pixel in its 2×2 square, and one convolution of the
    input as it is, with the four smaller kernels side by side, makes all four. An output pixel takes 9 multiplications
    for 25 with k = 5; with k = 3 as many as before, but no upsampled copy is made. Results are those of the two layers
    but for rounding, borders included.

    Args:
        filters: Channels of the output.
        kernel_size: Side of the kernel, or its height and width.
        **kwargs: `activation`, `use_bias`, initializers, regularizers and constraints, as of `keras.layers.Conv2D`.

    Input: `(batch, height, width, channels)`. Output: `(batch, 2 · height, 2 · width, filters)`.

    Raises:
        ValueError: If strides, padding, data format, dilation or groups are given.
    """

    def __init__(self, filters: int, kernel_size: int | tuple[int, int], **kwargs):
        given = sorted(set(_FIXED) & set(kwargs))
        if given:
            raise ValueError(f"UpsampleConv2D is same-padded, of stride 1, and channels-last. Received: {given}")
        super().__init__(filters, kernel_size, **_FIXED, **kwargs)

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        return batch, height and 2 * height, width and 2 * width, self.filters

    def call(self, inputs):
        _, height, width, _ = ops.shape(inputs)
        outputs = ops.conv(inputs, self._phase_kernels(), padding="same", data_format="channels_last")
        if self.use_bias:
            outputs = outputs + ops.tile(self.bias, 4)
        # A transposition of rows of 2 · filters values, which is faster than one of single pixels.
        outputs = ops.reshape(outputs, (-1, width, 2, 2 * self.filters))
        outputs = ops.reshape(ops.transpose(outputs, (0, 2, 1, 3)), (-1, 2 * height, 2 * width, self.filters))
        return self.activation(outputs)

    def _phase_kernels(self):
        """Return the four kernels side by side, (rows, columns, channels, 4 · filters)."""
        kernel = ops.convert_to_tensor(self.kernel)
        vertical, horizontal = (ops.cast(phase_taps(size), kernel.dtype) for size in self.kernel_size)
        kernel = ops.einsum("apu,uvio->apvio", vertical, kernel)
        kernel = ops.einsum("bqv,apvio->pqiabo", horizontal, kernel)
        return ops.reshape(kernel, (*kernel.shape[:3], 4 * self.filters))

    def get_config(self):
        return {key: value for key, value in super().get_config().items() if key not in _FIXED}


def phase_taps(kernel_size: int) -> np.ndarray:
    """Return which input row each tap of a kernel meets where the input is upsampled ×2 by repetition.

    Output rows 2i and 2i + 1, the two phases, meet with tap u, counted from the kernel's centre, the upsampled row
    2i + phase + u, which is a copy of input row i + ⌊(phase + u) / 2⌋.

    Args:
        kernel_size: Taps of the kernel.

    Returns:
        Ones where they meet, `(2, rows, kernel_size)`; the rows are those that a same-padded kernel of as many covers.
    """
    taps = np.arange(kernel_size) - (kernel_size - 1) // 2
    rows = np.floor_divide(np.arange(2)[:, None] + taps, 2)
    covered = np.arange(rows.min(), rows.max() + 1)
    return (covered[:, None] == rows[:, None, :]).astype("float32")
