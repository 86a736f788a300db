"""Losses by name."""

import difflib
import inspect
from collections.abc import Callable
from typing import Any

import keras

from keras_gan.losses._base import Loss
from keras_gan.losses._types import Tensor
from keras_gan.losses.adversarial import Hinge, LeastSquares, Minimax, NonSaturating
from keras_gan.losses.binary import BinaryCrossentropy
from keras_gan.losses.contrastive import Contrastive
from keras_gan.losses.crossentropy import CategoricalCrossentropy, SparseCategoricalCrossentropy
from keras_gan.losses.dice_crossentropy import DiceCrossentropy
from keras_gan.losses.distillation import Distillation
from keras_gan.losses.divergence import JSDivergence, KLDivergence
from keras_gan.losses.focal import BinaryFocal, CategoricalFocal, SparseCategoricalFocal
from keras_gan.losses.generalized_dice import GeneralizedDice
from keras_gan.losses.label_flipping import FlippedLabels
from keras_gan.losses.regression import MeanSquaredError
from keras_gan.losses.relativistic import RelativisticAverage
from keras_gan.losses.relativistic_pairing import RelativisticPairing
from keras_gan.losses.segmentation import Dice, Jaccard, Tversky
from keras_gan.losses.supervised_contrastive import SupervisedContrastive
from keras_gan.losses.triplet import BatchAllTriplet, BatchHardTriplet
from keras_gan.losses.variational import GaussianKL, VaeElbo
from keras_gan.losses.views import InfoNCE, NTXent
from keras_gan.losses.wasserstein import Wasserstein, WassersteinLoss

CLASSES = (
    *(MeanSquaredError, CategoricalCrossentropy, SparseCategoricalCrossentropy, BinaryCrossentropy),
    *(BinaryFocal, CategoricalFocal, SparseCategoricalFocal),
    *(Dice, Jaccard, Tversky, GeneralizedDice, DiceCrossentropy),
    *(Contrastive, InfoNCE, NTXent, SupervisedContrastive, BatchAllTriplet, BatchHardTriplet),
    *(KLDivergence, JSDivergence, GaussianKL, VaeElbo, Distillation),
    *(Wasserstein, NonSaturating, Minimax, LeastSquares, Hinge, RelativisticAverage, RelativisticPairing),
    *(FlippedLabels, WassersteinLoss),
)

# Names that papers and other packages use, without underscores.
ALIASES = {
    "mse": MeanSquaredError,
    "bce": BinaryCrossentropy,
    "crossentropy": SparseCategoricalCrossentropy,
    "focal": BinaryFocal,
    "iou": Jaccard,
    "clip": InfoNCE,
    "simclr": NTXent,
    "supcon": SupervisedContrastive,
    "kl": KLDivergence,
    "js": JSDivergence,
    "vae": VaeElbo,
    "wgan": Wasserstein,
    "lsgan": LeastSquares,
    "ragan": RelativisticAverage,
    "rpgan": RelativisticPairing,
}


def get(identifier: str | dict[str, Any] | Callable[..., Tensor], **kwargs: Any) -> Any:
    """Return a loss: a new one by its name or class, a new one from its config, or the one given.

    Args:
        identifier: Name of a class (`"BinaryFocal"`), of its function (`"binary_focal"`) or an alias (`"focal"`, the
            binary one; `"mse"`, `"bce"`, `"cross_entropy"`, `"iou"`, `"simclr"`, …), in any case; a config as made by
            `keras.saving.serialize_keras_object`; a class; or a loss.
        **kwargs: Arguments of the class, with a name or a class only.

    Returns:
        An instance of a loss, or the callable given.

    Raises:
        ValueError: If there is no such loss, if an argument is not the class's, or if there are arguments without a
            name.
    """
    if isinstance(identifier, str):
        return _by_name(identifier, kwargs)
    if inspect.isclass(identifier) and issubclass(identifier, keras.losses.Loss):
        return identifier(**kwargs)
    if kwargs:
        raise ValueError(
            f"Arguments go with the name of a loss or its class only. Received: {identifier!r}, {sorted(kwargs)}"
        )
    if isinstance(identifier, dict):
        return keras.saving.deserialize_keras_object(identifier)
    if callable(identifier):
        return identifier
    raise ValueError(f"`identifier` must be a name, a config or a loss. Received: identifier={identifier!r}")


def _by_name(identifier: str, kwargs: dict[str, Any]) -> Loss:
    names = {**{cls.__name__.lower(): cls for cls in CLASSES}, **ALIASES}
    key = identifier.lower().replace("_", "")
    if key not in names:
        close = difflib.get_close_matches(key, names, n=3) or sorted(names)
        known = ", ".join(names[name].__name__ if name not in ALIASES else name for name in close)
        raise ValueError(f"`identifier` must be the name of a loss, such as {known}. Received: {identifier!r}")
    cls = names[key]
    try:
        inspect.signature(cls).bind(**kwargs)
    except TypeError as error:
        raise ValueError(f"{cls.__name__}: {error}. Received: {sorted(kwargs)}") from None
    return cls(**kwargs)
