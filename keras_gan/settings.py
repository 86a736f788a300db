"""Flat names of what a configuration holds: those of the command line's flags and of a report's table.

An argument of a part is named after both, as `generator_filters`. The ones below have names of their own.
"""

from collections.abc import Mapping
from typing import Any

#: Parts of a configuration that are a name with arguments.
PARTS = (
    "data",
    "augmentation",
    "generator",
    "critic",
    "loss",
    "lipschitz",
    "critic_optimizer",
    "generator_optimizer",
    "schedule",
    "averaging",
)

#: Parts that configurations of this version did not have at first, as they are without them.
LATER_PARTS = {"schedule": {"name": "constant", "arguments": {}}}

#: Parts whose names come before all their arguments in a table.
NAMED = ("loss", "schedule", "augmentation", "averaging")

#: Arguments whose flat name is not that of the part and their own.
NAMES = {
    ("data", "size"): "size",
    ("data", "fit"): "fit",
    ("data", "background"): "background",
    ("data", "alpha"): "alpha",
    ("data", "skip_unreadable"): "skip_unreadable",
    ("generator", "latent_dim"): "latent_dim",
    ("generator", "batch_norm_momentum"): "batch_norm_momentum",
    ("critic_optimizer", "learning_rate"): "critic_learning_rate",
    ("generator_optimizer", "learning_rate"): "generator_learning_rate",
}

#: Lipschitz policies that are known by the value of their one argument, and its flat name.
CONSTRAINTS = {"weight_clipping": ("threshold", "clip_threshold"), "gradient_penalty": ("weight", "gradient_penalty")}


def setting_name(part: str, argument: str) -> str:
    """Return the flat name of a part's argument.

    Args:
        part: One of `PARTS`.
        argument: The argument's own name.
    """
    return NAMES.get((part, argument), f"{part}_{argument}")


def flatten(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration under flat names.

    Args:
        config: What a `config.json` holds. One without parts is flat already, as those of other programs.

    Returns:
        Names and values. An optimizer's arguments have one name where both networks' optimizers agree.
    """
    completed = {**LATER_PARTS, **config}
    if not isinstance(config.get("run"), Mapping) or not all(_is_part(completed.get(part)) for part in PARTS):
        return dict(config)
    config = completed
    evaluation = config.get("evaluation")
    evaluation = evaluation if isinstance(evaluation, Mapping) else {}
    return {
        "preset": config.get("preset"),
        "dataset": config["data"]["name"],
        **_arguments(config, "data"),
        **config["run"],
        **constraint_settings(config["lipschitz"]),
        **optimizer_settings(config),
        **_arguments(config, "generator", "critic"),
        **{part: config[part]["name"] for part in ("generator", "critic", *NAMED)},
        **_arguments(config, *NAMED),
        **{f"quality_{name}": value for name, value in evaluation.items() if name != "extractor"},
    }


def _is_part(value: Any) -> bool:
    is_mapping = isinstance(value, Mapping) and isinstance(value.get("arguments"), Mapping)
    return is_mapping and isinstance(value.get("name"), str)


def _arguments(config: Mapping[str, Any], *parts: str) -> dict[str, Any]:
    pairs = ((part, argument, value) for part in parts for argument, value in config[part]["arguments"].items())
    return {setting_name(part, argument): value for part, argument, value in pairs}


def constraint_settings(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return a Lipschitz policy under flat names.

    Args:
        policy: Its name and its arguments, as a `config.json` holds them.
    """
    name, arguments = policy["name"], dict(policy["arguments"])
    values = {flat: None for _, flat in CONSTRAINTS.values()}
    if name in CONSTRAINTS:
        argument, flat = CONSTRAINTS[name]
        values[flat] = arguments.pop(argument, None)
    elif name != "none":
        values = {"lipschitz": name}
    return {**values, **{setting_name("lipschitz", argument): value for argument, value in arguments.items()}}


def optimizer_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return both optimizers under flat names, with one name for the arguments in which they agree.

    Args:
        config: Names and arguments of `critic_optimizer` and `generator_optimizer`, as a `config.json` holds them.
    """
    critic, generator = config["critic_optimizer"], config["generator_optimizer"]
    rates = _arguments(config, "critic_optimizer", "generator_optimizer")
    if critic["name"] != generator["name"]:
        return {"critic_optimizer": critic["name"], "generator_optimizer": generator["name"], **rates}
    shared = {
        argument: value
        for argument, value in critic["arguments"].items()
        if argument != "learning_rate" and generator["arguments"].get(argument) == value
    }
    own = {
        name: value
        for name, value in rates.items()
        if name.removeprefix("critic_optimizer_").removeprefix("generator_optimizer_") not in shared
    }
    return {"optimizer": critic["name"], **own, **shared}
