"""Changes of a configuration, by the flat names of `keras_gan.settings`."""

import dataclasses
import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from keras_gan import parts
from keras_gan.checks import check_instance, shortened
from keras_gan.data.sources import BY_PATH, find_source
from keras_gan.registry import Registry
from keras_gan.settings import CONSTRAINTS, setting_name
from keras_gan.training.config import REGISTRIES, ExperimentConfig, Part, RunConfig

#: Optimizers of both networks, which the name `optimizer` sets together.
OPTIMIZERS = ("critic_optimizer", "generator_optimizer")

#: Short names of learning rates. `lr` is both, except those that are given.
SHORT_RATES = {"lr_critic": "critic_learning_rate", "lr_generator": "generator_learning_rate"}

RUN_NAMES = tuple(field.name for field in dataclasses.fields(RunConfig))

#: Flat names of fields of `EvaluationConfig`.
EVALUATION_NAMES = {"quality_every": "every", "quality_samples": "samples"}


def change(config: ExperimentConfig, /, **settings: Any) -> ExperimentConfig:
    """Return a configuration with some values changed.

    Args:
        config: The configuration to start from.
        **settings: New values by flat names: the fields of `RunConfig`, `quality_every`, `quality_samples`, parts, and
            arguments of parts, such as `generator_filters=(64, 32, 3)`. A part is given by its name, as in
            `generator="upsampling"`, as a `Part`, or as `{"name": ..., "arguments": {...}}`. `optimizer`, and an
            argument such as `beta_1`, set both optimizers. `lr` sets both learning rates; `lr_critic` and
            `lr_generator` set one, and win over `lr`. A part that replaces another starts with its own defaults;
            only an optimizer keeps the learning rate, and another folder or file of images the size and the like.

    Returns:
        The new configuration.

    Raises:
        ValueError: If a name is unknown, or a value is invalid.

    Example:

    ```python
    change(PRESETS["horses"], lipschitz="gradient_penalty", lipschitz_weight=5.0, epochs=100)
    ```
    """
    check_instance(config, "config", ExperimentConfig)
    remaining = _with_rates(settings)
    config = _select_parts(config, remaining)
    selected = config.lipschitz.name
    config = _set_constraint(config, remaining)
    if "lipschitz" in settings and config.lipschitz.name != selected:
        raise ValueError(
            f"`lipschitz` must go with the values of its own policy, {selected}. Received: also a value that selects "
            f"{config.lipschitz.name}"
        )
    if {"data", "dataset"} <= set(settings):
        raise ValueError("`data` and `dataset` are one setting: give one of them. Received: both")
    run = {name: remaining.pop(name) for name in RUN_NAMES if name in remaining}
    evaluation = {own: remaining.pop(name) for name, own in EVALUATION_NAMES.items() if name in remaining}
    changed = {part: _set_arguments(part, getattr(config, part), remaining) for part in REGISTRIES}
    optimizers = _set_shared(changed, remaining)
    if remaining:
        name = min(remaining)
        close = difflib.get_close_matches(name, setting_names(config), n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"`{name}` must be a setting of this run. Received: {name}={shortened(repr(remaining[name]))}.{hint}"
        )
    config = dataclasses.replace(
        config,
        run=dataclasses.replace(config.run, **run),
        evaluation=dataclasses.replace(config.evaluation, **evaluation),
    )
    return config.with_parts({**changed, **optimizers})


def _with_rates(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings in which the learning rates have their long names."""
    remaining = dict(settings)
    for short, name in SHORT_RATES.items():
        if short in remaining:
            if name in remaining:
                raise ValueError(f"`{short}` and `{name}` are one setting: give one of them. Received: both")
            remaining[name] = remaining.pop(short)
    if (rate := remaining.pop("lr", None)) is not None:
        for name in SHORT_RATES.values():
            # An optimizer that is replaced by a `Part` has its own rate.
            remaining.setdefault(name, rate)
    return remaining


def setting_names(config: ExperimentConfig) -> list[str]:
    """Return the flat names of all settings of a configuration."""
    arguments = ((part, argument) for part in REGISTRIES for argument in getattr(config, part).arguments)
    shared = {argument for part in OPTIMIZERS for argument in getattr(config, part).arguments}
    return sorted(
        {
            *RUN_NAMES,
            *EVALUATION_NAMES,
            *REGISTRIES,
            *("dataset", "optimizer", "extractor", "lr", *SHORT_RATES),
            *(flat for _, flat in CONSTRAINTS.values()),
            *(setting_name(*pair) for pair in arguments),
            *(shared - {"learning_rate"}),
        }
    )


def make_part(value: Any, registry: Registry) -> Part:
    """Return a part from any form in which a caller may give it.

    Args:
        value: A `Part`, a name, or a mapping with a name and arguments. For data, also a folder or a file.
        registry: Registry of the name.

    Raises:
        ValueError: If it is none of these.
    """
    if isinstance(value, Part):
        return value
    if isinstance(value, Mapping):
        unknown = sorted(set(value) - {"name", "arguments"})
        if "name" not in value or unknown:
            raise ValueError(f"`{registry.kind}` must have a name, and may have arguments. Received: {dict(value)}")
        return Part(str(value["name"]), value.get("arguments", {}))
    if registry is parts.SOURCES:
        return Part(*find_source(str(value)))
    registry.check(value)
    return Part(value)


def _select_parts(config: ExperimentConfig, remaining: dict[str, Any]) -> ExperimentConfig:
    """Set the parts that `remaining` names, and remove these names from it."""
    if "dataset" in remaining:
        remaining["data"] = remaining.pop("dataset")
    if "optimizer" in remaining:
        remaining.update(dict.fromkeys(OPTIMIZERS, remaining.pop("optimizer")) | _named(remaining, OPTIMIZERS))
    for name, registry in REGISTRIES.items():
        if name not in remaining:
            continue
        old, value = getattr(config, name), remaining.pop(name)
        new = make_part(value, registry)
        if isinstance(new.arguments, Mapping) and not new.arguments and new.name == old.name:
            continue
        if {old.name, new.name} <= set(BY_PATH) and not isinstance(value, (Part, Mapping)):
            taken = registry.parameters(new.name)
            new = Part(new.name, {**_named(old.arguments, taken), **new.arguments})
        if name in OPTIMIZERS and "learning_rate" in registry.parameters(new.name):
            new = Part(new.name, {"learning_rate": old.arguments.get("learning_rate"), **new.arguments})
        config = config.with_parts({name: new})
    if "extractor" in remaining:
        extractor = make_part(remaining.pop("extractor"), parts.EXTRACTORS)
        config = dataclasses.replace(config, evaluation=dataclasses.replace(config.evaluation, extractor=extractor))
    return config


def _named(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _set_constraint(config: ExperimentConfig, remaining: dict[str, Any]) -> ExperimentConfig:
    """Set the Lipschitz policy from `clip_threshold` and `gradient_penalty`, of which one at most may have a value."""
    flat_names = [flat for _, flat in CONSTRAINTS.values()]
    if not any(name in remaining for name in flat_names):
        return config
    policy, values = config.lipschitz, {}
    for name, (argument, flat) in CONSTRAINTS.items():
        present = policy.arguments.get(argument) if policy.name == name else None
        values[name] = remaining.pop(flat, present)
    chosen = [name for name, value in values.items() if value is not None]
    if len(chosen) > 1:
        raise ValueError(f"`{'` and `'.join(flat_names)}` exclude each other: set one to None")
    if not chosen:
        is_unaffected = policy.name not in CONSTRAINTS
        return config if is_unaffected else dataclasses.replace(config, lipschitz=Part("none"))
    argument = CONSTRAINTS[chosen[0]][0]
    kept = policy.arguments if policy.name == chosen[0] else {}
    return dataclasses.replace(config, lipschitz=Part(chosen[0], {**kept, argument: values[chosen[0]]}))


def _set_arguments(part: str, old: Part, remaining: dict[str, Any]) -> Part:
    """Return a part with the arguments that `remaining` sets, and remove their names from it."""
    new = {}
    for argument in old.arguments:
        given = [
            name for name in dict.fromkeys((setting_name(part, argument), f"{part}_{argument}")) if name in remaining
        ]
        if len(given) > 1:
            raise ValueError(f"`{'` and `'.join(given)}` are one setting: give one of them. Received: both")
        for name in given:
            new[argument] = remaining.pop(name)
    return Part(old.name, {**old.arguments, **new}) if new else old


def _set_shared(changed: Mapping[str, Part], remaining: dict[str, Any]) -> dict[str, Part]:
    """Return both optimizers with the arguments that `remaining` sets, and remove their names from it."""
    optimizers = {name: changed[name] for name in OPTIMIZERS}
    for name in list(remaining):
        takers = {part: own for part, old in optimizers.items() if (own := _own_name(name, old)) is not None}
        if takers:
            value = remaining.pop(name)
        for part, own in takers.items():
            old = optimizers[part]
            optimizers[part] = Part(old.name, {**old.arguments, own: value})
    return optimizers


def _own_name(name: str, optimizer: Part) -> str | None:
    """Return the name of an argument in an optimizer, or None if it is not there: Adam's β₂ is RMSprop's ρ."""
    if name in optimizer.arguments:
        return name
    return "rho" if name == "beta_2" and "rho" in optimizer.arguments else None
