"""What is read from anywhere: valid files and command lines, their damage, and what reads them."""

import contextlib
import dataclasses
import io
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import keras
import numpy as np
from fuzz import mutations
from helpers import small_critic, small_generator
from PIL import Image

from keras_gan import WGAN, WeightClipping, load_images, load_model
from keras_gan.analysis.run.saved_run import load_run
from keras_gan.callbacks.quality_monitor import check_provenance
from keras_gan.cli import main as command
from keras_gan.data.grids import read_grid, save_grid
from keras_gan.data.horses import ARCHIVE_NAME, load_horses
from keras_gan.metrics.evaluation import Provenance
from keras_gan.training.build import build_model
from keras_gan.training.environment import check_environment, record_resume
from keras_gan.training.going_on import check_files
from keras_gan.training.presets import PRESETS
from keras_gan.training.run_folder import load_config

EPOCHS = 30

PROVENANCE = Provenance("cifar10-resnet", "ab", "none", "cd", 60, 600)

ENVIRONMENT = {"backend": "tensorflow", "versions": {"keras": "3.15.1"}, "data": {"images": 60, "sha256": "ab"}}


class AcceptedError(Exception):
    """Arguments were taken, and the work would begin."""


@dataclasses.dataclass(frozen=True)
class Subject:
    """A kind of input.

    Attributes:
        name: Its name.
        files: Valid files, relative to the folder of inputs, of which one is damaged.
        damage: Function of random numbers and a file's bytes that returns other bytes.
        read: Functions of the folder of inputs and the damaged file. They may raise ValueError and OSError.
        share: How many inputs are of this kind, relative to the others.
    """

    name: str
    files: tuple[str, ...]
    damage: Callable[[random.Random, bytes], bytes]
    read: tuple[Callable[[Path, Path], object], ...]
    share: int


def write_inputs(folder: Path) -> None:
    """Write a valid file of each kind."""
    _write_run(folder / "run")
    (folder / "pictures").mkdir()
    images = np.random.default_rng(0).integers(0, 256, (60, 32, 32, 3), dtype=np.uint8)
    for name in ("a.png", "b.jpg", "c.gif", "d.webp", "e.bmp", "f.tif"):
        Image.fromarray(images[0]).save(folder / "pictures" / name)
    Image.fromarray(images[0]).convert("P").save(folder / "pictures" / "g.png", transparency=0)
    np.save(folder / "images.npy", images[:3])
    np.savez(folder / "images.npz", images=images[:3], labels=np.arange(3))
    np.savez_compressed(folder / ARCHIVE_NAME, x_train=images[:20], x_test=images[:5])
    shutil.make_archive(str(folder / "pictures"), "zip", folder / "pictures")
    keras.utils.set_random_seed(0)
    gan = WGAN(small_generator(), small_critic(), WeightClipping(0.01), 2, seed=1)
    gan.compile(keras.optimizers.RMSprop(1e-3), keras.optimizers.RMSprop(1e-3))
    gan.save(folder / "gan.keras")
    gan.generator.save(folder / "generator.keras")


def _write_run(folder: Path) -> None:
    """Write a run of thirty epochs by hand."""
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "samples").mkdir()
    config = json.loads(PRESETS["demo"].to_json())
    resumes = [{"epoch": 10, "versions": {"keras": "3.15.0"}, "changes": {"critic_learning_rate": [1e-4, 1e-5]}}]
    about = {"started": "2026-01-07", "notes": "Baseline", "wandb_url": "https://w/1", "diverged": None, "copies": ""}
    best = {"monitor": "fid_score", "mode": "min", "value": 12.5, "epochs": 20}
    texts = {"config.json": config, "environment.json": {**ENVIRONMENT, "resumes": resumes}, "run.json": about}
    for name, value in {**texts, "checkpoints/best.json": best}.items():
        (folder / name).write_text(json.dumps(value, indent=2))
    rows = [f"{epoch},{-2 - epoch / 100:.3f},{epoch / 10:.2f},-3,1,{2 + epoch / 100:.3f}" for epoch in range(EPOCHS)]
    header = "epoch,d_loss,g_loss,d_loss_real,d_loss_fake,wasserstein_distance"
    (folder / "losses.csv").write_text("\n".join([header, *rows]) + "\n")
    provenance = dataclasses.asdict(PROVENANCE)
    place = {
        "ladder_position": 0.4,
        "ladder_agreement": 0.8,
        "worse_than": "blur_1",
        "better_than": "",
        "weakest": "recall",
    }
    columns = ["epoch", "fid_score", "recall", *place, *provenance]
    values = [[epoch, 50.0, 0.5, *place.values(), *provenance.values()] for epoch in range(9, EPOCHS, 10)]
    (folder / "quality.csv").write_text("\n".join(",".join(map(str, row)) for row in [columns, *values]) + "\n")
    for name in ("epoch_000010.png", "epoch_000020.png", "real.png"):
        save_grid(np.random.default_rng(1).uniform(-1, 1, (4, 8, 8, 3)), folder / "samples" / name)


def call(*arguments: str) -> Callable[[Path, Path], None]:
    """Return a reader that runs the command in the folder of inputs."""
    return lambda folder, path: run_command(list(arguments))


def run_command(arguments: list[str]) -> None:
    """Run the command in this process; raise ValueError with its line if it refuses the arguments.

    A training, a grid of trainings and an evaluation do not begin: AcceptedError is raised in their place.
    """
    out, err = io.StringIO(), io.StringIO()
    stubs = ("train.load_training_images", "triage_grid.run_triage", "evaluation.evaluate")
    with contextlib.ExitStack() as stack:
        for name in stubs:
            stack.enter_context(mock.patch(f"keras_gan.cli.{name}", side_effect=AcceptedError))
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(err))
        try:
            command.main(arguments)
        except SystemExit as stop:
            if stop.code in (0, None):
                return
            if stop.code != 2 or err.getvalue().count("\n") != 1:
                raise RuntimeError(f"exit {stop.code}: {err.getvalue()[-2000:]}") from None
            raise ValueError(err.getvalue().rstrip("\n")) from None


def _damaged_by_kind(chance: random.Random, content: bytes) -> bytes:
    """Damage a file of a run as what it is: JSON, a table, or a picture."""
    kinds = {b"{": mutations.damaged_json, b"e": mutations.damaged_table}
    return kinds.get(content[:1], mutations.damaged_bytes)(chance, content)


def load_pictures(folder: Path, path: Path) -> None:
    """Load the images of the damaged file, or of the folder of pictures that it is in."""
    load_images(path.parent if path.parent.name == "pictures" else path, size=8, cache=folder / "cache")


def check_resumed(folder: Path, path: Path) -> None:
    """Check what the damaged file says when its run is resumed."""
    run = folder / "run"
    check_files(run, EPOCHS)
    check_environment(run, ENVIRONMENT)
    # Under the versions of the last resume: nothing is to be recorded.
    record_resume(run, {**ENVIRONMENT, "versions": {"keras": "3.15.0"}}, PRESETS["demo"], EPOCHS)
    check_provenance(run / "quality.csv", EPOCHS, PROVENANCE)


def build_run(folder: Path, path: Path) -> None:
    """Build the model that the damaged configuration describes. An error names a part of the configuration."""
    config = load_config(folder / "run")
    try:
        build_model(config, (60, 32, 32, 3))
    except ValueError as error:
        raise ValueError(f"{path if '`' in str(error) else ''}: {error}") from error
    finally:
        keras.utils.clear_session()


RUN = (lambda folder, path: load_run(folder / "run"), call("diagnose", "run"), check_resumed)
TABLE = call("diagnose", "run/losses.csv", "--columns", "epoch=epoch")
PICTURES = tuple(f"pictures/{name}" for name in ("a.png", "b.jpg", "c.gif", "d.webp", "e.bmp", "f.tif", "g.png"))
REPORTED = ("losses.csv", "quality.csv", "config.json", "run.json", "samples/epoch_000020.png")

SUBJECTS = (
    Subject("config", ("run/config.json",), mutations.damaged_json, (build_run, *RUN), 900),
    Subject("run", ("run/run.json",), mutations.damaged_json, RUN, 450),
    Subject("best", ("run/checkpoints/best.json",), mutations.damaged_json, (check_resumed,), 350),
    Subject("environment", ("run/environment.json",), mutations.damaged_json, RUN, 450),
    Subject("losses", ("run/losses.csv",), mutations.damaged_table, (*RUN, TABLE), 700),
    Subject("quality", ("run/quality.csv",), mutations.damaged_table, RUN, 650),
    Subject("report", tuple(f"run/{name}" for name in REPORTED), _damaged_by_kind, (call("report", "run"),), 60),
    Subject("npy", ("images.npy",), mutations.damaged_bytes, (load_pictures,), 500),
    Subject("npz", ("images.npz",), mutations.damaged_archive({}), (load_pictures,), 450),
    Subject("horses", (ARCHIVE_NAME,), mutations.damaged_archive({}), (lambda f, p: load_horses(f),), 200),
    Subject("zip", ("pictures.zip",), mutations.damaged_archive({}), (load_pictures,), 200),
    Subject("pictures", PICTURES, mutations.damaged_bytes, (load_pictures,), 400),
    Subject(
        "grids",
        ("run/samples/epoch_000020.png",),
        mutations.damaged_bytes,
        (lambda f, p: read_grid(p), call("diagnose", "run")),
        250,
    ),
    Subject(
        "models",
        ("generator.keras", "gan.keras"),
        mutations.damaged_archive({"config.json": mutations.damaged_json}),
        (lambda f, p: load_model(p),),
        400,
    ),
)

#: Command lines that are damaged.
COMMANDS = (
    ("train", "demo", "--data", "toy", "--epochs", "3", "--batch-size", "4", "--wandb", "off", "--lr", "1e-4"),
    ("train", "--preset", "wgan_small", "--data", "pictures", "--size", "64x64", "--generator-filters", "8", "4", "3"),
    ("train", "--resume", "run", "--epochs", "40", "--quality-every", "0", "--notes", "mine"),
    (
        "train",
        "demo",
        "--lipschitz",
        "gradient_penalty",
        "--lipschitz.weight",
        "5",
        "--augment",
        "ada",
        "--n-critic",
        "2",
    ),
    ("evaluate", "images.npy", "--real", "toy", "--seed", "1", "--bootstrap", "10", "--out", "figures.json"),
    (
        "generate",
        "generator.keras",
        "--n",
        "3",
        "--out",
        "out.png",
        "--columns",
        "2",
        "--seed",
        "1",
        "--batch-size",
        "2",
    ),
    ("generate", "gan.keras", "--walk", "1", "2", "--steps", "3", "--out", "out.gif", "--truncation", "1.5"),
    ("diagnose", "run", "--samples", "images.npy", "--real", "images.npy"),
    ("diagnose", "run/losses.csv", "--columns", "d_loss=g_loss", "g_loss=d_loss", "--loss", "cross-entropy"),
    ("report", "--compare", "run", "run"),
    ("report", "--log", "--runs", "run"),
    ("triage", "demo", "--seeds", "1", "2", "--batch-sizes", "4", "8", "--out", "grid", "--epochs", "3"),
    ("--version",),
    ("--tyro-print-completion", "bash"),
)

#: How many inputs are command lines, relative to the other kinds.
COMMAND_SHARE = 700
