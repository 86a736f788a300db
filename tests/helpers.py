"""Small networks, scripts, comparisons to the last bit, and folders of a test's own."""

import contextlib
import importlib.util
import os
import pathlib

import keras
import matplotlib
import numpy as np
import pytest
import wandb

IMAGE_SHAPE = (4, 4, 3)
LATENT_DIM = 5


def small_generator(batch_norm: bool = True, dropout: float = 0.0) -> keras.Model:
    layers = [keras.Input((LATENT_DIM,)), keras.layers.Dense(48)]
    if batch_norm:
        layers.append(keras.layers.BatchNormalization(momentum=0.8))
    if dropout:
        layers.append(keras.layers.Dropout(dropout, seed=3))
    layers += [keras.layers.Reshape(IMAGE_SHAPE), keras.layers.Activation("tanh")]
    return keras.Sequential(layers, name="generator")


def small_critic(*extra_layers) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            keras.layers.Conv2D(8, 3, 2, "same"),
            *extra_layers,
            keras.layers.LeakyReLU(negative_slope=0.2),
            keras.layers.Flatten(),
            keras.layers.Dense(1),
        ],
        name="critic",
    )


def values_of(variables) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(variable) for variable in variables]


def variables_of(gan) -> list:
    """Return all that training changes."""
    return [*gan.variables, *gan.metrics_variables, *gan.optimizer.variables]


def state_of(gan) -> list[np.ndarray]:
    return values_of(variables_of(gan))


def set_back(gan, state):
    """Give a GAN a state that it had, and begin the random numbers of Keras anew."""
    for variable, value in zip(variables_of(gan), state, strict=True):
        variable.assign(value)
    keras.utils.set_random_seed(7)


def assert_bits_equal(actual, expected):
    assert len(actual) == len(expected)
    for one, other in zip(actual, expected):
        np.testing.assert_array_equal(one, other)


#: Most of the time on JAX goes into compiling programs that run for milliseconds.
XLA_FLAGS = (
    "--xla_backend_optimization_level=0",
    "--xla_llvm_disable_expensive_passes=true",
    "--xla_cpu_use_fusion_emitters=false",
)


def environment_of(backend: str) -> dict[str, str]:
    """Return the environment of a process on another Keras backend, on the CPU."""
    return {**os.environ, "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": " ".join(XLA_FLAGS)}


SCRIPTS = pathlib.Path(__file__).parents[1] / "scripts"


def call_script(name: str, *arguments) -> int:
    """Call a script's `main` in this process; return its exit code."""
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main(list(map(str, arguments)))


def refusal(capsys, name: str, *arguments) -> str:
    """Return the one line in which a script refuses its arguments."""
    with pytest.raises(SystemExit) as stop:
        call_script(name, *arguments)
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


@contextlib.contextmanager
def cache_apart(folder: pathlib.Path):
    """Set another user cache folder, but matplotlib's, which takes seconds to fill."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MPLCONFIGDIR", matplotlib.get_cachedir())
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@contextlib.contextmanager
def wandb_apart(folder: pathlib.Path):
    """Show Weights & Biases no key, no settings and no run of anybody else; end its runs afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("WANDB_")]:
            patch.delenv(name)
        for name in ("HOME", "NETRC", "WANDB_CONFIG_DIR", "WANDB_CACHE_DIR"):
            patch.setenv(name, str(folder / name.lower()))
        try:
            yield
        finally:
            wandb.finish()
            wandb.teardown()
