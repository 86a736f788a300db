"""The losses on the JAX backend, compiled, against the same golden values."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]

PROGRAM = """
import json, sys
import jax, keras, numpy as np
from keras import ops
from keras_gan import losses

names = {"ops": ops, **{name: getattr(losses, name) for name in losses.__all__}}
for record in json.load(open("tests/golden/losses.json", encoding="utf-8"))["records"]:
    arrays = {name: np.asarray(value) for name, value in record["inputs"].items()}
    arrays = {name: x.astype("float32" if x.dtype == float else "int32") for name, x in arrays.items()}

    def function(arrays):
        return eval(record["recipe"], {**names, **arrays})

    y_pred = ops.convert_to_tensor(arrays.pop("y_pred")) if "gradient" in record else None
    arrays = {name: ops.convert_to_tensor(x) for name, x in arrays.items()}
    if y_pred is None:
        value, gradient = jax.jit(function)(arrays), None
    else:
        both = jax.value_and_grad(lambda x: (ops.sum(y := function({**arrays, "y_pred": x})), y), has_aux=True)
        (_, value), gradient = jax.jit(both)(y_pred)
        np.testing.assert_allclose(gradient, record["gradient"], rtol=1e-4, atol=1e-5, err_msg=record["name"])
    np.testing.assert_allclose(value, record["expected"], rtol=2e-5, atol=1e-6, err_msg=record["name"])
assert "tensorflow" not in sys.modules
print("equal")
"""


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_golden_values_on_jax():
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert process.stdout.strip() == "equal", process.stderr
