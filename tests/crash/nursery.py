"""A process that has loaded everything, and starts runs in children: starting Python takes longer than these.

It reads lines of JSON, and answers each with a line: the child's exit status, and how many places it has passed.

    echo '{"out": "/tmp/runs", "target": 7}' | python -m crash.nursery
"""

import contextlib
import json
import os
import signal
import sys
import time
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import scipy.stats  # noqa: F401
from crash.faults import Faults
from PIL import Image

from keras_gan import data
from keras_gan.analysis.report import write as report_files
from keras_gan.training import experiment
from keras_gan.training.changes import change
from keras_gan.training.config import Part
from keras_gan.training.options import RunOptions, saved_options
from keras_gan.training.presets import PRESETS

Image.init()

# Figures take longer than these runs.
report_files.save_figures = lambda run, folder: {}

IMAGES = data.toy_horses(60, seed=0)

#: A run in which everything that may be random is, and every callback is on. An epoch has three steps.
CONFIG = change(
    PRESETS["horses_gp"],
    data=Part("array"),
    epochs=4,
    steps_per_epoch=3,
    batch_size=4,
    n_critic=2,
    generator_filters=(4, 4, 4, 3),
    generator_kernel_size=3,
    critic_filters=(4, 4),
    critic_strides=(4, 4),
    critic_kernel_size=3,
    quality_every=2,
    quality_samples=20,
    hold_out=0.4,
    averaging="exponential",
    averaging_half_life=30,
    augmentation="ada",
    augmentation_length=500,
)

OPTIONS = {"log_every": 1, "sample_every": 2, "checkpoint_every": 1, "tensorboard": True, "wandb": "off"}


def run(out: Path, options: dict[str, object], settings: dict[str, object]) -> None:
    """Train the run in a folder, from its beginning or from where it stands."""
    folder = out / "0001_horses_gp"
    if (folder / "config.json").exists():
        chosen = RunOptions(out=out, resume=folder, **{**saved_options(folder), **options})
    else:
        # Killed before there was a run: it begins anew, in the folder's place.
        if folder.exists():
            folder.rename(out / f"abandoned_{time.monotonic_ns()}")
        chosen = RunOptions(out=out, **{**OPTIONS, **options})
    experiment.prepare(change(CONFIG, **settings), chosen, IMAGES).train()


def child(request: dict[str, object], answer: int) -> None:
    """Do what was asked for, and write the number of places."""
    # SIGKILL and faults end the process; nothing of it may be printed among the answers.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if not request.get("loud"):
        os.dup2(1, 2)
    out = Path(str(request["out"]))
    out.mkdir(parents=True, exist_ok=True)
    faults = Faults(out, int(request.get("target", 0)))
    faults.install()
    warnings.simplefilter("ignore")
    error = ""
    try:
        run(out, dict(request.get("options", {})), dict(request.get("settings", {})))
    except (OSError, ValueError) as refusal:
        error = str(refusal)
    os.write(answer, json.dumps({"count": faults.count, "error": error}).encode())
    os._exit(1 if error else 0)


def main() -> None:
    """Answer requests until there are no more."""
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        reader, writer = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(reader)
            try:
                child(request, writer)
            finally:
                os._exit(3)
        os.close(writer)
        if request.get("seconds") is not None:
            time.sleep(float(request["seconds"]))
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        with os.fdopen(reader) as answer:
            said = answer.read()
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        print(json.dumps({"status": status, "count": 0, "error": "", **json.loads(said or "{}")}), flush=True)


if __name__ == "__main__":
    main()
