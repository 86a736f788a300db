"""What makes a change of a run, in the words of how it was started: flags of the command, or arguments in Python."""

from collections.abc import Mapping
from typing import Any

from keras_gan.analysis.run.saved_run import is_of_command

#: Calls in Python that take a parameter, with the place of its value.
CALLS = {
    "n_critic": "GAN(n_critic={})",
    "seed": "GAN(seed={})",
    "gradient_penalty": "GradientPenalty({})",
    "clip_threshold": "WeightClipping({})",
    "batch_size": "batch_size={}",
    "epochs": "fit(epochs={})",
    "augmentation": "GAN(augmentation=DiffAugment())",
    "loss": "GAN(loss=Wasserstein())",
}

#: Functions of this package's networks: the part that a run has, its name in a configuration, and its arguments.
NETWORKS = {
    "latent_dim": ("generator", "upsampling", "upsampling_generator(latent_dim={})"),
    "generator_kernel_size": ("generator", "upsampling", "upsampling_generator(kernel_size={})"),
    "generator_filters": ("generator", "upsampling", "upsampling_generator(filters={})"),
    "critic_filters": ("critic", "convolutional", "convolutional_critic(filters={})"),
}

#: Classes of optimizers in Keras, whose names are in lower case in a configuration.
OPTIMIZERS = ("Adadelta", "Adagrad", "Adam", "Adamax", "AdamW", "Ftrl", "Lion", "Nadam", "RMSprop", "SGD")


def instruction(values: Mapping[str, Any], config: Mapping[str, Any]) -> str | None:
    """Return what gives parameters their new values; None if that is not known.

    Args:
        values: The new values, by the flat names of their parameters.
        config: Configuration of the run, as far as it is known.
    """
    if is_of_command(config):
        return " ".join(f"--{name.replace('_', '-')} {value_text(value)}" for name, value in values.items())
    # A constraint that is replaced by another is not named.
    calls = [_call(name, value, config) for name, value in values.items() if value is not None]
    return None if None in calls else ", ".join(filter(None, calls))


def measuring(config: Mapping[str, Any]) -> str:
    """Return what measures the samples of a run.

    Args:
        config: Configuration of the run, as far as it is known.
    """
    return "--quality-every 100" if is_of_command(config) else "QualityMonitor(evaluator, every=100)"


def value_text(value: Any) -> str:
    """Format a value as an argument of a flag.

    Args:
        value: A number, a tuple of numbers, or None.
    """
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _call(name: str, value: Any, config: Mapping[str, Any]) -> str | None:
    """Return the argument in Python that sets a parameter; None if the run's own code decides."""
    text = str(value) if isinstance(value, tuple) else value_text(value)
    if name in ("critic_learning_rate", "generator_learning_rate"):
        role = name.replace("learning_rate", "optimizer")
        return f"{role}={_optimizer(config.get(role, config.get('optimizer')))}(learning_rate={text})"
    if name in NETWORKS:
        part, wanted, call = NETWORKS[name]
        return call.format(text) if config.get(part) == wanted else None
    return CALLS[name].format(text) if name in CALLS else None


def _optimizer(name: Any) -> str:
    """Return the class of an optimizer; "…" if it is not known."""
    return next((kind for kind in OPTIMIZERS if kind.lower() == str(name).lower()), str(name) if name else "…")
