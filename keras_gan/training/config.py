"""Configurations of experiments: data, no logic but their checks."""

import dataclasses
import json
import math
from pathlib import Path
from typing import Any, Literal, get_args, get_origin


@dataclasses.dataclass(frozen=True)
class ExperimentConfig:
    """Everything that a run's numbers depend on; written to its config.json.

    The defaults are the `horses` preset.
    """

    preset: str = "horses"
    """Name of the preset that the values started from."""
    dataset: Literal["horses", "toy"] = "horses"
    """CIFAR-10's horses, or procedurally drawn ones."""
    seed: int = 42
    """Seed of initial weights, data order and noise."""
    deterministic: bool = False
    """Whether to allow deterministic ops only."""
    mixed_precision: Literal["off", "bfloat16"] = "off"
    """Precision of the networks' layers; weights, losses, penalties and statistics stay in float32."""
    steps_per_execution: int = 1
    """Steps that are dispatched to the device together; on JAX only, and for accelerators."""
    epochs: int = 12_000
    """Epochs, of one step each."""
    batch_size: int = 512
    """Images in a batch."""
    n_critic: int = 5
    """Critic updates in a step."""
    clip_threshold: float | None = 0.01
    """Bound of the critic's weights, or None for no clipping."""
    gradient_penalty: float | None = None
    """Coefficient λ of the gradient penalty, or None for no penalty."""
    optimizer: Literal["rmsprop", "adam"] = "rmsprop"
    """Optimizer of both networks."""
    critic_learning_rate: float = 5e-5
    """Learning rate of the critic."""
    generator_learning_rate: float = 5e-5
    """Learning rate of the generator."""
    beta_1: float = 0.0
    """Decay of Adam's first moment; RMSprop has none."""
    beta_2: float = 0.9
    """Decay of the second moment: Adam's β₂, RMSprop's ρ."""
    latent_dim: int = 100
    """Length of a latent."""
    generator_filters: tuple[int, ...] = (128, 64, 32, 3)
    """Filters of the generator's convolutions."""
    generator_kernel_size: int = 5
    """Side of the generator's kernels."""
    batch_norm_momentum: float = 0.8
    """Momentum of the generator's moving statistics."""
    critic_filters: tuple[int, ...] = (32, 64, 128, 128)
    """Filters of the critic's convolutions."""
    critic_strides: tuple[int, ...] = (2, 2, 2, 1)
    """Strides of the critic's convolutions."""
    critic_kernel_size: int = 5
    """Side of the critic's kernels."""

    def __post_init__(self):
        for field in dataclasses.fields(self):
            _require_type(field.type, field.name, getattr(self, field.name))
        counts = ("epochs", "steps_per_execution", "batch_size", "n_critic", "latent_dim")
        for name in (*counts, "generator_kernel_size", "critic_kernel_size"):
            require(getattr(self, name) >= 1, name, "at least 1", getattr(self, name))
        for name in ("critic_learning_rate", "generator_learning_rate"):
            require(getattr(self, name) > 0, name, "positive", getattr(self, name))
        for name in ("beta_1", "beta_2", "batch_norm_momentum"):
            require(0 <= getattr(self, name) < 1, name, "in [0, 1)", getattr(self, name))
        for name in ("clip_threshold", "gradient_penalty"):
            value = getattr(self, name)
            require(value is None or value > 0, name, "positive or None", value)
        if self.clip_threshold is not None and self.gradient_penalty is not None:
            raise ValueError("`clip_threshold` and `gradient_penalty` exclude each other: set one to None")
        for name in ("generator_filters", "critic_filters", "critic_strides"):
            value = getattr(self, name)
            require(len(value) > 0 and min(value) >= 1, name, "positive integers", value)
        same_length = len(self.critic_strides) == len(self.critic_filters)
        require(same_length, "critic_strides", f"as many as critic_filters {self.critic_filters}", self.critic_strides)
        require(0 <= self.seed < 2**31, "seed", "in [0, 2³¹)", self.seed)

    def to_json(self) -> str:
        """Return the configuration as a JSON object."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "ExperimentConfig":
        """Return the configuration that `to_json` wrote.

        Raises:
            ValueError: If keys are unknown or missing, or a value is out of range.
        """
        values: dict[str, Any] = json.loads(text)
        if not isinstance(values, dict):
            raise ValueError(f"A configuration must be a JSON object. Received: {type(values).__name__}")
        names = {field.name for field in dataclasses.fields(cls)}
        for kind, keys in (("unknown", set(values) - names), ("missing", names - set(values))):
            if keys:
                raise ValueError(f"A configuration must have the keys of ExperimentConfig. {kind}: {sorted(keys)}")
        return cls(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})


@dataclasses.dataclass(frozen=True)
class RunOptions:
    """Where a run goes and how it is watched: nothing that its numbers depend on."""

    out: Path = Path("runs/gan")
    """Folder that the run's numbered folder is made in."""
    resume: Path | None = None
    """Run folder to continue from its last checkpoint."""
    data_dir: Path | None = None
    """Folder with cifar10_horses.npz, instead of Keras's copy of CIFAR-10."""
    log_every: int = 10
    """Epochs from one box of the log to the next."""
    sample_every: int = 100
    """Epochs from one grid of samples to the next."""
    checkpoint_every: int = 100
    """Epochs from one checkpoint to the next."""
    quality_every: int = 100
    """Epochs from one measurement of the samples' quality to the next; 0 for none."""
    quality_samples: int = 5000
    """Samples that quality is measured on."""
    wandb: Literal["online", "offline", "off"] | None = None
    """Weights & Biases. Without the flag: online if there is an API key, offline if there is none."""
    tensorboard: bool = False
    """Whether to log to TensorBoard."""
    notes: str = ""
    """What the report and the experiment log remark on the run."""

    def __post_init__(self):
        for name in ("log_every", "sample_every", "checkpoint_every"):
            require(getattr(self, name) >= 1, name, "at least 1", getattr(self, name))
        require(self.quality_every >= 0, "quality_every", "at least 0", self.quality_every)
        require(self.quality_samples >= 20, "quality_samples", "at least 20", self.quality_samples)


def require(holds: bool, name: str, expected: str, received: Any):
    """Refuse a value.

    Args:
        holds: Whether it will do.
        name: What it is called.
        expected: What it must be.
        received: The value.

    Raises:
        ValueError: If it will not do.
    """
    if not holds:
        raise ValueError(f"`{name}` must be {expected}. Received: {name}={received}")


def _require_type(kind: Any, name: str, value):
    """Check a value against its annotation; JSON and callers can hand over anything."""
    if get_origin(kind) is Literal:
        require(value in get_args(kind), name, f"one of {get_args(kind)}", value)
    elif kind in (int, bool, str):
        require(type(value) is kind, name, f"of type {kind.__name__}", value)
    elif get_origin(kind) is tuple:
        is_integers = isinstance(value, tuple) and all(type(element) is int for element in value)
        require(is_integers, name, "a tuple of integers", value)
    elif not (value is None and type(None) in get_args(kind)):
        is_finite = type(value) in (int, float) and math.isfinite(value)
        require(is_finite, name, "a finite number", value)
