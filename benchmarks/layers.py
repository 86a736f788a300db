"""What the networks' own layers save: each against the Keras layers that it stands for.

The shapes are those of `horses`, and of `wgan_large` for `PooledConv2D`. Those of `GroupedConv2D` are of a small R3GAN.

Forward in training mode, and with the gradients by inputs and weights; medians of contestants that take turns.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import statistics
import time

import keras
import tensorflow as tf
import tyro

from keras_gan.networks import GroupedConv2D, PhasedConv2D, PhasedUpsampleConv2D, PooledConv2D, UpsampleConv2D
from keras_gan.networks.layers.batch_norm import FusedBatchNormalization

#: Side, channels and filters of each upsampling convolution.
CONVOLUTIONS = ((4, 128, 128), (8, 128, 64))

#: Side and channels of what the last two convolutions get, and filters of each.
LAST = (16, 64, 32, 3)

#: Side and channels of each feature map that is normalised.
MAPS = ((8, 128), (16, 64), (32, 32))

#: Side and channels of each feature map that is convolved and pooled, in batches of 32.
POOLED, POOLED_BATCH = ((32, 192), (16, 384)), 32

#: Side, channels and groups of each feature map that is convolved in groups, in batches of 64.
GROUPED, GROUPED_BATCH = ((16, 128, 8), (16, 96, 6)), 64


def upsampling_pair(filters, kernel_size):
    """Return our layer and the two of Keras."""
    upsampling, convolution = keras.layers.UpSampling2D(), keras.layers.Conv2D(filters, kernel_size, padding="same")
    return UpsampleConv2D(filters, kernel_size), keras.Sequential([upsampling, convolution])


def phased_pair(hidden, channels, kernel_size):
    """Return our last two convolutions, and those of Keras."""
    ours = [PhasedUpsampleConv2D(hidden, kernel_size), PhasedConv2D(channels, kernel_size)]
    theirs = [keras.layers.Conv2D(filters, kernel_size, padding="same") for filters in (hidden, channels)]
    return keras.Sequential(ours), keras.Sequential([keras.layers.UpSampling2D(), *theirs])


def pooled_pair(filters):
    """Return our convolution with pooling, and the two layers of Keras."""
    theirs = [keras.layers.Conv2D(filters, 3, padding="same"), keras.layers.AveragePooling2D(2)]
    return PooledConv2D(filters, 3), keras.Sequential(theirs)


def grouped_pair(filters, groups):
    """Return our grouped convolution, and that of Keras."""
    return GroupedConv2D(filters, 3, groups), keras.layers.Conv2D(filters, 3, padding="same", groups=groups)


def functions_of(layer, inputs):
    """Return the compiled forward pass, and the one with gradients; each reads what it has computed."""
    layer(inputs)

    @tf.function
    def forward():
        return layer(inputs, training=True)[0]

    @tf.function
    def gradients():
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(layer(inputs, training=True) ** 2)
        by_inputs, *by_weights = tape.gradient(loss, [inputs, *layer.trainable_weights])
        return by_inputs[0], by_weights

    return forward, gradients


def seconds(function):
    """Return the time of a call."""
    begun = time.perf_counter()
    tf.nest.map_structure(lambda value: value.numpy(), function())
    return time.perf_counter() - begun


def print_row(name, pair, inputs, rounds):
    """Print both times of our layer, and their ratios to those of Keras's."""
    cells = []
    for functions in zip(*(functions_of(layer, inputs) for layer in pair)):
        for function in functions:
            function()
        times = [[seconds(function) for function in functions] for _ in range(rounds)]
        ours, theirs = map(statistics.median, zip(*times))
        cells.append(f"{1e3 * ours:7.1f} ms, {ours / theirs:.2f} ×")
    print(f"{name:<44}{cells[0]:>20}{cells[1]:>22}", flush=True)


def main(batch_size: int = 512, rounds: int = 9):
    """Print a row for each layer.

    Args:
        batch_size: Images in a batch.
        rounds: Calls of each.
    """
    print(f"{f'batch {batch_size}':<44}{'forward':>20}{'with gradients':>22}")
    for side, channels, filters in CONVOLUTIONS:
        inputs = tf.random.normal((batch_size, side, side, channels))
        for kernel_size in (5, 3):
            name = f"UpsampleConv2D({filters}, {kernel_size}) of {side}×{side}×{channels}"
            print_row(name, upsampling_pair(filters, kernel_size), inputs, rounds)
    side, channels, hidden, colours = LAST
    inputs = tf.random.normal((batch_size, side, side, channels))
    for kernel_size in (5, 3):
        name = f"the last two ({hidden}, {colours}; {kernel_size}) of {side}×{side}×{channels}"
        print_row(name, phased_pair(hidden, colours, kernel_size), inputs, rounds)
    for side, channels in MAPS:
        inputs = tf.random.normal((batch_size, side, side, channels))
        pair = FusedBatchNormalization(), keras.layers.BatchNormalization()
        print_row(f"FusedBatchNormalization of {side}×{side}×{channels}", pair, inputs, rounds)
    for side, channels in POOLED:
        inputs = tf.random.normal((POOLED_BATCH, side, side, channels))
        print_row(f"PooledConv2D({channels}, 3) of {side}×{side}×{channels}", pooled_pair(channels), inputs, rounds)
    for side, channels, groups in GROUPED:
        inputs = tf.random.normal((GROUPED_BATCH, side, side, channels))
        name = f"GroupedConv2D({channels}, 3, {groups}) of {side}×{side}×{channels}"
        print_row(name, grouped_pair(channels, groups), inputs, rounds)


if __name__ == "__main__":
    tyro.cli(main)
