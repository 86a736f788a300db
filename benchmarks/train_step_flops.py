"""Floating-point operations of a training step, as its formulas are written."""

import math

import keras

from keras_gan.networks import SelfAttention2D, SpectralNorm


def layer_flops(network) -> list[int]:
    """Return the floating-point operations of each layer with a kernel in the forward pass of one sample.

    Kernel volume × output positions, a multiplication and an addition each, borders as if inside. A transposed
    convolution has the positions of its input.

    Args:
        network: A functional `keras.Model`.
    """
    return [count for count in map(operations, network.layers) if count]


def operations(layer) -> int:
    """Return the floating-point operations of a layer for one sample, 0 for a layer without a kernel."""
    if isinstance(layer, SelfAttention2D):
        return attention_operations(layer, layer.input.shape)
    inner = layer.layer if isinstance(layer, SpectralNorm) else layer
    if not hasattr(inner, "kernel"):
        return 0
    positions = layer.input if isinstance(inner, keras.layers.Conv2DTranspose) else layer.output
    return 2 * math.prod(inner.kernel.shape) * math.prod(positions.shape[1:-1])


def attention_operations(layer, input_shape) -> int:
    """Return the floating-point operations of self-attention: its projections and its two matrix products."""
    positions = math.prod(input_shape[1:-1])
    query, value = (each.compute_output_shape(input_shape)[-1] for each in (layer.query, layer.value))
    channels = input_shape[-1]
    return 2 * positions * (2 * channels * (query + value) + positions * (query + value))


def naive_flops(generator, critic, batch_size: int, n_critic: int, penalised: bool) -> int:
    """Return the floating-point operations that a step takes as its formulas are written.

    A backward pass takes a forward pass's operations twice, for the kernels and for the inputs, less what nobody asks
    for: gradients of latents and, in critic updates, of images. The penalty has the critic's forward pass, its gradient
    to the images, and of both steps of that the gradient to the kernels. LeakyReLU has no second derivative. Layer
    normalisation has one, so that the penalty has a backward pass through the forward pass too.

    Args:
        generator: A functional `keras.Model`: upsampling apart from convolution, or in layers with the same kernel.
        critic: Likewise.
        batch_size: Images in a batch.
        n_critic: Critic updates in a step.
        penalised: Whether there is a gradient penalty.
    """
    is_curved = any(isinstance(layer, keras.layers.GroupNormalization) for layer in critic.layers)
    generator, critic = layer_flops(generator), layer_flops(critic)
    forward, scores = sum(generator), sum(critic)
    critic_update = forward + 2 * (3 * scores - critic[0])
    if penalised:
        # Forward, to the images, from there to the kernels, and to each layer's gradient but the last's, which is 1.
        critic_update += 4 * scores - critic[-1]
        critic_update += 2 * scores - critic[0] if is_curved else 0
    generator_update = 3 * forward - generator[0] + 2 * scores
    return batch_size * (n_critic * critic_update + generator_update)
