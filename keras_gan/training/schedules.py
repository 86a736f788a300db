"""Learning-rate schedules that a configuration may name, for both optimizers.

Their lengths are in steps of the run, of which each takes `n_critic` updates of the critic.
"""

from typing import TypeAlias

import keras

from keras_gan.checks import Count, NotNegative, require
from keras_gan.models import StepSchedule

#: One learning rate, or a schedule of it.
Rate: TypeAlias = float | StepSchedule


def constant(learning_rate: float, updates: int, steps: int) -> Rate:
    """Keep the learning rate.

    Args:
        learning_rate: Learning rate of the optimizer.
        updates: Updates that the optimizer takes in a step.
        steps: Steps of the run.
    """
    return learning_rate


def warm_up(learning_rate: float, updates: int, steps: int, warm_up_steps: Count = 1000) -> Rate:
    """Let the learning rate rise linearly, then keep it.

    Args:
        learning_rate: Learning rate after the rise.
        updates: Updates that the optimizer takes in a step.
        steps: Steps of the run.
        warm_up_steps: Steps over which the rate rises. Defaults to 1000.

    Raises:
        ValueError: If an argument is invalid.
    """
    return StepSchedule(learning_rate, updates, warm_up_steps)


def linear(
    learning_rate: float,
    updates: int,
    steps: int,
    final: NotNegative = 0.0,
    decay_steps: Count | None = None,
    warm_up_steps: int = 0,
) -> Rate:
    """Let the learning rate fall linearly: 1 − (1 − final) · t / decay_steps of it at step t, then `final` of it.

    Args:
        learning_rate: Learning rate at the first step.
        updates: Updates that the optimizer takes in a step.
        steps: Steps of the run.
        final: Share of the learning rate at the end of the decay. Defaults to 0.
        decay_steps: Steps of the decay. None: the whole run. Defaults to None.
        warm_up_steps: Steps over which the rate first rises, while it already falls. Defaults to 0.

    Raises:
        ValueError: If an argument is invalid.

    Reference:
        Gulrajani et al., Improved Training of Wasserstein GANs, arXiv:1704.00028.
    """
    _check(final, warm_up_steps)
    decay = keras.optimizers.schedules.PolynomialDecay(learning_rate, decay_steps or steps, final * learning_rate)
    return StepSchedule(decay, updates, warm_up_steps)


def cosine(
    learning_rate: float,
    updates: int,
    steps: int,
    final: NotNegative = 0.0,
    decay_steps: Count | None = None,
    warm_up_steps: int = 0,
) -> Rate:
    """Let the learning rate fall to final + (1 − final) · ½ (1 + cos(π t / decay_steps)) of it at step t.

    Args:
        learning_rate: Learning rate at the first step.
        updates: Updates that the optimizer takes in a step.
        steps: Steps of the run.
        final: Share of the learning rate at the end of the decay, and after it. Defaults to 0.
        decay_steps: Steps of the decay. None: the whole run. Defaults to None.
        warm_up_steps: Steps over which the rate first rises, while it already falls. Defaults to 0.

    Raises:
        ValueError: If an argument is invalid.

    Reference:
        Huang et al., The GAN Is Dead; Long Live the GAN! A Modern GAN Baseline, arXiv:2501.05441.
    """
    _check(final, warm_up_steps)
    decay = keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps or steps, alpha=final)
    return StepSchedule(decay, updates, warm_up_steps)


def _check(final: float, warm_up_steps: int) -> None:
    require(0 <= final <= 1, "final", "in [0, 1]", final)
    require(warm_up_steps >= 0, "warm_up_steps", "at least 0", warm_up_steps)
