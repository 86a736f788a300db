"""Optimizers that a configuration may name."""

import keras


def adam(learning_rate: float = 1e-4, beta_1: float = 0.0, beta_2: float = 0.9) -> keras.optimizers.Optimizer:
    """Build Adam, with the momentum of WGAN-GP.

    Args:
        learning_rate: Learning rate, positive. Defaults to 1e-4.
        beta_1: Decay of the first moment. Defaults to 0.
        beta_2: Decay of the second moment. Defaults to 0.9.

    References:
        Kingma and Ba, Adam, arXiv:1412.6980.
        Gulrajani et al., Improved Training of Wasserstein GANs, arXiv:1704.00028.
    """
    return keras.optimizers.Adam(learning_rate, beta_1=beta_1, beta_2=beta_2)


def rmsprop(learning_rate: float = 5e-5, rho: float = 0.9) -> keras.optimizers.Optimizer:
    """Build RMSprop, without momentum.

    Args:
        learning_rate: Learning rate, positive. Defaults to 5e-5.
        rho: Decay of the second moment. Defaults to 0.9.

    Reference:
        Arjovsky et al., Wasserstein GAN, arXiv:1701.07875.
    """
    return keras.optimizers.RMSprop(learning_rate, rho=rho)
