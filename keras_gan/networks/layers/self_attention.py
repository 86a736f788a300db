"""Self-attention over the positions of a feature map."""

import keras
from keras import layers, ops

from keras_gan.networks.layers.spectral_norm import SpectralNorm
from keras_gan.tensors import Shape, Tensor

#: Share of the channels that queries and keys have, and that values have, as in SAGAN.
QUERY_SHARE, VALUE_SHARE = 8, 2


@keras.saving.register_keras_serializable(package="keras_gan")
class SelfAttention2D(layers.Layer):
    """Add to each position of a feature map a weighted mean over all positions.

    y = x + γ · O(softmax(Q(x) K(x)ᵀ) V(x)), where Q, K, V and O are 1×1 convolutions without bias: Q and K to C/8
    channels, V to C/2, and O back to C. The gain γ starts at 0, so the layer starts as the identity. The softmax is
    over all positions. It is computed in at least float32 under any precision policy.

    The arguments are those of `keras.layers.Layer`, such as `name`.

    Input and output: `(batch, height, width, channels)`, with at least 8 channels.

    Raises:
        ValueError: When it is built, if the map has fewer than 8 channels.

    Reference:
        Zhang et al., Self-Attention Generative Adversarial Networks, arXiv:1805.08318.
    """

    def build(self, input_shape: Shape) -> None:
        channels = input_shape[-1]
        if channels is None or channels < QUERY_SHARE:
            raise ValueError(f"SelfAttention2D needs at least {QUERY_SHARE} channels. Received: {channels}")
        inner = channels // VALUE_SHARE
        self.query = self._projection(channels // QUERY_SHARE, "query")
        self.key = self._projection(channels // QUERY_SHARE, "key")
        self.value = self._projection(inner, "value")
        self.output_projection = self._projection(channels, "output")
        for projection in (self.query, self.key, self.value):
            projection.build(input_shape)
        self.output_projection.build((*input_shape[:-1], inner))
        self.gain = self.add_weight((), "zeros", name="gain")

    def _projection(self, filters: int, name: str) -> layers.Layer:
        return layers.Conv2D(
            filters, 1, use_bias=False, data_format="channels_last", name=name, dtype=self.dtype_policy
        )

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        query, key, value = (self._rows(each, inputs, training) for each in (self.query, self.key, self.value))
        similarity = ops.matmul(query, ops.transpose(key, (0, 2, 1)))
        is_half = keras.backend.standardize_dtype(similarity.dtype) in ("bfloat16", "float16")
        weights = ops.softmax(ops.cast(similarity, "float32") if is_half else similarity)
        mean = ops.matmul(ops.cast(weights, value.dtype), value)
        _, height, width, _ = inputs.shape
        mean = ops.reshape(mean, (-1, height, width, value.shape[-1]))
        attended = self.output_projection(mean, training=training)
        return inputs + ops.cast(self.gain, inputs.dtype) * attended

    def _rows(self, projection: layers.Layer, inputs: Tensor, training: bool | None) -> Tensor:
        """Return the projection of all positions, `(batch, positions, channels)`."""
        projected = projection(inputs, training=training)
        _, height, width, channels = projected.shape
        return ops.reshape(projected, (-1, height * width, channels))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape


@keras.saving.register_keras_serializable(package="keras_gan")
class SpectralSelfAttention2D(SelfAttention2D):
    """`SelfAttention2D` whose four convolutions have `SpectralNorm`, for critics."""

    def _projection(self, filters: int, name: str) -> layers.Layer:
        return SpectralNorm(super()._projection(filters, name), name=f"{name}_norm")
