"""What is known of a run of `fit`, under the flat names that configurations of the command have."""

import inspect
import json
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from keras_gan import models, parts
from keras_gan.files import replace_text
from keras_gan.networks.dcgan import critic_filters, generator_filters
from keras_gan.reading import read_json
from keras_gan.settings import constraint_settings, flatten, optimizer_settings
from keras_gan.signatures import HOUSEKEEPING

#: Arguments of an optimizer that other settings hold.
KNOWN_OTHERWISE = (*HOUSEKEEPING, "learning_rate")

#: Settings in which a run that goes on may differ from its beginning: callbacks change the rates.
MAY_CHANGE = ("epochs", "critic_learning_rate", "generator_learning_rate")


def describe(model: keras.Model, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a compiled model and of its `fit`, as far as they are known.

    Args:
        model: The model. Of one that is no `GAN`, only the number of parameters is told.
        params: The `params` of a callback of this `fit`: "epochs", and "steps" an epoch.

    Returns:
        Values by flat names. A setting that is not known is left out; a constraint that the model does not have is
        None.
    """
    run = {"epochs": params.get("epochs"), "steps_per_epoch": params.get("steps")}
    if not isinstance(model, models.GAN):
        return _known({**run, "parameters": model.count_params() if getattr(model, "built", False) else None})
    optimizers = {name: _optimizer(getattr(model, name)) for name in ("critic_optimizer", "generator_optimizer")}
    loss = _part(model.adversarial_loss)
    return {
        **_known({**run, "batch_size": model.batch_size, "n_critic": model.n_critic, "seed": model.seed}),
        **constraint_settings({"name": "none", "arguments": {}} if model.lipschitz is None else _part(model.lipschitz)),
        **optimizer_settings(optimizers),
        **_latents(model.latent_shape),
        **_network("generator", "upsampling", model.generator, generator_filters(model.generator)),
        **_network("critic", "convolutional", model.critic, critic_filters(model.critic)),
        "image_shape": list(model.image_shape),
        "augmentation": "none" if model.augmentation is None else _part(model.augmentation)["name"],
        **_averaging(model.averaging),
        "loss": loss["name"],
        **{f"loss_{name}": value for name, value in loss["arguments"].items()},
    }


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write settings to a file; a value that JSON does not have becomes text."""
    replace_text(path, json.dumps(dict(values), indent=2, default=str) + "\n")


def record_settings(path: Path, settings: Mapping[str, Any]) -> None:
    """Write the settings of a run to its `config.json`, or compare them with those that are there.

    A file that is there keeps its settings. Only the number of epochs becomes that of the present `fit`.

    Args:
        path: The file.
        settings: What `describe` returns.

    Raises:
        ValueError: If the file is there and is no JSON object.

    Warns:
        UserWarning: If it has other settings: training goes on as another run.
    """
    if not path.exists():
        write_json(path, settings)
        return
    saved = read_json(path)
    before, now = flatten(saved), json.loads(json.dumps(dict(settings), default=str))
    compared = [name for name in now if name in before and name not in MAY_CHANGE]
    changes = [f"{name} {before[name]} → {now[name]}" for name in compared if before[name] != now[name]]
    if changes:
        warnings.warn(
            f"{path} has other settings, so this is another run: {', '.join(changes)}. A new run needs another folder",
            stacklevel=3,
        )
    if "epochs" in saved and "epochs" in now:
        write_json(path, {**saved, "epochs": now["epochs"]})


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _latents(shape: tuple[int, ...]) -> dict[str, Any]:
    return {"latent_dim": shape[0]} if len(shape) == 1 else {"latent_shape": list(shape)}


def _averaging(policy: models.AveragingPolicy | None) -> dict[str, Any]:
    if policy is None:
        return {}
    part = _part(policy)
    arguments = {f"averaging_{name}": value for name, value in part["arguments"].items()}
    return {"averaging": part["name"].removesuffix("_averaging"), **arguments}


def _network(role: str, name: str, network: keras.Model, filters: tuple[int, ...] | None) -> dict[str, Any]:
    if filters is None:
        return {f"{role}_parameters": network.count_params()}
    return {role: name, f"{role}_filters": list(filters)}


def _part(made: Any) -> dict[str, Any]:
    """Return a part's name, such as "gradient_penalty" for `GradientPenalty`, and its arguments."""
    own = inspect.signature(type(made)).parameters
    arguments = {name: value for name, value in made.get_config().items() if name in own and name not in HOUSEKEEPING}
    return {"name": re.sub(r"(?<=[a-z\d])(?=[A-Z])", "_", type(made).__name__).lower(), "arguments": arguments}


def _optimizer(optimizer: keras.optimizers.Optimizer) -> dict[str, Any]:
    """Return an optimizer's name and arguments: those that the command has too, and others that are not the default."""
    rate = float(keras.ops.convert_to_numpy(optimizer.learning_rate))
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # A LossScaleOptimizer has one.
    name, own = type(optimizer).__name__.lower(), inspect.signature(type(optimizer)).parameters
    of_command = parts.OPTIMIZERS.parameters(name) if name in parts.OPTIMIZERS.names() else {}
    arguments = {
        key: value
        for key, value in optimizer.get_config().items()
        if key in own and key not in KNOWN_OTHERWISE and (key in of_command or value != own[key].default)
    }
    # Rounded to the digits of a float32.
    return {"name": name, "arguments": {"learning_rate": float(f"{rate:.7g}"), **arguments}}
