"""Same-padded convolutions of upsampled images, computed on maps of half the side.

The four phases of an image are its pixels at even and odd rows and columns. A tensor
`(batch, height, 4 · width, channels)` holds them, with the four pixels of a 2×2 square one after another.
"""

from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops

from keras_gan.checks import check_count, check_counts
from keras_gan.tensors import Shape, Tensor


def phase_taps(kernel_size: int) -> np.ndarray:
    """Return which row of which phase each tap of a kernel reads.

    Rows 2i and 2i + 1 of an image are row i of its two phases. For output row 2i + a, tap u, counted from the kernel's
    centre, reads input row 2i + a + u, which is row i + ⌊(a + u) / 2⌋ of phase (a + u) mod 2.

    Args:
        kernel_size: Number of taps of the kernel.

    Returns:
        An array `(2, rows, 2, kernel_size)` with axes output phase, input row relative to i, input phase and tap. It is
        1 where the tap reads that row of that phase, and 0 elsewhere. The rows are those that a same-padded kernel of
        `rows` taps covers.
    """
    taps = np.arange(kernel_size) - (kernel_size - 1) // 2
    rows, phases = np.divmod(np.arange(2)[:, None] + taps, 2)
    covered = np.arange(rows.min(), rows.max() + 1)
    meets_row = covered[:, None, None] == rows[:, None, None, :]
    meets_phase = np.arange(2)[:, None] == phases[:, None, None, :]
    return (meets_row & meets_phase).astype("float32")


def summed_over_squares(kernel: Tensor) -> Tensor:
    """Return the sum of a kernel at the four places of a 2×2 square: one pixel longer and wider.

    Args:
        kernel: `(height, width, inputs, outputs)`.
    """
    for axis in (0, 1):
        margins = ([side if other == axis else (0, 0) for other in range(4)] for side in ((0, 1), (1, 0)))
        kernel = sum(ops.pad(kernel, margin) for margin in margins)
    return kernel


class FixedConvolution(keras.layers.Conv2D):
    """A same-padded, channels-last `Conv2D` of which some arguments are fixed; its config leaves these out."""

    #: The fixed arguments and their values, and what they make of the layer.
    fixed: ClassVar[dict[str, Any]] = {
        "strides": 1,
        "padding": "same",
        "data_format": "channels_last",
        "dilation_rate": 1,
        "groups": 1,
    }
    kind = "same-padded, of stride 1, and channels-last"

    def __init__(self, filters: int, kernel_size: int | tuple[int, int], **kwargs: Any) -> None:
        given = sorted(set(self.fixed) & set(kwargs))
        if given:
            raise ValueError(f"{type(self).__name__} is {self.kind}. Received: {given}")
        check_count(filters, "filters")
        check_counts(kernel_size if hasattr(kernel_size, "__len__") else (kernel_size,), "kernel_size")
        super().__init__(filters, kernel_size, **self.fixed, **kwargs)

    def get_config(self) -> dict[str, Any]:
        return {key: value for key, value in super().get_config().items() if key not in self.fixed}


class _PhaseConvolution(FixedConvolution):
    """A same-padded `Conv2D` that computes the four phases of its output at once, on maps of half the side."""

    def _convolve(self, inputs: Tensor, kernel: Tensor) -> Tensor:
        """Return the output's phases, (batch, height, width, 4 · filters), from the kernel's phases."""
        shape = (*kernel.shape[:2], -1, 4 * self.filters)
        outputs = ops.conv(inputs, ops.reshape(kernel, shape), padding="same", data_format="channels_last")
        return outputs + ops.tile(self.bias, 4) if self.use_bias else outputs

    def _interleave(self, phases: Tensor) -> Tensor:
        """Return the image that has these phases, (batch, 2 · height, 2 · width, filters)."""
        _, height, width, _ = ops.shape(phases)
        # Transposing rows of 2 · filters values is faster than transposing single pixels.
        phases = ops.reshape(phases, (-1, width, 2, 2 * self.filters))
        return ops.reshape(ops.transpose(phases, (0, 2, 1, 3)), (-1, 2 * height, 2 * width, self.filters))


class _UpsamplingConvolution(_PhaseConvolution):
    """A `_PhaseConvolution` whose input is upsampled ×2 by nearest neighbours."""

    def _phases(self, inputs: Tensor) -> Tensor:
        # Each phase of the upsampled image is the input itself.
        vertical, horizontal = (phase_taps(size).sum(axis=2) for size in self.kernel_size)
        kernel = ops.convert_to_tensor(self.kernel)
        kernel = ops.einsum("apu,uvio->apvio", ops.cast(vertical, kernel.dtype), kernel)
        kernel = ops.einsum("bqv,apvio->pqiabo", ops.cast(horizontal, kernel.dtype), kernel)
        return self._convolve(inputs, kernel)


@keras.saving.register_keras_serializable(package="keras_gan")
class UpsampleConv2D(_UpsamplingConvolution):
    """`UpSampling2D(2, interpolation="nearest")` and a same-padded `Conv2D` in one layer, with the weights of `Conv2D`.

    Most of the upsampled pixels under the kernel are copies of each other. The layer therefore sums the weights that
    meet copies of the same pixel, once for each of the four positions of an output pixel in its 2×2 square. This gives
    four smaller kernels. One convolution of the input, which is not upsampled, applies all four. For each pair of
    channels, an output pixel takes 9 multiplications instead of 25 with k = 5. With k = 3, a transposed convolution of
    stride 2 and a kernel of side 4 is the same, and takes 4 multiplications instead of 9. The results, at the borders
    too, equal those of the two layers up to rounding.

    Args:
        filters: Channels of the output.
        kernel_size: Side of the kernel, or its height and width.
        **kwargs: `activation`, `use_bias`, initializers, regularizers and constraints of `keras.layers.Conv2D`.

    Input: `(batch, height, width, channels)`. Output: `(batch, 2 · height, 2 · width, filters)`.

    Raises:
        ValueError: If strides, padding, data format, dilation or groups are given, or a size is no integer of at least
            1.
    """

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, height, width, _ = input_shape
        return batch, height and 2 * height, width and 2 * width, self.filters

    def call(self, inputs: Tensor) -> Tensor:
        if self.kernel_size == (3, 3):
            return self.activation(self._transposed(inputs))
        return self.activation(self._interleave(self._phases(inputs)))

    def _transposed(self, inputs: Tensor) -> Tensor:
        kernel = summed_over_squares(ops.convert_to_tensor(self.kernel))
        # A transposed convolution has the kernel upside down, with the channels of its output first.
        kernel = ops.transpose(ops.flip(kernel, (0, 1)), (0, 1, 3, 2))
        outputs = ops.conv_transpose(inputs, kernel, 2, "same", data_format="channels_last")
        return outputs + self.bias if self.use_bias else outputs


@keras.saving.register_keras_serializable(package="keras_gan")
class PhasedUpsampleConv2D(_UpsamplingConvolution):
    """`UpsampleConv2D` that returns the phases of its output, for `PhasedConv2D`.

    Between these two layers there can be layers that treat all pixels alike, such as activations and batch
    normalisation. The pixels stay in the order of phases until `PhasedConv2D` makes an image.

    Args:
        filters: Channels of the output.
        kernel_size: Side of the kernel, or its height and width.
        **kwargs: `activation`, `use_bias`, initializers, regularizers and constraints of `keras.layers.Conv2D`.

    Input: `(batch, height, width, channels)`. Output: `(batch, height, 4 · width, filters)`, the phases of an image of
    twice the height and width.

    Raises:
        ValueError: If strides, padding, data format, dilation or groups are given, or a size is no integer of at least
            1.
    """

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, height, width, _ = input_shape
        return batch, height, width and 4 * width, self.filters

    def call(self, inputs: Tensor) -> Tensor:
        phases = self._phases(inputs)
        _, height, width, _ = ops.shape(phases)
        return self.activation(ops.reshape(phases, (-1, height, 4 * width, self.filters)))


@keras.saving.register_keras_serializable(package="keras_gan")
class PhasedConv2D(_PhaseConvolution):
    """A same-padded `Conv2D`, with the same weights, whose input is an image given by its phases.

    A convolution with few filters, such as one to an image's colours, leaves most lanes of a processor idle. This layer
    computes one convolution from the four phases of the input to the four phases of the output, with a kernel of about
    half the side. It takes more multiplications but less time. The results, at the borders too, equal those of `Conv2D`
    up to rounding.

    Args:
        filters: Channels of the output.
        kernel_size: Side of the kernel, or its height and width.
        **kwargs: `activation`, `use_bias`, initializers, regularizers and constraints of `keras.layers.Conv2D`.

    Input: `(batch, height, 4 · width, channels)`, the phases that `PhasedUpsampleConv2D` makes. Output:
    `(batch, 2 · height, 2 · width, filters)`.

    Raises:
        ValueError: If strides, padding, data format, dilation or groups are given, or a size is no integer of at least
            1.
    """

    def build(self, input_shape: Shape) -> None:
        width = input_shape[2]
        if width is not None and width % 4:
            raise ValueError(f"PhasedConv2D takes four phases of a row one after another. Received: a width of {width}")
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, height, width, _ = input_shape
        return batch, height and 2 * height, width and width // 2, self.filters

    def call(self, inputs: Tensor) -> Tensor:
        _, height, width, channels = ops.shape(inputs)
        inputs = ops.reshape(inputs, (-1, height, width // 4, 4 * channels))
        vertical, horizontal = map(phase_taps, self.kernel_size)
        kernel = ops.convert_to_tensor(self.kernel)
        kernel = ops.einsum("apcu,uvio->apcvio", ops.cast(vertical, kernel.dtype), kernel)
        kernel = ops.einsum("bqdv,apcvio->pqcdiabo", ops.cast(horizontal, kernel.dtype), kernel)
        return self.activation(self._interleave(self._convolve(inputs, kernel)))
