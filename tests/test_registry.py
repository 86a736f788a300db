"""Parts of a user's own: registered from outside the package, trained with, resumed and evaluated."""

import dataclasses
import inspect
import json
import os
import shutil
from typing import Any

import numpy as np
import pytest
from helpers import cache_apart

from keras_gan import parts
from keras_gan.checks import Positive
from keras_gan.losses import Hinge
from keras_gan.registry import Registry
from keras_gan.signatures import HOUSEKEEPING, field_descriptions, read_parameters
from keras_gan.training.config import ExperimentConfig

#: A package with one part of each kind.
OWN_PARTS = '''
"""Parts of somebody's own."""

import keras
import numpy as np

import keras_gan as kg
from keras_gan.losses import Hinge
from keras_gan.models import LipschitzPolicy


def dense_generator(latent_dim: int = 6, width: int = 8) -> keras.Model:
    """Build a generator.

    Args:
        latent_dim: Length of a latent.
        width: Width of the hidden layer.
    """
    layers = [keras.layers.Dense(width, "relu"), keras.layers.Dense(192, "tanh"), keras.layers.Reshape((8, 8, 3))]
    return keras.Sequential([keras.Input((latent_dim,)), *layers])


def dense_critic(image_shape: tuple[int, int, int], width: int = 8) -> keras.Model:
    """Build a critic."""
    layers = [keras.layers.Flatten(), keras.layers.Dense(width, "relu"), keras.layers.Dense(1)]
    return keras.Sequential([keras.Input(image_shape), *layers])


@keras.saving.register_keras_serializable("own_parts")
class SoftHinge(Hinge):
    """A loss."""


@keras.saving.register_keras_serializable("own_parts")
class WeightDecay(LipschitzPolicy):
    """Shrink the critic's weights after each update.

    Args:
        factor: What they are multiplied by.
    """

    def __init__(self, factor: float = 0.9):
        self.factor = factor

    def constrain(self, critic):
        for weight in critic.trainable_weights:
            weight.assign(self.factor * weight)

    def get_config(self):
        return {"factor": self.factor}


class MeanColour(kg.metrics.FeatureExtractor):
    """An extractor."""

    name, weights_hash, resize = "mean-colour", "of no weights", "none"

    def compute(self, images):
        return images.mean(axis=(1, 2))


def stripes(count: int = 24) -> np.ndarray:
    """Draw stripes."""
    return np.random.default_rng(0).integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
'''

REGISTRATION = """
kg.parts.GENERATORS.register("dense")(dense_generator)
kg.parts.CRITICS.register("dense")(dense_critic)
kg.parts.LOSSES.register("soft_hinge")(SoftHinge)
kg.parts.LIPSCHITZ.register("weight_decay")(WeightDecay)
kg.parts.EXTRACTORS.register("mean-colour")(MeanColour)
kg.parts.SOURCES.register("stripes")(stripes)
"""

ENTRY_POINTS = """
[keras_gan.generator]
dense = own_parts:dense_generator
[keras_gan.critic]
dense = own_parts:dense_critic
[keras_gan.loss]
soft_hinge = own_parts:SoftHinge
[keras_gan.lipschitz]
weight_decay = own_parts:WeightDecay
[keras_gan.extractor]
mean-colour = own_parts:MeanColour
[keras_gan.data]
stripes = own_parts:stripes
"""

FLAGS = [
    *("--generator", "dense", "--generator.width", "5", "--critic", "dense", "--loss", "soft_hinge"),
    *("--lipschitz", "weight_decay", "--lipschitz.factor", "0.8", "--data", "stripes", "--extractor", "mean-colour"),
    *("--preset", "demo", "--batch-size", "4", "--n-critic", "1", "--epochs", "2", "--wandb", "off"),
    *("--quality-samples", "20", "--quality-every", "1"),
]


#: Begins a process as `keras-gan`, which does not look for modules in the working directory, but without figures: they
#: take longer than these runs.
AS_PROGRAM = """
import sys
sys.path.remove("")
from keras_gan.analysis.report import write
from keras_gan.cli.main import main
write.save_figures = lambda run, folder: {}
"""


def run(python, folder, *commands, path=""):
    """Run commands one after another in a new process in a folder; return what they print."""
    code = AS_PROGRAM + f"for command in {[list(map(str, command)) for command in commands]}: assert main(command) == 0"
    environment = {**os.environ, "PYTHONPATH": str(path), "PYTHONWARNINGS": "ignore"}
    result = python.run(code, cwd=folder, env=environment)
    assert result.returncode == 0, result.stderr
    return result.stdout


def later(*flags):
    """Return commands that resume the run for an epoch and evaluate it."""
    resume = ("train", "--resume", "runs/0001_demo", "--epochs", 3, "--wandb", "off")
    evaluate = ("evaluate", "runs/0001_demo", "--extractor", "mean-colour", "--n-samples", 20, "--out", "figures.json")
    return (*resume, *flags), (*evaluate, *flags)


def assert_trained(folder):
    config = json.loads((folder / "config.json").read_text())
    assert config["generator"] == {"name": "dense", "arguments": {"latent_dim": 6, "width": 5}}
    assert config["lipschitz"] == {"name": "weight_decay", "arguments": {"factor": 0.8}}


def assert_resumed_and_evaluated(folder, output):
    assert "Run finished. In runs/0001_demo:" in output
    assert len((folder / "runs" / "0001_demo" / "losses.csv").read_text().splitlines()) == 4
    evaluation = json.loads((folder / "figures.json").read_text())
    assert evaluation["provenance"]["extractor"] == "mean-colour"
    assert np.isfinite(evaluation["fid_score"])


@pytest.fixture(scope="module")
def trained(tmp_path_factory, warm_python):
    """A folder with the parts in a module, which registers them when it is imported, and with a run of them."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "own_parts.py").write_text(OWN_PARTS + REGISTRATION)
    with cache_apart(folder / "cache"):
        run(warm_python, folder, ["train", *FLAGS, "--plugin", "own_parts", "--out", "runs"])
    return folder


@pytest.mark.usefixtures("user_cache")
def test_parts_of_a_plugin_are_trained_with_resumed_and_evaluated(trained, tmp_path, warm_python):
    folder = shutil.copytree(trained, tmp_path / "plugin")
    assert_trained(folder / "runs" / "0001_demo")
    assert_resumed_and_evaluated(folder, run(warm_python, folder, *later("--plugin", "own_parts")))


@pytest.mark.long
@pytest.mark.usefixtures("user_cache")
def test_parts_of_an_installed_package_are_trained_with_resumed_and_evaluated(trained, tmp_path, warm_python):
    folder = tmp_path / "package"
    shutil.copytree(trained / "runs", folder / "runs")
    installed = tmp_path / "installed"
    info = installed / "own_parts-1.0.dist-info"
    info.mkdir(parents=True)
    (installed / "own_parts.py").write_text(OWN_PARTS)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-parts\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    # Resuming comes first, in a process that has not trained with the parts yet.
    output = run(warm_python, folder, *later(), ["train", *FLAGS, "--out", "new"], path=installed)
    assert_trained(folder / "new" / "0001_demo")
    assert_resumed_and_evaluated(folder, output)


def test_every_builtin_loads_and_is_what_its_source_says():
    for registry in (
        parts.GENERATORS,
        parts.CRITICS,
        parts.LOSSES,
        parts.LIPSCHITZ,
        parts.OPTIMIZERS,
        parts.EXTRACTORS,
        parts.SOURCES,
    ):
        for name in registry.names():
            loaded = registry.load(name)
            signature = inspect.signature(loaded, eval_str=True).parameters.values()
            expected = [each for each in signature if each.name not in (*HOUSEKEEPING, *registry.given)]
            read = registry.parameters(name)
            assert list(read) == [each.name for each in expected], name
            for each in expected:
                default = dataclasses.MISSING if each.default is each.empty else each.default
                assert (read[each.name].kind, read[each.name].default) == (each.annotation, default), each.name


def test_registered_part_is_used_and_may_be_replaced():
    registry = Registry("generator", {"one": "keras_gan.networks.dcgan:upsampling_generator"})

    @registry.register("mine")
    def mine(size: int, depth: int = 3):
        return size + depth

    assert registry.load("mine") is mine
    assert registry.names() == ["one", "mine"]
    assert {name: (each.kind, each.default) for name, each in registry.parameters("mine").items()}["depth"] == (int, 3)
    registry.register("mine")(len)
    assert registry.load("mine") is len


def test_names_of_the_package_are_not_replaced():
    with pytest.raises(ValueError, match="must not be one of the package's own. Received: generator 'upsampling'"):
        parts.GENERATORS.register("upsampling")


def test_packages_do_not_replace_names_of_ours(tmp_path, monkeypatch):
    info = tmp_path / "own_parts-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-parts\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[keras_gan.loss]\nhinge = own_parts:Hinge\nsofter = own_parts:Hinge\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "softer" in parts.LOSSES.names()
    assert parts.LOSSES.names().count("hinge") == 1
    assert parts.LOSSES.load("hinge") is Hinge


def test_unknown_names_are_told_the_known_ones():
    with pytest.raises(
        ValueError, match="`loss` must be one of wasserstein, .*Received: 'hing'. Did you mean 'hinge'?"
    ):
        parts.LOSSES.load("hing")


def test_parameters_are_read_without_importing():
    parameters = read_parameters("keras_gan.models.lipschitz.gradient_penalty:GradientPenalty")
    assert list(parameters) == ["weight", "target", "one_sided", "every"]
    assert (parameters["weight"].kind, parameters["weight"].default) == (Positive, 10.0)
    assert parameters["weight"].description.startswith("The coefficient λ, positive.")
    # That of the base class in the same file.
    assert list(read_parameters("keras_gan.losses.adversarial:NonSaturating")) == ["real_target"]


def test_arguments_of_every_kind_are_read(tmp_path, monkeypatch):
    (tmp_path / "kinds_of_arguments.py").write_text("def f(a: int, /, b: float, c=3, *, d: str, e: bool = True): ...")
    monkeypatch.syspath_prepend(tmp_path)
    read = read_parameters("kinds_of_arguments:f")
    assert {name: (each.kind, each.default) for name, each in read.items()} == {
        "a": (int, dataclasses.MISSING),
        "b": (float, dataclasses.MISSING),
        "c": (Any, 3),
        "d": (str, dataclasses.MISSING),
        "e": (bool, True),
    }


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("keras_gan.networks.dcgan:nothing", "must name a function or a class of keras_gan.networks.dcgan"),
        ("keras_gan.nowhere:f", "must be in a module that can be found. Received: keras_gan.nowhere"),
    ],
)
def test_targets_that_are_not_there_are_named(target, message):
    with pytest.raises(ValueError, match=message):
        read_parameters(target)


def test_fields_are_described_by_what_stands_below_them():
    descriptions = field_descriptions(ExperimentConfig)
    assert descriptions["loss"] == "Adversarial loss."
    assert set(descriptions) == set(ExperimentConfig.__dataclass_fields__)


def test_unconstrained_is_no_policy():
    assert parts.LIPSCHITZ.load("none")() is None


def test_arguments_of_a_registered_part_are_read_or_refused():
    registry = Registry("generator", {})
    registry.register("open")(lambda size=3, *rest, **others: size)
    assert list(registry.parameters("open")) == ["size"]

    def unresolved(size: "Unknown" = 1): ...  # noqa: F821

    registry.register("unresolved")(unresolved)
    with pytest.raises(ValueError, match="annotations that can be resolved"):
        registry.parameters("unresolved")
