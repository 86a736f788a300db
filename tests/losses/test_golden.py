"""The losses against values of independent implementations; tests/golden/make_losses.py wrote them."""

import json
import pathlib

import keras
import numpy as np
import pytest
from keras import ops
from loss_cases import value_and_gradient

from keras_gan import losses

GOLDEN = json.loads((pathlib.Path(__file__).parents[1] / "golden" / "losses.json").read_text(encoding="utf-8"))
RECORDS = {record["name"]: record for record in GOLDEN["records"]}
NAMES = {"ops": ops, **{name: getattr(losses, name) for name in losses.__all__}}


def parametrized(*needs):
    chosen = [record for record in RECORDS.values() if all(record.get(need) for need in needs)]
    return pytest.mark.parametrize("record", chosen, ids=lambda record: record["name"])


def inputs_of(record, dtype):
    arrays = {name: np.asarray(value) for name, value in record["inputs"].items()}
    return {name: array.astype(dtype) if array.dtype == float else array for name, array in arrays.items()}


def evaluate(record, **inputs):
    # The text of a file of this repository.
    return eval(record["recipe"], {**NAMES, **{name: ops.convert_to_tensor(x) for name, x in inputs.items()}})


@parametrized()
def test_value_in_float32(record):
    value = evaluate(record, **inputs_of(record, "float32"))
    np.testing.assert_allclose(value, record["expected"], rtol=1e-5, atol=1e-7)


@parametrized("double")
def test_value_in_float64(record):
    value = evaluate(record, **inputs_of(record, "float64"))
    assert keras.backend.standardize_dtype(value.dtype) == "float64"
    np.testing.assert_allclose(value, record["expected"], rtol=1e-10, atol=1e-12)


def gradient_of(record, dtype):
    inputs = inputs_of(record, dtype)
    y_pred = inputs.pop("y_pred")
    return value_and_gradient(lambda x: evaluate(record, y_pred=x, **inputs), y_pred)[1]


@parametrized("gradient")
def test_gradient_in_float32(record):
    np.testing.assert_allclose(gradient_of(record, "float32"), record["gradient"], rtol=1e-4, atol=1e-6)


@parametrized("gradient", "double")
def test_gradient_in_float64(record):
    np.testing.assert_allclose(gradient_of(record, "float64"), record["gradient"], rtol=1e-10, atol=1e-12)


def test_every_function_has_a_record():
    recipes = " ".join(record["recipe"] for record in RECORDS.values())
    assert [name for name in losses.__all__ if name.islower() and f"{name}(" not in recipes] == ["get", "r2_penalty"]
