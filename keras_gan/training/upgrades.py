"""Upgrades of configurations that earlier versions wrote."""

from collections.abc import Mapping
from typing import Any

#: Version of config.json. A file without a version has version 1, in which all values are in one flat object.
VERSION = 2

#: Fields of version 1 that are now those of `RunConfig`.
_RUN = ("epochs", "batch_size", "n_critic", "seed", "deterministic", "mixed_precision", "steps_per_execution")

#: All other fields of version 1.
_OTHERS = (
    *("preset", "dataset", "clip_threshold", "gradient_penalty", "optimizer", "critic_learning_rate"),
    *("generator_learning_rate", "beta_1", "beta_2", "latent_dim", "generator_filters", "generator_kernel_size"),
    *("batch_norm_momentum", "critic_filters", "critic_strides", "critic_kernel_size"),
)


def upgrade(values: Any) -> dict[str, Any]:
    """Return the values of a config.json in the form of the current version.

    Args:
        values: Content of the file.

    Returns:
        The values without the version.

    Raises:
        ValueError: If the content is not an object, has a later version, or has other fields than its version.
    """
    if not isinstance(values, Mapping):
        raise ValueError(f"A configuration must be a JSON object. Received: {type(values).__name__}")
    values = dict(values)
    version = values.pop("version", 1)
    if version == VERSION:
        return values
    if version == 1:
        return _from_first(values)
    raise ValueError(f"`version` must be at most {VERSION}: install a later keras-gan. Received: version={version!r}")


def _from_first(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of version 1, whose files always have all fields, as parts."""
    names = {*_RUN, *_OTHERS}
    for kind, keys in (("unknown", set(values) - names), ("missing", names - set(values))):
        if keys:
            raise ValueError(f"A configuration of version 1 must have its {len(names)} fields. {kind}: {sorted(keys)}")
    return {
        "preset": values["preset"],
        "run": {name: values[name] for name in _RUN},
        "data": {"name": values["dataset"]},
        "generator": {
            "name": "upsampling",
            "arguments": {
                "latent_dim": values["latent_dim"],
                "filters": values["generator_filters"],
                "kernel_size": values["generator_kernel_size"],
                "batch_norm_momentum": values["batch_norm_momentum"],
            },
        },
        "critic": {
            "name": "convolutional",
            "arguments": {name: values[f"critic_{name}"] for name in ("filters", "strides", "kernel_size")},
        },
        "loss": {"name": "wasserstein"},
        "lipschitz": _lipschitz(values),
        "critic_optimizer": _optimizer(values, "critic"),
        "generator_optimizer": _optimizer(values, "generator"),
    }


def _lipschitz(values: Mapping[str, Any]) -> dict[str, Any]:
    threshold, weight = values["clip_threshold"], values["gradient_penalty"]
    if threshold is not None and weight is not None:
        raise ValueError("`clip_threshold` and `gradient_penalty` exclude each other: set one to None")
    if threshold is not None:
        return {"name": "weight_clipping", "arguments": {"threshold": threshold}}
    return {"name": "none"} if weight is None else {"name": "gradient_penalty", "arguments": {"weight": weight}}


def _optimizer(values: Mapping[str, Any], network: str) -> dict[str, Any]:
    rate = {"learning_rate": values[f"{network}_learning_rate"]}
    if values["optimizer"] == "adam":
        return {"name": "adam", "arguments": {**rate, "beta_1": values["beta_1"], "beta_2": values["beta_2"]}}
    # Version 1 stored the ρ of RMSprop as `beta_2`.
    return {"name": values["optimizer"], "arguments": {**rate, "rho": values["beta_2"]}}
