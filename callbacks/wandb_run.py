"""A run on Weights & Biases: how it begins and ends, whatever the service does, and which charts it has."""

import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from keras_gan.callbacks._console import say

#: The charts, by section, of an epoch's logs and a grid of samples.
CHARTS = {
    "losses": ("d_loss", "d_loss_real", "d_loss_fake", "g_loss", "gradient_penalty", "wasserstein_distance"),
    "weights": ("critic_weight_mean", "critic_weight_std", "generator_weight_mean", "generator_weight_std"),
    "stability": ("dg_ratio", "clip_ratio", "loss_variance", "critic_gradient_norm", "generator_gradient_norm"),
    "quality": ("fid_score", "inception_score_mean", "inception_score_std", "pixel_variance"),
    "images": ("generated_images",),
    "optimisation": ("critic_learning_rate", "generator_learning_rate", "epoch_time"),
}

#: Keys whose summary is not their last value.
SUMMARIES = {"fid_score": "min"}

#: The name that each key of the logs bears on Weights & Biases, which groups charts by what stands before the slash.
CHART_NAMES = {key: f"{section}/{key}" for section, keys in CHARTS.items() for key in keys}

#: Seconds to wait for the service when a run begins, and for what is left to be uploaded when it ends.
BEGIN_TIMEOUT, END_TIMEOUT = 20, 60

DEFAULT_PROJECT = "keras-gan"

# Nothing of this machine goes into a run: no host, user, program, path, package list, git remote or console output.
_PRIVATE = {
    "console": "off",
    "disable_code": True,
    "disable_git": True,
    "disable_job_creation": True,
    "host": "",
    "program": "",
    "x_disable_machine_info": True,
    "x_disable_meta": True,
    "x_disable_stats": True,
    "x_save_requirements": False,
}

# Runs that were to be online when the service could not be reached.
_unreached: set[str] = set()


def init_wandb(
    name: str,
    config: dict[str, Any] | None = None,
    project: str | None = None,
    mode: Literal["online", "offline", "disabled"] | None = None,
    folder: str | Path = ".",
    run_id: str | None = None,
):
    """Begin a run on Weights & Biases.

    If the service cannot be reached, the run is offline instead, after one warning, and `finish_wandb` tries again.
    An earlier run of this process is finished first.

    Args:
        name: The run's name.
        config: What the run depends on, as JSON could hold it. Defaults to None, nothing.
        project: Its project. Defaults to None, `WANDB_PROJECT` or "keras-gan".
        mode: "online"; "offline", into files to be uploaded with `wandb sync`; or "disabled", nowhere. Defaults to
            None: `WANDB_MODE`, or else online if there is an API key and offline if there is none.
        folder: Where the run's files go, in a folder `wandb`. Defaults to the working directory.
        run_id: Id of the run to go on with. Defaults to None, a run of its own.

    Returns:
        The `wandb.Run`.

    Raises:
        ValueError: If `mode` is another, or `config` has a path of this machine or the API key.
    """
    import wandb  # Here and below: it takes a second to load, which only those who use it should wait for.

    if mode not in (None, "online", "offline", "disabled"):
        raise ValueError(f'`mode` must be "online", "offline", "disabled" or None. Received: mode={mode!r}')
    _refuse_private(config or {})
    if wandb.run is not None:
        finish_wandb(wandb.run)
    resolved = mode or os.environ.get("WANDB_MODE") or ("online" if _has_key() else "offline")

    def begin(mode, **options):
        settings = wandb.Settings(
            **_PRIVATE,
            init_timeout=BEGIN_TIMEOUT,
            finish_timeout=END_TIMEOUT,
            finish_timeout_raises=True,
            silent=True,
        )
        return wandb.init(
            project=project or os.environ.get("WANDB_PROJECT") or DEFAULT_PROJECT,
            name=name,
            config=config,
            mode=mode,
            dir=str(folder),
            id=run_id,
            settings=settings,
            **options,
        )

    if resolved == "online":
        try:
            run = begin("online", resume=None if run_id is None else "allow")
        except Exception as error:  # Whatever it is, it must not stop training.
            reason = (str(error) or repr(error)).splitlines()[0]
            warnings.warn(f"Weights & Biases cannot be reached, so the run is logged offline: {reason}", stacklevel=2)
            run = begin("offline")
            _unreached.add(run.settings.sync_dir)
            return run
        say(f"Weights & Biases: {run.url}")
        return run
    run = begin(resolved)
    if resolved == "offline":
        reason = "no API key, so the run is" if mode is None and "WANDB_MODE" not in os.environ else "the run is"
        say(f"Weights & Biases: {reason} logged offline. Upload it with: {_sync_command(run)}")
    return run


def define_wgan_charts(run=None):
    """Define the 23 charts of a Wasserstein GAN: each over epochs, with its summary.

    Args:
        run: The `wandb.Run`. Defaults to None, the one that `init_wandb` has begun last.

    Raises:
        ValueError: If there is no run.
    """
    run = current_run(run)
    run.define_metric("epoch", hidden=True)
    for key, chart in CHART_NAMES.items():
        run.define_metric(chart, step_metric="epoch", summary=SUMMARIES.get(key, "last"))


def current_run(run=None):
    """Return a run, or else the one that was begun last.

    Raises:
        ValueError: If there is none.
    """
    import wandb

    run = run or wandb.run
    if run is None:
        raise ValueError("There is no run on Weights & Biases: begin one with `init_wandb`, or give `run`")
    return run


def finish_wandb(run):
    """End a run. Uploading takes a minute at most; how to upload what is left then, on disk, is said.

    Args:
        run: The `wandb.Run`.
    """
    try:
        run.finish()
    except Exception as error:  # Whatever it is, the run's own files must still be written.
        warnings.warn(
            f"Weights & Biases has not taken all of the run ({error!r}). Upload the rest with: {_sync_command(run)}",
            stacklevel=2,
        )
        return
    if run.settings.sync_dir in _unreached:
        _unreached.discard(run.settings.sync_dir)
        _upload(run)


def _upload(run):
    """Try once more to upload a run that could not be online."""
    command = [sys.executable, "-m", "wandb", "sync", run.settings.sync_dir]
    try:
        # Its own log goes into a folder `wandb` where it is called.
        subprocess.run(command, check=True, capture_output=True, timeout=END_TIMEOUT, cwd=run.settings.root_dir)
    except (subprocess.SubprocessError, OSError):
        say(f"Weights & Biases still cannot be reached. Upload the run with: {_sync_command(run)}")
    else:
        say("Weights & Biases: the run is uploaded")


def last_run_id(folder: str | Path) -> str | None:
    """Return the id of the latest run whose files are in a folder, or None if there is none.

    Args:
        folder: What `init_wandb` was given.
    """
    names = (re.fullmatch(r"(?:offline-)?run-(\d+_\d+)-(\w+)", path.name) for path in Path(folder).glob("wandb/*"))
    return max(((match[1], match[2]) for match in names if match), default=(None, None))[1]


def _sync_command(run) -> str:
    return f"wandb sync {run.settings.sync_dir}"


def _has_key() -> bool:
    import wandb

    try:
        return wandb.login(prompt=False, verify=False)
    except wandb.Error as error:
        warnings.warn(f"The API key of Weights & Biases cannot be used, so the run is offline: {error}", stacklevel=3)
        return False


def _refuse_private(config: dict[str, Any]):
    key = os.environ.get("WANDB_API_KEY")
    for name, value in _leaves(config, "config"):
        if isinstance(value, os.PathLike) or (isinstance(value, str) and os.path.isabs(value)):
            raise ValueError(f"`config` must not tell where files are on this machine. Received: {name}={value}")
        if key and key in str(value):
            raise ValueError(f"`config` must not hold the API key. Received: it is in {name}")


def _leaves(value, name) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, element in value.items():
            yield from _leaves(element, f"{name}[{key!r}]")
    elif isinstance(value, (list, tuple)):
        for index, element in enumerate(value):
            yield from _leaves(element, f"{name}[{index}]")
    else:
        yield name, value
