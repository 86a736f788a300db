"""Valid calls of networks and their layers."""

import keras
from hostile.sweep import Case, given
from hostile.values import count, counts, decay, thing

from keras_gan import networks


def shapes(network):
    return [list(weight.shape) for weight in network.weights]


def shape_of(layer):
    def call(**arguments):
        return layer(**arguments).get_config()

    return call


def kernel_size(valid):
    return {name: value for name, value in count(valid).items() if name != "array"}


def halved_shape(valid):
    """Values hostile to the shape of images whose side is halved until it is less than 8."""
    return {**counts(valid), "two sizes": (8, 8), "small": (8, 4, 3), "odd": (18, 16, 3)}


def normalised_layer(valid):
    regularised = keras.layers.Dense(2, activity_regularizer="l2")
    return {**thing(valid), "without kernel": keras.layers.ReLU(), "regularised": regularised}


def normalised_shapes(**arguments):
    layer = networks.SpectralNorm(**arguments)
    layer.build((None, 3))
    return shapes(layer)


LAYER = {"filters": given(2, count), "kernel_size": given(3, kernel_size)}

CRITIC = {"image_shape": given((8, 8, 3), halved_shape), "feature_maps": given(2, count)}
GENERATOR = {**CRITIC, "latent_dim": given(2, count), "batch_norm_momentum": given(0.9, decay)}

#: Filters that two groups can divide, and groups that divide two filters.
GROUPED = {
    "filters": given(2, count, "divisible"),
    "kernel_size": given(3, kernel_size),
    "groups": given(2, count, "divisible"),
}

R3GAN = {
    "image_shape": given((8, 8, 3), halved_shape),
    "widths": given((2,), counts),
    "blocks": given(1, count),
    "expansion": given(2, count),
    "group_size": given(2, count),
}

CASES = [
    Case(
        "keras_gan.networks.upsampling_generator",
        lambda **arguments: shapes(networks.upsampling_generator(**arguments)),
        {
            "latent_dim": given(2, count),
            "filters": given((2, 1), counts),
            "kernel_size": given(3, count),
            "batch_norm_momentum": given(0.8, decay),
        },
    ),
    Case(
        "keras_gan.networks.convolutional_critic",
        lambda **arguments: shapes(networks.convolutional_critic(**arguments)),
        {
            "image_shape": given((4, 4, 1), counts),
            "filters": given((2,), counts),
            "strides": given((2,), counts),
            "kernel_size": given(3, count),
        },
    ),
    *(
        Case(f"keras_gan.networks.{build.__name__}", lambda build=build, **arguments: shapes(build(**arguments)), valid)
        for build, valid in (
            (networks.transposed_generator, GENERATOR),
            (networks.layer_normalised_critic, CRITIC),
            (networks.residual_generator, GENERATOR),
            (networks.residual_critic, CRITIC),
        )
    ),
    Case(
        "keras_gan.networks.SpectralNorm",
        normalised_shapes,
        {"layer": given(lambda: keras.layers.Dense(2), normalised_layer), "vectors": given(2, count)},
    ),
    Case(
        "keras_gan.networks.r3gan_generator",
        lambda **arguments: shapes(networks.r3gan_generator(**arguments)),
        {**R3GAN, "latent_dim": given(2, count)},
    ),
    Case("keras_gan.networks.r3gan_critic", lambda **arguments: shapes(networks.r3gan_critic(**arguments)), R3GAN),
    Case("keras_gan.networks.GroupedConv2D", shape_of(networks.GroupedConv2D), GROUPED),
    Case(
        "keras_gan.networks.ScaledBasis",
        shape_of(networks.ScaledBasis),
        {"height": given(2, count), "width": given(3, count)},
    ),
    Case("keras_gan.networks.PooledConv2D", shape_of(networks.PooledConv2D), LAYER),
    Case("keras_gan.networks.UpsampleConv2D", shape_of(networks.UpsampleConv2D), LAYER),
    Case("keras_gan.networks.PhasedUpsampleConv2D", shape_of(networks.PhasedUpsampleConv2D), LAYER),
    Case("keras_gan.networks.PhasedConv2D", shape_of(networks.PhasedConv2D), LAYER),
]
