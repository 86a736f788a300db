"""The flags of a training: one for every setting of its configuration, and one for every field of `RunOptions`."""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import tyro

from keras_gan import parts
from keras_gan.registry import Registry
from keras_gan.settings import CONSTRAINTS, setting_name
from keras_gan.signatures import field_descriptions
from keras_gan.training.changes import OPTIMIZERS
from keras_gan.training.config import REGISTRIES, EvaluationConfig, ExperimentConfig, RunConfig
from keras_gan.training.options import RunOptions

#: Flags that `--help` shows with their descriptions.
COMMON = (
    *("preset", "data", "epochs", "batch_size", "n_critic", "seed", "loss", "lipschitz", "optimizer"),
    *("size", "quality_every", "out", "resume", "wandb", "notes"),
)

#: Parts that a flag selects by name, and the group that the flag is shown in.
SELECTIONS = {
    "generator": "generator",
    "critic": "critic",
    "loss": "common",
    "lipschitz": "common",
    "augmentation": "augmentation",
    "critic_optimizer": "optimizers",
    "generator_optimizer": "optimizers",
    "schedule": "optimizers",
    "averaging": "averaging",
}

#: Most names that `--help` shows beside a flag. More are in its description.
MOST_NAMES = 6

#: Other spellings of flags, by the names of the flags.
ALIASES = {
    "data": ("--dataset",),
    "augmentation": ("--augment",),
    "critic_learning_rate": ("--lr-critic",),
    "generator_learning_rate": ("--lr-generator",),
}


@dataclasses.dataclass(frozen=True)
class Flag:
    """One flag.

    Attributes:
        name: Its flat name.
        kind: Type of its value.
        default: Value without the flag.
        description: Description in `--help`.
        group: Group in `--help`.
        aliases: Other spellings. Defaults to none.
    """

    name: str
    kind: Any
    default: Any
    description: str
    group: str
    aliases: tuple[str, ...] = ()

    @property
    def option(self) -> str:
        """The flag as the user types it."""
        return f"--{self.name.replace('_', '-')}"


def flags_of(config: ExperimentConfig, options: RunOptions | None = None) -> list[Flag]:
    """Return the flags of a configuration, including those of its parts' arguments, and of the options of a run.

    Args:
        config: The configuration.
        options: Options with the defaults of their flags. Defaults to None, those of a new run.
    """
    flags = [
        Flag("preset", str, config.preset, "Preset that the values start from", "common"),
        Flag("data", str, config.data.name, "Set of images: a name, a folder, or a .zip, .npy or .npz file", "common"),
        *_fields(RunConfig, config.run, "run"),
        *(_choice(name, config, group) for name, group in SELECTIONS.items()),
        Flag(
            "optimizer", _names(parts.OPTIMIZERS), config.critic_optimizer.name, "Optimizer of both networks", "common"
        ),
        Flag("lr", float | None, None, "Learning rate of both optimizers. None: that of each", "optimizers"),
        *_constraints(config),
        *(flag for part in REGISTRIES for flag in _arguments(part, config)),
        *_shared(config),
        *_evaluation(config.evaluation),
        *_fields(RunOptions, options or RunOptions(), "watching"),
        # For `--help`: the command looks for it before it reads the others.
        Flag("find_batch_size", bool, False, "Find the largest batch size that fits, and train nothing", "run"),
    ]
    common = {name: place for place, name in enumerate(COMMON)}
    placed = [dataclasses.replace(flag, group="common") if flag.name in common else flag for flag in flags]
    return sorted(placed, key=lambda flag: common.get(flag.name, len(common)))


def flag_type(flags: Iterable[Flag]) -> type:
    """Return a dataclass for tyro, with a group of fields for each group of flags.

    Args:
        flags: The flags.
    """
    groups: dict[str, list[Flag]] = {}
    for flag in flags:
        groups.setdefault(flag.group, []).append(flag)
    fields = []
    for name, members in groups.items():
        kind = dataclasses.make_dataclass(name, [_field(flag) for flag in members], frozen=True)
        fields.append((name, Annotated[kind, tyro.conf.OmitArgPrefixes], dataclasses.field(default=kind())))
    return dataclasses.make_dataclass("flags", fields, frozen=True)


def _field(flag: Flag) -> tuple[str, Any, Any]:
    names = get_args(flag.kind) if get_origin(flag.kind) is Literal else ()
    is_long = len(names) > MOST_NAMES
    settings = tyro.conf.arg(
        help=f"{flag.description} One of {', '.join(map(str, names))}." if is_long else flag.description,
        metavar="NAME" if is_long else None,
        aliases=(*flag.aliases, *ALIASES.get(flag.name, ())),
    )
    return flag.name, Annotated[flag.kind, settings], dataclasses.field(default=flag.default)


def _fields(kind: type, values: Any, group: str) -> Iterator[Flag]:
    """Yield a flag for each field of a dataclass, described by the docstring below the field."""
    hints, texts = get_type_hints(kind), field_descriptions(kind)
    for field in dataclasses.fields(kind):
        yield Flag(field.name, hints[field.name], getattr(values, field.name), texts[field.name], group)


def _choice(name: str, config: ExperimentConfig, group: str) -> Flag:
    text = field_descriptions(ExperimentConfig)[name]
    return Flag(name, _names(REGISTRIES[name]), getattr(config, name).name, text, group)


def _names(registry: Registry) -> Any:
    """Return the names in a registry as the type of a flag."""
    return Literal[tuple(registry.names())]


def _constraints(config: ExperimentConfig) -> Iterator[Flag]:
    """Yield the flags of the two constraints that one value sets; the value is None if the constraint is not used."""
    for name, (argument, flat) in CONSTRAINTS.items():
        policy = config.lipschitz
        value = policy.arguments[argument] if policy.name == name else None
        text = parts.LIPSCHITZ.parameters(name)[argument].description
        aliases = (f"--lipschitz-{argument}",) if policy.name == name else ()
        yield Flag(flat, float | None, value, f"{text} None: not used.", "lipschitz", aliases)


def _arguments(part: str, config: ExperimentConfig) -> Iterator[Flag]:
    chosen = getattr(config, part)
    known = CONSTRAINTS.get(chosen.name, ("",))[0] if part == "lipschitz" else ""
    for argument, parameter in REGISTRIES[part].parameters(chosen.name).items():
        is_shared = part in OPTIMIZERS and argument != "learning_rate"
        if argument == known or is_shared:
            continue
        name, own = setting_name(part, argument), f"{part}_{argument}"
        aliases = () if name == own else (f"--{own.replace('_', '-')}",)
        group = "optimizers" if part in (*OPTIMIZERS, "schedule") else part
        kind = parameter.kind if parameter.kind is not Any else type(chosen.arguments[argument])
        yield Flag(name, kind, chosen.arguments[argument], parameter.description, group, aliases)


def _shared(config: ExperimentConfig) -> Iterator[Flag]:
    """Yield one flag for an argument of both optimizers; one for each if their values differ."""
    found: dict[str, list[Flag]] = {}
    for part in OPTIMIZERS:
        chosen = getattr(config, part)
        for argument, parameter in parts.OPTIMIZERS.parameters(chosen.name).items():
            if argument != "learning_rate":
                name, value = setting_name(part, argument), chosen.arguments[argument]
                flag = Flag(name, parameter.kind, value, parameter.description, "optimizers")
                found.setdefault(argument, []).append(flag)
    for argument, flags in found.items():
        if len({flag.default for flag in flags}) > 1:
            yield from flags
        else:
            # Under RMSprop, `--beta-2` sets what it calls ρ.
            aliases = ("--beta-2",) if argument == "rho" and "beta_2" not in found else ()
            yield dataclasses.replace(flags[0], name=argument, aliases=aliases)


def _evaluation(evaluation: EvaluationConfig) -> Iterator[Flag]:
    for flag in _fields(EvaluationConfig, evaluation, "evaluation"):
        if flag.name == "extractor":
            kind = _names(parts.EXTRACTORS)
            yield dataclasses.replace(flag, kind=kind, default=evaluation.extractor.name)
        else:
            yield dataclasses.replace(flag, name=f"quality_{flag.name}")
