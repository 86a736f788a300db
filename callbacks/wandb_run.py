"""A run on Weights & Biases: how it begins and ends, whatever the service does."""

import contextlib
import functools
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from keras_gan.callbacks._background import call_within
from keras_gan.callbacks.charts import CHART_NAMES, SUMMARIES
from keras_gan.checks import check_interface, check_mapping, check_text, checked_path
from keras_gan.console import say

if TYPE_CHECKING:
    import wandb

#: Seconds to wait for the service when a run begins, and for what is left to be uploaded when it ends.
BEGIN_TIMEOUT, END_TIMEOUT = 20, 60

DEFAULT_PROJECT = "keras-gan"

# Nothing of this machine goes into a run: no host, user, program, path, package list, git remote or console output.
_PRIVATE: dict[str, Any] = {
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

# Folders of runs that were to be online and could not.
_to_upload: set[str] = set()


def init_wandb(
    name: str | None,
    config: dict[str, Any] | None = None,
    project: str | None = None,
    mode: Literal["online", "offline", "disabled"] | None = None,
    folder: str | Path = ".",
    run_id: str | None = None,
) -> "wandb.Run":
    """Begin a run on Weights & Biases.

    If the run cannot be online, it is offline instead, after one warning, and `finish_wandb` tries to upload it; if not
    even that, nothing is logged. An earlier run of this process is finished first.

    Args:
        name: The run's name; None leaves it to Weights & Biases.
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
    for argument, text in (("name", name), ("project", project), ("run_id", run_id)):
        if text is not None:
            check_text(text, argument)
    if config is not None:
        check_mapping(config, "config")
    checked_path(folder, "folder")
    _refuse_private(config or {})
    if wandb.run is not None:
        finish_wandb(wandb.run)
    wanted = mode or os.environ.get("WANDB_MODE")
    project = project or os.environ.get("WANDB_PROJECT") or DEFAULT_PROJECT
    begin = functools.partial(_begin, name=name, config=config, project=project, dir=str(folder), id=run_id)
    if wanted == "disabled":
        return begin("disabled")
    if wanted == "offline" or (wanted is None and not _has_key()):
        return _begin_offline(begin, "the run is" if wanted else "no API key, so the run is")
    return _begin_online(begin, resume=None if run_id is None else "allow")


def _begin(mode: Literal["online", "offline", "disabled"], **options: Any) -> "wandb.Run":
    import wandb

    settings = wandb.Settings(
        **_PRIVATE, init_timeout=BEGIN_TIMEOUT, finish_timeout=END_TIMEOUT, finish_timeout_raises=True, silent=True
    )
    return wandb.init(mode=mode, settings=settings, **options)


def _begin_online(begin: Callable[..., "wandb.Run"], resume: str | None) -> "wandb.Run":
    try:
        # Else wandb would ask for one, or wait for nobody to answer.
        if not _has_key():
            raise RuntimeError("there is no API key")
        run = begin("online", resume=resume)
    except Exception as error:  # Whatever it is, it must not stop training.
        reason = (str(error) or repr(error)).splitlines()[0]
        message = f"Weights & Biases cannot be online, so the run is logged offline and uploaded at its end: {reason}"
        warnings.warn(message, stacklevel=3)
        run = _begin_offline(begin)
        _to_upload.add(run.settings.sync_dir)
    else:
        say(f"Weights & Biases: {run.url}")
    return run


def _begin_offline(begin: Callable[..., "wandb.Run"], reason: str | None = None) -> "wandb.Run":
    """Begin an offline run, saying how to upload it if there is a reason to; a disabled one if that is impossible."""
    try:
        run = begin("offline")
    except Exception as error:  # As above.
        warnings.warn(f"Weights & Biases cannot be used, so nothing is logged there: {error!r}", stacklevel=4)
        return begin("disabled")
    if reason is not None:
        say(f"Weights & Biases: {reason} logged offline. Upload it with: {_sync_command(run)}")
    return run


def define_wgan_charts(run: "wandb.Run | None" = None) -> None:
    """Define the 23 charts of a Wasserstein GAN: each over epochs, with its summary.

    Args:
        run: The `wandb.Run`. Defaults to None, the one that was begun last.

    Raises:
        ValueError: If there is no run.
    """
    run = current_run(run)
    run.define_metric("epoch", hidden=True)
    for key, chart in CHART_NAMES.items():
        run.define_metric(chart, step_metric="epoch", summary=SUMMARIES.get(key, "last"))


def current_run(run: "wandb.Run | None" = None) -> "wandb.Run":
    """Return a run, or else the one that was begun last.

    Args:
        run: The `wandb.Run`. Defaults to None.

    Raises:
        ValueError: If there is none.
    """
    import wandb

    run = wandb.run if run is None else run
    if run is None:
        raise ValueError("There is no run on Weights & Biases: begin one with `init_wandb`, or give `run`")
    check_run(run)
    return run


def check_run(run: Any) -> None:
    """Refuse what is no run on Weights & Biases.

    Args:
        run: The argument of a function.

    Raises:
        TypeError: If it lacks what is called of a run.
    """
    check_interface(run, "run", ("log", "finish"))


def finish_wandb(run: "wandb.Run | None" = None) -> None:
    """End a run. Uploading takes a minute at most; how to upload what is left then, on disk, is said.

    Args:
        run: The `wandb.Run`. Defaults to None, the one that was begun last.

    Raises:
        ValueError: If there is no run.
    """
    run = current_run(run)
    try:
        _finish(run)
    finally:
        _leave_out_folders(run)


def _finish(run: "wandb.Run") -> None:
    try:
        # wandb keeps to its own limit, but would wait without end for a process that hangs.
        call_within(2 * END_TIMEOUT, run.finish)
    except Exception as error:  # As above.
        warnings.warn(
            f"Weights & Biases has not taken all of the run ({error!r}). Upload the rest with: {_sync_command(run)}",
            stacklevel=3,
        )
        return
    if run.settings.sync_dir in _to_upload:
        _to_upload.discard(run.settings.sync_dir)
        reason = _upload(run)
        if reason is None:
            say("Weights & Biases: the run is uploaded")
        else:
            say(f"Weights & Biases: the run is not uploaded ({reason}). Upload it with: {_sync_command(run)}")


def _leave_out_folders(run: "wandb.Run") -> None:
    """Leave the folders above the run out of wandb's own logs: a run may be shared, and they may name the user."""
    for path in Path(run.settings.sync_dir).glob("logs/*.log"):
        text = path.read_text(encoding="utf-8", errors="replace")
        for folder in (Path(run.settings.root_dir).absolute(), Path.home()):
            text = text.replace(str(folder), "…")
        with contextlib.suppress(OSError):  # It is of no use to the run.
            path.write_text(text, encoding="utf-8")


def _upload(run: "wandb.Run") -> str | None:
    """Try once more to upload a run that could not be online; return why it could not."""
    command = [sys.executable, "-m", "wandb", "sync", run.settings.sync_dir]
    try:
        # Its own log goes into a folder `wandb` where it is called.
        subprocess.run(command, check=True, capture_output=True, timeout=END_TIMEOUT, cwd=run.settings.root_dir)
    except subprocess.TimeoutExpired:
        return f"no answer within {END_TIMEOUT} seconds"
    except subprocess.CalledProcessError as error:
        return error.stderr.decode(errors="replace").strip().split("\n")[-1] or str(error)
    except OSError as error:
        return str(error)
    return None


def last_run_id(folder: str | Path) -> str | None:
    """Return the id of the latest run whose files are in a folder, or None if there is none.

    Args:
        folder: What `init_wandb` was given.
    """
    folder = checked_path(folder, "folder")
    names = (re.fullmatch(r"(?:offline-)?run-(\d+_\d+)-(\w+)", path.name) for path in folder.glob("wandb/*"))
    return max(((match[1], match[2]) for match in names if match), default=(None, None))[1]


def _sync_command(run: "wandb.Run") -> str:
    return f"wandb sync {run.settings.sync_dir}"


def _has_key() -> bool:
    import wandb

    try:
        return wandb.login(prompt=False, verify=False)
    except wandb.Error as error:
        warnings.warn(f"The API key of Weights & Biases cannot be used: {error}", stacklevel=4)
        return False


def _refuse_private(config: dict[str, Any]) -> None:
    key, home = os.environ.get("WANDB_API_KEY"), os.path.join(Path.home(), "")
    for name, value in _leaves(config, "config"):
        if key and (key in name or key in str(value)):
            raise ValueError(f"`config` must not hold the API key. Received: it is in {name.replace(key, '…')}")
        is_path = isinstance(value, str) and (os.path.isabs(value) or value.startswith("~"))
        if isinstance(value, os.PathLike) or is_path or (home != os.sep and home in f"{name} {value}"):
            raise ValueError(f"`config` must not tell where files are on this machine. Received: {name}={value}")


def _leaves(value: object, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, element in value.items():
            yield from _leaves(element, f"{name}[{key!r}]")
    elif isinstance(value, (list, tuple, set, frozenset)):
        for index, element in enumerate(value):
            yield from _leaves(element, f"{name}[{index}]")
    else:
        yield name, value
