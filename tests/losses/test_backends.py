"""The losses on Keras's other backends, against golden values and those of TensorFlow."""

import importlib.util
import pathlib
import subprocess
import sys

import drawn_losses
import pytest
from helpers import environment_of
from masked_fits import check_masking, check_padded_words

ROOT = pathlib.Path(__file__).parents[2]

PROGRAM = """
import json, sys
import annealed_fits, drawn_losses, keras, masked_fits, numpy as np
from keras import ops
from keras_gan import losses

names = {"ops": ops, **{name: getattr(losses, name) for name in losses.__all__}}


def on_jax(function, arrays, y_pred):
    import jax

    if y_pred is None:
        return jax.jit(function)(arrays), None
    both = jax.value_and_grad(lambda x: (ops.sum(y := function({**arrays, "y_pred": x})), y), has_aux=True)
    (_, value), gradient = jax.jit(both)(y_pred)
    return value, gradient


def on_torch(function, arrays, y_pred):
    if y_pred is None:
        return function(arrays), None
    y_pred.requires_grad_()
    value = function({**arrays, "y_pred": y_pred})
    value.sum().backward()
    return value.detach(), y_pred.grad


run = {"jax": on_jax, "torch": on_torch}[keras.backend.backend()]
for record in json.load(open("tests/golden/losses.json", encoding="utf-8"))["records"]:
    arrays = {name: np.asarray(value) for name, value in record["inputs"].items()}
    arrays = {name: ops.array(x.astype("float32" if x.dtype == float else "int32")) for name, x in arrays.items()}
    y_pred = arrays.pop("y_pred") if "gradient" in record else None
    value, gradient = run(lambda arrays: eval(record["recipe"], {**names, **arrays}), arrays, y_pred)
    np.testing.assert_allclose(value, record["expected"], rtol=2e-5, atol=1e-6, err_msg=record["name"])
    if "gradient" in record:
        np.testing.assert_allclose(gradient, record["gradient"], rtol=1e-4, atol=1e-5, err_msg=record["name"])
assert "tensorflow" not in sys.modules
drawn_losses.compare(sys.argv[1])
masked_fits.check()
annealed_fits.check_annealing()

if keras.backend.backend() == "torch":
    import float64_on_torch

    float64_on_torch.check()
print("equal")
"""


@pytest.mark.long
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_values_masks_and_weights_that_change(backend, tmp_path):
    """F9: the masks are those of Keras's layers, in `fit`."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    drawn_losses.write(tmp_path / "drawn.npz")
    environment = {**environment_of(backend), "PYTHONPATH": str(ROOT / "tests")}
    options = {"env": environment, "capture_output": True, "text": True, "check": False}
    process = subprocess.run([sys.executable, "-c", PROGRAM, tmp_path / "drawn.npz"], cwd=ROOT, **options)
    assert process.stdout.strip() == "equal", process.stderr


@pytest.mark.parametrize("check", [pytest.param(check_masking, marks=pytest.mark.long), check_padded_words])
def test_masks_of_layers_are_heeded_in_fit(check):
    """F9."""
    check()
