"""The large networks of the WGAN-GP tuning guide: residual blocks and self-attention."""

import keras
from keras import layers

from keras_gan.checks import Count, DecayRate, check_count, check_number
from keras_gan.networks.layers.blocks import full_precision
from keras_gan.networks.layers.residual import (
    layer_normalised_relu,
    normalised_relu,
    plain_convolution,
    residual_down,
    residual_up,
)
from keras_gan.networks.layers.self_attention import SelfAttention2D, SpectralSelfAttention2D
from keras_gan.networks.layers.spectral_norm import SpectralNorm
from keras_gan.networks.stages import base_size, stage_count, stage_widths

#: Shorter side of the feature map that self-attention is applied to.
ATTENTION_SIZE = 32


def residual_generator(
    image_shape: tuple[int, int, int] = (64, 64, 3),
    latent_dim: Count = 128,
    feature_maps: Count = 96,
    batch_norm_momentum: DecayRate = 0.9,
) -> keras.Model:
    """Build a generator of residual blocks, each of which upsamples ×2, with self-attention.

    Latents are projected to the smallest feature map, whose shorter side is 4 to 7. `SelfAttention2D` follows the block
    that makes a map with a shorter side of 32 to 63, unless that is the image's own size.

    Args:
        image_shape: Height, width and channels of the images. Sides are multiples of the largest power
            of two that is at most a quarter of the shorter side. Defaults to (64, 64, 3).
        latent_dim: Length of a latent. Defaults to 128.
        feature_maps: Width of the last feature map; those before are up to 8 times as wide. Defaults to 96.
        batch_norm_momentum: Momentum of the moving statistics of BatchNormalization. Defaults to 0.9.

    Returns:
        A model from `(batch, latent_dim)` to `(batch, height, width, channels)`.

    Raises:
        ValueError: If the sides do not fit, or a value is no number of the range of its argument.

    References:
        Gulrajani et al., Improved Training of Wasserstein GANs, arXiv:1704.00028.
        Zhang et al., Self-Attention Generative Adversarial Networks, arXiv:1805.08318.
    """
    check_count(latent_dim, "latent_dim")
    check_count(feature_maps, "feature_maps")
    check_number(batch_norm_momentum, "batch_norm_momentum", DecayRate)
    height, width = base_size(image_shape)
    widths = stage_widths(stage_count(image_shape), feature_maps)[::-1]
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(height * width * widths[0])(latents)
    x = layers.Reshape((height, width, widths[0]))(x)
    for filters in widths:
        x = residual_up(x, filters, batch_norm_momentum)
        if _has_attention(x.shape, image_shape):
            x = SelfAttention2D()(x)
    x = plain_convolution(normalised_relu(x, batch_norm_momentum), image_shape[-1], 3, "glorot_uniform")
    images = layers.Activation("tanh", dtype=full_precision(), name="images")(x)
    return keras.Model(latents, images, name="generator")


def residual_critic(image_shape: tuple[int, int, int] = (64, 64, 3), feature_maps: Count = 96) -> keras.Model:
    """Build a critic of residual blocks, each of which halves the side, with self-attention and spectral normalisation.

    Every kernel has `SpectralNorm`. Layer normalisation is over the whole map. Self-attention is applied to the map
    with a shorter side of 32 to 63, unless that is the image's own size. The score is a linear function of the
    mean over all positions of the last map.

    Args:
        image_shape: Height, width and channels of the images, as `residual_generator` takes them. Defaults to
            (64, 64, 3).
        feature_maps: Width of the first feature map; later ones are up to 8 times as wide. Defaults to 96.

    Returns:
        A model from `(batch, height, width, channels)` to scores `(batch, 1)`.

    Raises:
        ValueError: If the sides do not fit, or `feature_maps` is no integer of at least 1.

    References:
        Miyato et al., Spectral Normalization for Generative Adversarial Networks, arXiv:1802.05957.
        Zhang et al., Self-Attention Generative Adversarial Networks, arXiv:1805.08318.
    """
    check_count(feature_maps, "feature_maps")
    widths = stage_widths(stage_count(image_shape), feature_maps)
    x = images = keras.Input(image_shape, name="images")
    for index, filters in enumerate(widths):
        x = residual_down(x, filters, is_first=index == 0)
        if _has_attention(x.shape, image_shape):
            x = SpectralSelfAttention2D()(x)
    x = layers.GlobalAveragePooling2D(data_format="channels_last")(layer_normalised_relu(x))
    scores = SpectralNorm(layers.Dense(1, dtype=full_precision()), name="scores")(x)
    return keras.Model(images, scores, name="critic")


def _has_attention(map_shape: tuple[int | None, ...], image_shape: tuple[int, int, int]) -> bool:
    """Return whether self-attention follows a feature map."""
    side = min(size for size in map_shape[1:3] if size is not None)
    return ATTENTION_SIZE <= side < 2 * ATTENTION_SIZE and side < min(image_shape[:2])
