"""Optimizers that a configuration may name."""

import keras

from keras_gan.checks import DecayRate, Positive, require


def adam(
    learning_rate: Positive = 1e-4, beta_1: DecayRate = 0.0, beta_2: DecayRate = 0.9
) -> keras.optimizers.Optimizer:
    """Build Adam, with the momentum of WGAN-GP.

    Args:
        learning_rate: Learning rate, positive. Defaults to 1e-4.
        beta_1: Decay of the first moment. Defaults to 0.
        beta_2: Decay of the second moment. Defaults to 0.9.

    Raises:
        ValueError: If the learning rate is not positive, or a decay not in [0, 1).

    References:
        Kingma and Ba, Adam, arXiv:1412.6980.
        Gulrajani et al., Improved Training of Wasserstein GANs, arXiv:1704.00028.
    """
    _check(learning_rate, beta_1=beta_1, beta_2=beta_2)
    return keras.optimizers.Adam(learning_rate, beta_1=beta_1, beta_2=beta_2)


def rmsprop(learning_rate: Positive = 5e-5, rho: DecayRate = 0.9) -> keras.optimizers.Optimizer:
    """Build RMSprop, without momentum.

    Args:
        learning_rate: Learning rate, positive. Defaults to 5e-5.
        rho: Decay of the second moment. Defaults to 0.9.

    Raises:
        ValueError: If the learning rate is not positive, or the decay not in [0, 1).

    Reference:
        Arjovsky et al., Wasserstein GAN, arXiv:1701.07875.
    """
    _check(learning_rate, rho=rho)
    return keras.optimizers.RMSprop(learning_rate, rho=rho)


def _check(learning_rate: float, **decays: float) -> None:
    require(learning_rate > 0, "learning_rate", "positive", learning_rate)
    for name, value in decays.items():
        require(0 <= value < 1, name, "in [0, 1)", value)
