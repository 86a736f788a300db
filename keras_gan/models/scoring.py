"""A critic's scores of real and of generated images."""

import inspect

import keras
from keras import layers, ops

from keras_gan.networks.layers import (
    GroupedConv2D,
    PooledConv2D,
    SelfAttention2D,
    SmoothDownsampling2D,
    SpectralNorm,
    SpectralSelfAttention2D,
)
from keras_gan.sharding import join_batches, split_batches
from keras_gan.tensors import Tensor

#: Layers that treat each sample alone, unless their arguments include a function of the user.
_SAMPLEWISE = (
    layers.InputLayer,
    layers.Conv2D,
    layers.DepthwiseConv2D,
    layers.SeparableConv2D,
    layers.Dense,
    layers.EinsumDense,
    layers.Activation,
    layers.LeakyReLU,
    layers.PReLU,
    layers.ReLU,
    layers.ELU,
    layers.LayerNormalization,
    layers.GroupNormalization,
    layers.Dropout,
    layers.SpatialDropout2D,
    layers.GaussianNoise,
    layers.AveragePooling2D,
    layers.MaxPooling2D,
    layers.GlobalAveragePooling2D,
    layers.ZeroPadding2D,
    layers.Rescaling,
    layers.Flatten,
    layers.Reshape,
    layers.Add,
    GroupedConv2D,
    PooledConv2D,
    SelfAttention2D,
    SmoothDownsampling2D,
    SpectralSelfAttention2D,
)


def scores_each_alone(critic: keras.Model) -> bool:
    """Return whether a critic is known to score each image independently of the other images in its batch.

    This is known only of graphs of Keras's own per-sample layers. Other layers, operations between layers, and the
    user's own functions and models might look at the whole batch. Activity regularizers depend on the number of images
    in a pass.

    Args:
        critic: The critic, which must be built.
    """
    if not type(critic).__module__.startswith("keras."):
        return False
    operations = critic.layers if isinstance(critic, keras.Sequential) else critic.operations
    return all(
        scores_each_alone(operation) if isinstance(operation, keras.Model) else _is_samplewise(operation)
        for operation in operations
    )


def image_scores(scores: Tensor) -> Tensor:
    """Return the mean of each image's scores, of which a critic of patches has several.

    Args:
        scores: Scores, `(batch, ...)`.

    Returns:
        One score of each image, `(batch,)`: the function of the image whose mean an adversarial loss takes.
    """
    return ops.mean(scores, axis=tuple(range(1, len(scores.shape))))


def score_together(critic: keras.Model, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the scores of real and of generated images, from one pass of the critic over both, in training mode.

    Args:
        critic: A critic that scores each image independently.
        real: Real images, `(batch, height, width, channels)`.
        fake: Generated images, `(batch, height, width, channels)`.

    Returns:
        The scores of the real images, those of the generated images, and the sum of the critic's regularisation losses.
    """
    scores = critic(join_batches(real, fake), training=True)
    return *split_batches(scores, ops.shape(real)[0]), sum(critic.losses)


def score_apart(critic: keras.Model, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the scores of real and of generated images, from one pass each; see `score_together`.

    Losses of activities count once for each pass, and losses of weights once.
    """
    real_scores = critic(real, training=True)
    # Keras clears them when the next pass begins.
    of_reals = sum(_activity_losses(critic))
    fake_scores = critic(fake, training=True)
    return real_scores, fake_scores, of_reals + sum(critic.losses)


def _activity_losses(critic: keras.Model) -> list[Tensor]:
    """Return the losses of the last pass. In Keras's list, those of the weights come after them."""
    of_weights = sum(weight.regularizer is not None for weight in critic.trainable_weights)
    losses = critic.losses
    return losses[: len(losses) - of_weights]


def _is_samplewise(operation: keras.Operation) -> bool:
    if type(operation) is SpectralNorm:
        return _is_samplewise(operation.layer)
    activation = getattr(operation, "activation", None)
    # Keras also accepts a layer as an activation; that is not a function.
    is_function_of_keras = inspect.isfunction(activation) and activation.__module__.startswith("keras.")
    has_loss = getattr(operation, "activity_regularizer", None) is not None
    # A noise shape may contain the size of the batch.
    has_noise_shape = getattr(operation, "noise_shape", None) is not None
    is_plain = (activation is None or is_function_of_keras) and not has_loss and not has_noise_shape
    return type(operation) in _SAMPLEWISE and is_plain
