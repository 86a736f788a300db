"""Grouped convolutions that are fast on processors too."""

from typing import Any, ClassVar

import keras
from keras import ops

from keras_gan.checks import check_count
from keras_gan.networks.layers.upsample_conv import FixedConvolution
from keras_gan.tensors import Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class GroupedConv2D(FixedConvolution):
    """A same-padded `Conv2D` of several groups of channels, with the weights of `Conv2D`.

    On a processor, it is computed as one convolution for each group, because the gradients of a grouped one are slow
    there: `benchmarks/layers.py` shows it with TensorFlow. On an accelerator, it is one grouped convolution.

    Args:
        filters: Channels of the output, a multiple of the groups.
        kernel_size: Side of the kernel, or its height and width.
        groups: Number of groups. The channels of the input are a multiple of it.
        **kwargs: `use_bias`, `activation`, initializers, regularizers and constraints of `keras.layers.Conv2D`.

    Input: `(batch, height, width, channels)`. Output: `(batch, height, width, filters)`.

    Raises:
        ValueError: If strides, padding, data format or dilation are given, a size is no integer of at least 1, or the
            filters are no multiple of the groups.
    """

    fixed: ClassVar[dict[str, Any]] = {key: value for key, value in FixedConvolution.fixed.items() if key != "groups"}

    def __init__(self, filters: int, kernel_size: int | tuple[int, int], groups: int, **kwargs: Any) -> None:
        check_count(groups, "groups")
        super().__init__(filters, kernel_size, groups=groups, **kwargs)

    def call(self, inputs: Tensor) -> Tensor:
        if self.groups == 1 or not on_processor():
            return super().call(inputs)
        kernel = ops.cast(self.kernel, self.compute_dtype)
        pairs = zip(ops.split(inputs, self.groups, axis=-1), ops.split(kernel, self.groups, axis=-1))
        convolved = [ops.conv(part, own, padding="same", data_format="channels_last") for part, own in pairs]
        outputs = ops.concatenate(convolved, axis=-1)
        if self.use_bias:
            outputs = outputs + ops.cast(self.bias, outputs.dtype)
        return outputs if self.activation is None else self.activation(outputs)


def on_processor() -> bool:
    """Return whether programs run on a processor, and not on an accelerator."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.default_backend() == "cpu"
    import tensorflow as tf

    return not tf.config.list_logical_devices("GPU")
