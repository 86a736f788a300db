"""Hostile values by kind of argument: each function takes a valid value and returns the hostile ones by name."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from keras.callbacks import Callback

#: From a valid value to hostile ones by name.
Kind: TypeAlias = Callable[[Any], Mapping[str, Any]]

#: More than any memory holds, and more than any loop ends with.
HUGE = 2**40


def scalars(valid: Any) -> dict[str, Any]:
    """Values that are hostile to every argument that is one number."""
    return {
        "NaN": float("nan"),
        "None": None,
        "text": "3",
        "boolean": True,
        "empty": [],
        "array": np.ones(2, int),
        "complex": 1j,
    }


def count(valid: Any) -> dict[str, Any]:
    return {**scalars(valid), "negative": -1, "zero": 0, "fraction": 1.5, "huge": HUGE}


def index(valid: Any) -> dict[str, Any]:
    """Values hostile to a number that counts from 0, or to a seed."""
    return {**scalars(valid), "negative": -1, "fraction": 1.5, "huge": HUGE}


def number(valid: Any) -> dict[str, Any]:
    return {**scalars(valid), "infinite": float("inf"), "negative": -1.0, "huge": 10**400}


def decay(valid: Any) -> dict[str, Any]:
    return {**number(valid), "one": 1.0}


def finite(valid: Any) -> dict[str, Any]:
    """Values hostile to a number of any sign."""
    return {**scalars(valid), "infinite": float("inf"), "huge": 10**400}


def interval(valid: Any) -> dict[str, Any]:
    """Values hostile to a number of epochs, or a text of a number and a unit."""
    texts = ("steps", "0 steps", "-1 steps", "1.5 kimg", f"{HUGE} steps", "5 hours", "5 steps 3", "5" * 5000 + " steps")
    return {**count(valid), **{f"text {text[:20]}": text for text in texts}}


def facts(valid: Any) -> dict[str, Any]:
    """Values hostile to values of JSON by name."""
    return {"number": 1, "text": "a", "list": [1], "object inside": {"a": object()}, "array inside": {"a": np.ones(2)}}


def counts(valid: Any) -> dict[str, Any]:
    """Values hostile to a sequence of numbers that count something."""
    inside = {name: (value,) for name, value in count(valid).items() if name != "empty"}
    return {
        **{f"{name} inside": value for name, value in inside.items()},
        "NaN": float("nan"),
        "None": None,
        "text": "33",
        "empty": (),
        "number": 3,
        "wrong rank": ((1, 2), (3, 4)),
    }


def flag(valid: Any) -> dict[str, Any]:
    return {"NaN": float("nan"), "None": None, "text": "no", "empty": [], "number": 2}


def text(valid: Any) -> dict[str, Any]:
    return {"NaN": float("nan"), "None": None, "number": 3, "bytes": b"text", "empty": []}


def choice(valid: Any) -> dict[str, Any]:
    """Values hostile to a text that is one of a few."""
    return {**text(valid), "unknown": "no such name", "empty text": "", "huge": "x" * 5000}


def path(valid: Any) -> dict[str, Any]:
    return {"NaN": float("nan"), "None": None, "number": 3, "bytes": b"file", "empty": [], "null": "nul\0"}


def existing_path(valid: Any) -> dict[str, Any]:
    """Values hostile to the path of what must exist."""
    return {**path(valid), "missing": "no/such/file", "huge": "x" * 5000}


def thing(valid: Any) -> dict[str, Any]:
    """Values hostile to an argument that takes objects of one class, such as a model."""
    return {"None": None, "text": "text", "number": 3, "empty": [], "class": type(valid), "array": np.zeros(3)}


def function(valid: Any) -> dict[str, Any]:
    return {"None": None, "text": "text", "number": 3, "empty": [], "class": int, "array": np.zeros(3)}


def mapping(valid: Any) -> dict[str, Any]:
    return {"NaN": float("nan"), "None": None, "text": "text", "list": [1]}


def array(valid: np.ndarray) -> dict[str, Any]:
    """Values hostile to every argument that is an array."""
    return {
        "None": None,
        "text": "text",
        "number": 3,
        "empty": valid[:0],
        "wrong rank": valid[0],
        "texts": valid.astype(str),
        "objects": np.full(valid.shape, None),
        "complex": valid + 1j,
        "read-only": read_only(valid),
    }


def features(valid: np.ndarray) -> dict[str, Any]:
    """Values hostile to a matrix of numbers with a row for each image."""
    return {
        **array(valid),
        "NaN": with_one(valid, float("nan")),
        "infinite": with_one(valid, float("inf")),
        "huge": valid * 1e200,
        "negative": -1 - np.abs(valid),
        "no columns": valid[:, :0],
        "ragged": [[1.0], [1.0, 2.0]],
    }


def vector(valid: np.ndarray) -> dict[str, Any]:
    """Values hostile to a sequence of finite numbers."""
    return {
        **array(valid),
        "NaN": with_one(valid, float("nan")),
        "infinite": with_one(valid, float("inf")),
        "huge": [10**400] * len(valid),
        "ragged": [[1.0], [1.0, 2.0]],
    }


def weights(valid: Any) -> dict[str, Any]:
    """Values hostile to weights of classes, numbers of at least 0."""
    return {
        "NaN": [float("nan"), 1.0, 1.0],
        "infinite": [float("inf"), 1.0, 1.0],
        "huge": [10**400, 1, 1],
        "negative": [1.0, -1.0, 1.0],
        "texts": ["1", "2", "3"],
        "text": "text",
        "empty": [],
        "too few": [1.0, 2.0],
        "too many": [1.0, 2.0, 3.0, 4.0],
        "wrong rank": [[1.0, 2.0, 3.0]],
        "ragged": [[1.0], [1.0, 2.0]],
        "boolean": True,
        "complex": [1j, 1.0, 1.0],
        "read-only": read_only(np.array([0.5, 2.0, 1.5])),
    }


def json(valid: str) -> dict[str, Any]:
    """Values hostile to a JSON object."""
    return {
        **text(valid),
        "empty text": "",
        "half": valid[: len(valid) // 2],
        "number text": "3",
        "list text": "[]",
        "empty object": "{}",
        "unknown key": '{"no_such_key": 1}',
        "deep": "[" * 100_000,
    }


def names(valid: tuple[str, ...]) -> dict[str, Any]:
    """Values hostile to a sequence of texts."""
    return {"NaN": float("nan"), "None": None, "text": "text", "number": 3, "numbers": (1, 2)}


def taken_names(*taken: str) -> Kind:
    """Return a kind: values hostile to a sequence of different texts, of which some are taken."""
    return lambda valid: {**names(valid), "taken": taken[:1], "twice": ("new", "new")}


def numbers(valid: Any) -> dict[str, Any]:
    """Values hostile to a tuple of numbers."""
    return {"NaN inside": (float("nan"), 1.0), "texts": ("1", "2"), "None": None, "text": "12", "number": 3}


def paths(valid: Any) -> dict[str, Any]:
    return {"NaN": float("nan"), "None": None, "text": "text", "number": 3, "numbers": [1, 2]}


def forbidden(valid: None) -> dict[str, Any]:
    """Values of an argument that must be None."""
    return {"NaN": float("nan"), "text": "text", "empty": [], "array": np.zeros(3)}


def callbacks(valid: Any) -> dict[str, Any]:
    return {"NaN": float("nan"), "text": "text", "number": 3, "numbers": [1, 2], "class": Callback}


def images_of_run(valid: np.ndarray) -> dict[str, Any]:
    """Hostile images without those that a whole run would be trained on."""
    return {name: value for name, value in images(valid).items() if name != "read-only"}


def wandb_run(valid: Any) -> dict[str, Any]:
    """Values hostile to a run on Weights & Biases, of which there is none."""
    return {"None": None, "NaN": float("nan"), "text": "text", "number": 3, "empty": []}


def images(valid: np.ndarray) -> dict[str, Any]:
    """Values hostile to images, uint8 or floats in [−1, 1]."""
    floats = valid.astype("float32") / 127.5 - 1
    return {
        **array(valid),
        "NaN": with_one(floats, float("nan")),
        "infinite": with_one(floats, float("inf")),
        "huge": floats * 1e30,
        "negative": floats - 300,
        "integers": valid.astype("int64"),
        "no pixels": valid[:, :0],
    }


def optional(kind: Kind) -> Kind:
    """Return a kind whose argument may be None."""
    return functools.partial(_without_none, kind)


def _without_none(kind: Kind, valid: Any) -> dict[str, Any]:
    return {name: value for name, value in kind(valid).items() if name != "None"}


def read_only(values: np.ndarray) -> np.ndarray:
    values = values.copy()
    values.flags.writeable = False
    return values


def with_one(values: np.ndarray, value: float) -> np.ndarray:
    values = np.array(values, dtype=np.result_type(values, np.float32))
    values[(0,) * values.ndim] = value
    return values
