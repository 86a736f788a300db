"""Spectral normalisation of every layer of a critic."""

import keras

from keras_gan.models.lipschitz.policy import LipschitzPolicy
from keras_gan.networks.layers import PooledConv2D, SpectralNorm

#: Layers whose kernel is divided by its largest singular value.
LAYERS = (keras.layers.Dense, keras.layers.Conv2D, keras.layers.DepthwiseConv2D, PooledConv2D)


@keras.saving.register_keras_serializable(package="keras_gan")
class SpectralNormalization(LipschitzPolicy):
    """Divide every kernel of the critic by its largest singular value.

    The model's `critic` is a copy of the one that it was given, with the same weights, whose convolutions and dense
    layers are in `SpectralNorm`. Layers that are already in it stay as they are.

    Reference:
        Miyato et al., Spectral Normalization for Generative Adversarial Networks, arXiv:1802.05957.
    """

    def prepare(self, critic: keras.Model) -> keras.Model:
        if not any(isinstance(layer, LAYERS) for layer in critic.layers):
            return critic
        if not type(critic).__module__.startswith("keras."):
            raise ValueError(
                "`critic` must be a functional or a sequential model for SpectralNormalization, which makes a copy of "
                f"it with other layers. Received: a {type(critic).__name__}"
            )
        copy = keras.models.clone_model(critic, clone_function=_wrapped)
        for old, new in zip(critic.layers, copy.layers, strict=True):
            target = new.layer if isinstance(new, SpectralNorm) and not isinstance(old, SpectralNorm) else new
            target.set_weights(old.get_weights())
        return copy


def _wrapped(layer: keras.Layer) -> keras.Layer:
    copy = type(layer).from_config(layer.get_config())
    return SpectralNorm(copy, name=layer.name) if isinstance(layer, LAYERS) else copy
