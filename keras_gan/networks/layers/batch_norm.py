"""Batch normalisation in one operation."""

import keras
from keras import ops

from keras_gan.tensors import Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class FusedBatchNormalization(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization` that uses TensorFlow's fused operation.

    Keras normalises in six operations, each of which reads and writes the whole feature map, and needs more operations
    for the gradients. TensorFlow has one operation for the outputs and one for the gradients; on a CPU they are about 3
    times faster. The fused operation sums in float32, as Keras does: for half a million values, the relative error of
    the standard deviation is up to 1e-4. Other backends fuse the operations of Keras by themselves.

    Arguments, weights and moving statistics are those of Keras's layer. Keras also computes what the fused operation
    does not support, such as masks and other axes.
    """

    def call(self, inputs: Tensor, training: bool | None = None, mask: Tensor | None = None) -> Tensor:
        if training and self.trainable and mask is None and self._is_fusible(inputs):
            return self._normalise(inputs)
        return super().call(inputs, training, mask)

    def _is_fusible(self, inputs: Tensor) -> bool:
        rank = len(inputs.shape)
        is_plain = self.scale and self.center and not self.synchronized and not getattr(self, "renorm", False)
        has_layout = rank in (2, 4) and self.axis in (-1, rank - 1)
        has_dtype = keras.backend.standardize_dtype(inputs.dtype) in ("float32", "bfloat16", "float16")
        return keras.backend.backend() == "tensorflow" and is_plain and has_layout and has_dtype

    def _normalise(self, inputs: Tensor) -> Tensor:
        import tensorflow as tf

        maps = inputs if len(inputs.shape) == 4 else inputs[:, None, None]
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=maps,
            scale=ops.cast(self.gamma, "float32"),
            offset=ops.cast(self.beta, "float32"),
            mean=[],
            variance=[],
            epsilon=self.epsilon,
            is_training=True,
        )
        count = ops.cast(ops.size(maps[..., 0]), "float32")
        # The operation returns the unbiased variance; Keras averages the biased one.
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance * (count - 1.0) / count)
        return ops.reshape(outputs, ops.shape(inputs))

    def _move(self, average: keras.Variable, value: Tensor) -> None:
        average.assign(ops.cast(average, "float32") * self.momentum + value * (1.0 - self.momentum))
