"""Hostile values of what losses take, and cases of losses made from their signatures."""

import dataclasses
import functools
import inspect

import keras
import numpy as np
from hostile.sweep import Case, Right, given
from hostile.values import array, choice, flag, index, number, optional, text, weights, with_one

from keras_gan import losses

RNG = np.random.default_rng(0)

NAN = Right("NaN stays NaN", lambda answer, usual: np.isnan(answer).any())
INFINITE = Right("an infinite number has an infinite loss, or none that is a number")
LARGE = Right("a loss may be large, or infinite", lambda answer, usual: not np.isnan(answer).any())
FINITE = Right("the loss is a number as any other", lambda answer, usual: np.isfinite(answer).all())
EMPTY = Right("a batch may be empty", lambda answer, usual: not np.any(answer))


def predictions(valid):
    """Values hostile to numbers of any size and sign."""
    return {
        **array(valid),
        "NaN": with_one(valid, float("nan")),
        "infinite": with_one(valid, float("inf")),
        "huge": np.float32(1e15) * valid,
        "negative": -1 - np.abs(valid),
        "ragged": [[1.0], [1.0, 2.0]],
    }


def labels(valid):
    """Values hostile to classes, bits, targets in [0, 1] and signs."""
    return {
        **array(valid),
        "NaN": with_one(valid, float("nan")),
        "infinite": with_one(valid, float("inf")),
        "huge": valid.astype("float64") * 1e15 + 1e15,
        "negative": -2 - np.abs(valid),
        "fraction": valid + 0.25 if valid.dtype.kind == "i" else valid + 1.25,
        "ragged": [[1], [1, 2]],
    }


def masks(valid):
    """Values hostile to which elements count."""
    return {name: value for name, value in array(valid).items() if name not in ("None", "objects")} | {
        "longer": np.concatenate([valid, valid]),
        "ragged": [[True], [True, False]],
    }


def smooths(valid):
    """Values hostile to a number of at least 0, or a pair of them."""
    pairs = {"one": [1.0], "three": (1.0, 2.0, 3.0), "negative of two": (1.0, -1.0), "texts": ("1", "2")}
    return {**number(valid), **pairs}


#: The kinds of arguments by their names.
KINDS = {
    **dict.fromkeys(("from_logits", "squared", "per_image", "include_background", "one_sided"), flag),
    **dict.fromkeys(("per_element", "per_class", "gather_replicas"), flag),
    **dict.fromkeys(("mode", "weighting"), choice),
    **dict.fromkeys(("reduction", "dtype"), optional(choice)),
    **dict.fromkeys(("label_smoothing", "real_target", "probability", "target", "margin", "temperature"), number),
    **dict.fromkeys(("alpha", "beta", "gamma", "dice_weight", "crossentropy_weight"), number),
    **dict.fromkeys(("pos_weight", "class_weights"), weights),
    **dict.fromkeys(("similar_label", "ignore_class", "seed"), index),
    "smooth": smooths,
    "name": text,
}

#: Values of arguments whose defaults are None, or which have none.
VALID = {"class_weights": [0.5, 2.0, 1.5], "pos_weight": [0.5, 2.0, 1.5], "seed": 3, "probability": 0.5}

#: What is right for an argument wherever it is.
RIGHT = {
    "smooth": {"array": Right("there may be one above and one below")},
    "ignore_class": {"negative": Right("a label that stands for no class may be negative")},
}


def scalar(name, parameter, **right):
    """Return the argument of a number, a choice or a flag, from the parameter of a function."""
    may_be_none = parameter.default is None or "None" in str(parameter.annotation)
    kind = optional(KINDS[name]) if may_be_none or name == "name" else KINDS[name]
    value = VALID.get(name, parameter.default)
    return given(lambda: value, kind, **RIGHT.get(name, {}), **right)


def loss_case(name, right=None, /, **arguments):
    """Return the case of a function or a class.

    Args:
        name: Its name in `losses`; what follows a space tells two cases of it apart.
        right: What is right for arguments that are not given, by their names.
        **arguments: Arguments of arrays, and others that are not made from the signature.
    """
    export = getattr(losses, name.partition(" ")[0])
    others = {
        key: scalar(key, parameter, **(right or {}).get(key, {}))
        for key, parameter in inspect.signature(export).parameters.items()
        if key not in arguments and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }
    return Case(f"keras_gan.losses.{name}", functools.partial(answer_of, export), {**others, **arguments})


def answer_of(function, **kwargs):
    """Return what a function gives as one array, or the numbers and texts of a loss's config."""
    answer = function(**kwargs)
    if isinstance(answer, keras.losses.Loss):
        return {key: value for key, value in answer.get_config().items() if isinstance(value, (int, float, str))}
    return np.concatenate([np.ravel(each) for each in answer]) if isinstance(answer, tuple) else np.asarray(answer)


def draw(*shape):
    return RNG.normal(size=shape).astype("float32")


#: Pixels of two classes or bits, and which of them count.
LOGITS, CLASSES, BITS = draw(4, 5, 3), RNG.integers(0, 3, (4, 5)), RNG.integers(0, 2, (4, 5, 3))
TARGETS = np.eye(3, dtype="float32")[CLASSES]
COUNTS, PIXELS = np.arange(20).reshape(4, 5) % 3 == 0, RNG.random((4, 5)).astype("float32")


def predicted(values=LOGITS, **right):
    """Return the argument of predictions; hostile values are right by their names."""
    usual = {"NaN": NAN, "infinite": INFINITE, "huge": LARGE, "negative": FINITE}
    return given(values, predictions, **{**usual, **right})


def embeddings(**right):
    return predicted(draw(4, 6), **right)


def samples():
    """Return the argument of which samples count."""
    return given(np.array([True, True, True, False]), masks)


def of_elements(targets, **arguments):
    """Return the arguments of a loss of elements."""
    weight = predicted(PIXELS, number=Right("one weight may be that of all elements"))
    return {
        "y_true": given(targets, labels),
        "y_pred": predicted(),
        "mask": given(COUNTS, masks),
        "element_weight": dataclasses.replace(weight, kind=optional(predictions)),
        **arguments,
    }
