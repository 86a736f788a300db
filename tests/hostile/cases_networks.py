"""Valid calls of networks and their layers."""

from hostile.sweep import Case, given
from hostile.values import count, counts, number

from keras_gan import networks


def shapes(network):
    return [list(weight.shape) for weight in network.weights]


def shape_of(layer):
    def call(**arguments):
        return layer(**arguments).get_config()

    return call


def decay(valid):
    return {**number(valid), "one": 1.0}


def kernel_size(valid):
    return {name: value for name, value in count(valid).items() if name != "array"}


LAYER = {"filters": given(2, count), "kernel_size": given(3, kernel_size)}

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
    Case("keras_gan.networks.UpsampleConv2D", shape_of(networks.UpsampleConv2D), LAYER),
    Case("keras_gan.networks.PhasedUpsampleConv2D", shape_of(networks.PhasedUpsampleConv2D), LAYER),
    Case("keras_gan.networks.PhasedConv2D", shape_of(networks.PhasedConv2D), LAYER),
]
