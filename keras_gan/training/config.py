"""The configuration of a run: a frozen dataclass made of named parts."""

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from keras_gan import parts, settings
from keras_gan.checks import COUNT_LIMIT, check_count, check_instance, check_mapping, check_text, conform, require
from keras_gan.intervals import read_interval
from keras_gan.registry import Registry
from keras_gan.training.upgrades import VERSION, upgrade

Made = TypeVar("Made")

#: Most images of a step, `n_critic` batches.
MOST_STEP_IMAGES = 2**24


@dataclasses.dataclass(frozen=True)
class Part:
    """A part of a configuration: its name and its arguments.

    Attributes:
        name: Its name in its registry.
        arguments: Its arguments. Missing ones get the defaults of its function. So the default of an argument that is
            added later must do what the code did before. Defaults to no arguments.
    """

    name: str
    arguments: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        require(isinstance(self.name, str), "name", "the name of a part", self.name)
        if not isinstance(self.arguments, Mapping):
            raise ValueError(f"{self.name!r} must have arguments by name. Received: arguments={self.arguments!r}")
        # A copy, so that a change of the caller's mapping does not change the configuration.
        object.__setattr__(self, "arguments", dict(self.arguments))

    def completed(self, registry: Registry, role: str | None = None) -> "Part":
        """Return the part with all arguments that its function takes, and check their types.

        Args:
            registry: Registry of the name.
            role: Field of the configuration that has the part, for errors. Defaults to None, the registry's kind.

        Raises:
            ValueError: If there is no such part or argument, an argument is missing, or a value has the wrong type.
        """
        check_instance(registry, "registry", Registry)
        conform(role, str | None, "role")
        role = registry.kind if role is None else role
        parameters = registry.parameters(self.name)
        unknown = sorted(set(self.arguments) - set(parameters))
        if unknown:
            known = ", ".join(parameters) or "none"
            raise ValueError(f"`{role}` {self.name!r} has the arguments: {known}. Received: {unknown}")
        values = {name: self.arguments.get(name, each.default) for name, each in parameters.items()}
        missing = [name for name, value in values.items() if value is dataclasses.MISSING]
        if missing:
            raise ValueError(
                f"`{role}` {self.name!r} must be given {missing}, which have no default: as a Part with its arguments, "
                "or give them defaults to choose it by name. Received: none"
            )
        shown = {name: settings.setting_name(role, name) for name in values}
        if role == "lipschitz" and self.name in settings.CONSTRAINTS:
            shown.update([settings.CONSTRAINTS[self.name]])
        checked = {name: conform(value, parameters[name].kind, shown[name]) for name, value in values.items()}
        return Part(self.name, checked)

    def build(self, registry: Registry, **given: Any) -> Any:
        """Call the part's function and return its result.

        Args:
            registry: Registry of the name.
            **given: Arguments that do not come from the configuration.

        Raises:
            ValueError: If the function refuses an argument; the message names the part.
        """
        check_instance(registry, "registry", Registry)
        function = registry.load(self.name)
        try:
            return function(**given, **self.arguments)
        except ValueError as error:
            raise ValueError(f"`{registry.kind}` {self.name!r}: {error}") from error


@dataclasses.dataclass(frozen=True)
class RunConfig:
    """Length, steps and random numbers of a run."""

    epochs: int = 12_000
    """Epochs."""
    steps_per_epoch: int | Literal["pass"] = 1
    """Steps in an epoch, or `pass` for as many as it takes to draw each image once."""
    batch_size: int = 512
    """Images of one critic update."""
    n_critic: int = 5
    """Critic updates in a step."""
    seed: int = 42
    """Seed of initial weights, data order and noise."""
    deterministic: bool = False
    """Whether to allow deterministic ops only."""
    mixed_precision: Literal["off", "bfloat16"] = "off"
    """Precision of the networks' layers; weights, losses, penalties and statistics stay in float32."""
    hold_out: float = 0.0
    """Share of the images that are not trained on, at most 0.5; samples and critic are measured against them."""
    steps_per_execution: int = 1
    """Steps that are dispatched to the device together; on JAX only, and for accelerators."""
    sync_batch_norm: bool = True
    """Whether BatchNormalization takes the statistics of a batch on all devices, rather than of each device's part."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            conform(getattr(self, field.name), field.type, field.name)
        counts = ("epochs", "batch_size", "n_critic", "steps_per_execution")
        for name in counts if self.steps_per_epoch == "pass" else ("steps_per_epoch", *counts):
            require(getattr(self, name) >= 1, name, "at least 1", getattr(self, name))
            require(getattr(self, name) < 2**31, name, "less than 2³¹", getattr(self, name))
        require(self.batch_size <= MOST_STEP_IMAGES, "batch_size", f"at most {MOST_STEP_IMAGES}", self.batch_size)
        most = MOST_STEP_IMAGES // self.batch_size
        require(self.n_critic <= most, "n_critic", f"at most {most} with this `batch_size`", self.n_critic)
        require(0 <= self.hold_out <= 0.5, "hold_out", "a share in [0, 0.5]", self.hold_out)
        require(0 <= self.seed < 2**31, "seed", "in [0, 2³¹)", self.seed)

    def epoch_steps(self, images: int) -> int:
        """Return the number of steps in an epoch.

        Args:
            images: Number of images in the set.

        Raises:
            ValueError: If `images` is no integer of at least 0.
        """
        check_count(images, "images", 0)
        if self.steps_per_epoch == "pass":
            return math.ceil(images / (self.n_critic * self.batch_size))
        return self.steps_per_epoch


@dataclasses.dataclass(frozen=True)
class EvaluationConfig:
    """Measurement of the samples' quality during training, which does not affect the training itself."""

    extractor: Part = Part("cifar10-resnet")
    """Network whose features of images are compared."""
    every: int | str = 100
    """Epochs between measurements, or an interval such as `20 kimg`; 0 for none."""
    samples: int = 5000
    """Samples in a measurement."""

    def __post_init__(self) -> None:
        check_instance(self.extractor, "extractor", Part)
        object.__setattr__(self, "extractor", self.extractor.completed(parts.EXTRACTORS))
        conform(self.every, int | str, "quality_every")
        if self.is_measured:
            read_interval(self.every, "quality_every")
        conform(self.samples, int, "quality_samples")
        require(self.samples >= 20, "quality_samples", "at least 20", self.samples)
        require(self.samples < COUNT_LIMIT, "quality_samples", "less than 2³¹", self.samples)

    @property
    def is_measured(self) -> bool:
        """Whether samples are measured at all."""
        return self.every != 0


@dataclasses.dataclass(frozen=True)
class ExperimentConfig:
    """All settings that the numbers of a run depend on; they are stored in its config.json.

    The default of a part is what the code did before the part existed.
    """

    preset: str
    """Name of the preset that the values started from."""
    run: RunConfig
    """Length, steps and seed."""
    data: Part
    """Set of images."""
    generator: Part
    """Network that makes images."""
    critic: Part
    """Network that scores images."""
    loss: Part
    """Adversarial loss."""
    lipschitz: Part
    """Constraint that keeps the critic Lipschitz."""
    critic_optimizer: Part
    """Optimizer of the critic."""
    generator_optimizer: Part
    """Optimizer of the generator."""
    schedule: Part = Part("constant")
    """How both learning rates change during the run."""
    augmentation: Part = Part("none")
    """Augmentation of the images that the critic sees."""
    averaging: Part = Part("none")
    """Averaging of the generator's weights for samples."""
    evaluation: EvaluationConfig = EvaluationConfig()
    """How samples are measured."""

    def __post_init__(self) -> None:
        conform(self.preset, str, "preset")
        require(re.fullmatch(r"[\w-]{1,100}", self.preset) is not None, "preset", "a plain name", self.preset)
        check_instance(self.run, "run", RunConfig)
        check_instance(self.evaluation, "evaluation", EvaluationConfig)
        for name in settings.PARTS:
            check_instance(getattr(self, name), name, Part)
        for name, registry in REGISTRIES.items():
            object.__setattr__(self, name, getattr(self, name).completed(registry, name))

    def with_parts(self, chosen: Mapping[str, Part]) -> "ExperimentConfig":
        """Return the configuration with other parts.

        Args:
            chosen: New parts by the names of their fields.

        Raises:
            ValueError: If a part does not exist, or has an argument that it does not take.
        """
        check_mapping(chosen, "chosen")
        fields: dict[str, Any] = dict(chosen)
        return dataclasses.replace(self, **fields)

    def to_json(self) -> str:
        """Return the configuration as a JSON object."""
        return json.dumps({"version": VERSION, **dataclasses.asdict(self)}, indent=2) + "\n"

    def flat(self) -> dict[str, Any]:
        """Return the values by their flat names, which flags and reports use."""
        return settings.flatten(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "ExperimentConfig":
        """Return a configuration from the JSON object that this or an earlier version wrote.

        Args:
            text: The JSON object.

        Raises:
            ValueError: If the text is not such an object, has unknown fields or a later version, or a value is invalid.
        """
        check_text(text, "text")
        try:
            loaded = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"A configuration must be a JSON object. Received: {error}") from error
        values = upgrade(loaded)
        _refuse_unknown(values, cls, "configuration")
        evaluation = values.get("evaluation", {})
        if isinstance(evaluation, Mapping) and "extractor" in evaluation:
            evaluation = {**evaluation, "extractor": _made(Part, evaluation["extractor"], "extractor")}
        made = {
            "run": _made(RunConfig, values.get("run"), "run"),
            "evaluation": _made(EvaluationConfig, evaluation, "evaluation"),
            **{name: _made(Part, values[name], name) for name in settings.PARTS if name in values},
        }
        return _made(cls, {**values, **made}, "configuration")


#: Registry of the names of each part.
REGISTRIES = {
    "data": parts.SOURCES,
    "generator": parts.GENERATORS,
    "critic": parts.CRITICS,
    "loss": parts.LOSSES,
    "lipschitz": parts.LIPSCHITZ,
    "augmentation": parts.AUGMENTATIONS,
    "critic_optimizer": parts.OPTIMIZERS,
    "generator_optimizer": parts.OPTIMIZERS,
    "schedule": parts.SCHEDULES,
    "averaging": parts.AVERAGING,
}


def _made(kind: type[Made], values: Any, name: str) -> Made:
    """Make a dataclass from values that were read from a file."""
    if not isinstance(values, Mapping):
        raise ValueError(f"`{name}` must be an object. Received: {type(values).__name__}")
    _refuse_unknown(values, kind, name)
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"`{name}`: {error}") from error


def _refuse_unknown(values: Mapping[str, Any], kind: type, name: str) -> None:
    names = {field.name for field in dataclasses.fields(kind)}
    unknown = sorted(set(values) - names)
    if unknown:
        raise ValueError(f"`{name}` must have fields of {sorted(names)}. unknown: {unknown}")
