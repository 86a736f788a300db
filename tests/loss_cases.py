"""Every loss with arguments and inputs to call it on, and how to take its value and gradient."""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np

from keras_gan import losses

BATCH = 4
# As many rows and columns as samples, so that a weight meeting the wrong axis goes unnoticed by nothing but the values.
IMAGE = (BATCH, BATCH)
CLASSES = 3


@dataclasses.dataclass(frozen=True)
class Case:
    """A loss class with arguments, its function, and functions that draw labels and predictions."""

    cls: type
    arguments: dict
    function: Callable
    labels: Callable
    predictions: Callable
    name: str

    def draw(self, seed=0):
        rng = np.random.default_rng(seed)
        return self.labels(rng), self.predictions(rng)

    def make(self, **kwargs):
        return self.cls(**self.arguments, **kwargs)

    def per_sample(self, y_true, y_pred, **kwargs):
        return self.function(y_true, y_pred, **self.arguments, **kwargs)


def normal(*shape):
    return lambda rng: (2 * rng.normal(size=(BATCH, *shape))).astype("float32")


def unit_interval(*shape):
    return lambda rng: rng.random((BATCH, *shape)).astype("float32")


def bits(*shape):
    return lambda rng: rng.integers(0, 2, (BATCH, *shape))


def signs(*shape):
    return lambda rng: 2 * rng.integers(0, 2, (BATCH, *shape)) - 1


def classes(*shape):
    return lambda rng: rng.integers(0, CLASSES, (BATCH, *shape))


def with_void(*shape):
    return lambda rng: np.where(rng.random((BATCH, *shape)) < 0.3, 255, rng.integers(0, CLASSES, (BATCH, *shape)))


def simplex(*shape):
    return lambda rng: rng.dirichlet(np.ones(CLASSES), (BATCH, *shape)).astype("float32")


def one_hot(*shape):
    return lambda rng: np.eye(CLASSES, dtype="float32")[rng.integers(0, CLASSES, (BATCH, *shape))]


def nothing(rng):
    return None


def paired(rng):
    """Two samples of each of two labels, the first and the last of one."""
    return np.array([3, 7, 7, 3])


def of_pair(function, labelled=False):
    """Adapt a function of two tensors to the stacked predictions of its class."""
    if labelled:
        return lambda y_true, y_pred, **kwargs: function(y_true, y_pred[:, 0], y_pred[:, 1], **kwargs)
    return lambda y_true, y_pred, **kwargs: function(y_pred[:, 0], y_pred[:, 1], **kwargs)


def case(cls, function, labels, predictions, name="", **arguments):
    return Case(cls, arguments, function, labels, predictions, f"{cls.__name__}-{name}".rstrip("-"))


WEIGHTS = [0.5, 2.0, 1.5]
PIXELS = (*IMAGE, CLASSES)

CASES = [
    case(losses.MeanSquaredError, losses.mean_squared_error, normal(), normal(), "rank1"),
    case(losses.MeanSquaredError, losses.mean_squared_error, normal(*IMAGE, 2), normal(*IMAGE, 2), "images"),
    case(losses.BinaryCrossentropy, losses.binary_crossentropy, bits(), normal(), "rank1"),
    case(
        losses.BinaryCrossentropy,
        losses.binary_crossentropy,
        unit_interval(*IMAGE, 2),
        normal(*IMAGE, 2),
        "images",
        pos_weight=[3.0, 0.5],
        label_smoothing=0.1,
    ),
    case(
        losses.BinaryCrossentropy,
        losses.binary_crossentropy,
        bits(*IMAGE),
        unit_interval(*IMAGE),
        "probabilities",
        from_logits=False,
    ),
    case(losses.CategoricalCrossentropy, losses.categorical_crossentropy, simplex(), normal(CLASSES)),
    case(
        losses.CategoricalCrossentropy,
        losses.categorical_crossentropy,
        one_hot(*IMAGE),
        normal(*PIXELS),
        "images",
        label_smoothing=0.2,
        class_weights=WEIGHTS,
        ignore_class=1,
    ),
    case(losses.SparseCategoricalCrossentropy, losses.sparse_categorical_crossentropy, classes(), normal(CLASSES)),
    case(
        losses.SparseCategoricalCrossentropy,
        losses.sparse_categorical_crossentropy,
        with_void(*IMAGE),
        normal(*PIXELS),
        "images",
        label_smoothing=0.2,
        class_weights=WEIGHTS,
        ignore_class=255,
    ),
    case(
        losses.SparseCategoricalCrossentropy,
        losses.sparse_categorical_crossentropy,
        classes(1),
        simplex(),
        "probabilities",
        from_logits=False,
    ),
    case(losses.KLDivergence, losses.kl_divergence, simplex(*IMAGE), simplex(*IMAGE), "probabilities"),
    case(losses.KLDivergence, losses.kl_divergence, normal(CLASSES), normal(CLASSES), "logits", from_logits=True),
    case(losses.JSDivergence, losses.js_divergence, simplex(*IMAGE), simplex(*IMAGE), "probabilities"),
    case(losses.JSDivergence, losses.js_divergence, normal(CLASSES), normal(CLASSES), "logits", from_logits=True),
    case(losses.BinaryFocal, losses.binary_focal, bits(), normal(), "rank1"),
    case(
        losses.BinaryFocal,
        losses.binary_focal,
        unit_interval(*IMAGE, 2),
        normal(*IMAGE, 2),
        "images",
        alpha=[0.3, 0.9],
        gamma=0.5,
    ),
    case(losses.CategoricalFocal, losses.categorical_focal, simplex(*IMAGE), normal(*PIXELS), alpha=WEIGHTS, gamma=0.5),
    case(losses.SparseCategoricalFocal, losses.sparse_categorical_focal, classes(), normal(CLASSES)),
    case(
        losses.SparseCategoricalFocal,
        losses.sparse_categorical_focal,
        classes(*IMAGE),
        normal(*PIXELS),
        "images",
        alpha=WEIGHTS,
        gamma=3.5,
    ),
    case(losses.Dice, losses.dice, bits(), normal(), "rank1"),
    case(losses.Dice, losses.dice, bits(*IMAGE), normal(*IMAGE, 1), "binary", squared=True),
    case(
        losses.Dice,
        losses.dice,
        with_void(*IMAGE),
        normal(*PIXELS),
        "multiclass",
        mode="multiclass",
        smooth=0.1,
        include_background=False,
        class_weights=WEIGHTS,
        ignore_class=255,
    ),
    case(losses.Jaccard, losses.jaccard, simplex(*IMAGE), normal(*PIXELS), "soft", mode="multiclass"),
    case(losses.Tversky, losses.tversky, classes(*IMAGE, 1), normal(*PIXELS), alpha=0.3, beta=0.7, mode="multiclass"),
    case(losses.Tversky, losses.tversky, bits(*PIXELS), normal(*PIXELS), "labels", mode="multilabel", smooth=[0.5, 2]),
    case(losses.GeneralizedDice, losses.generalized_dice, with_void(*IMAGE), normal(*PIXELS), ignore_class=255),
    case(
        losses.GeneralizedDice,
        losses.generalized_dice,
        bits(*PIXELS),
        normal(*PIXELS),
        "labels",
        mode="multilabel",
        weighting="simple",
        smooth=0.1,
        include_background=False,
    ),
    case(losses.DiceCrossentropy, losses.dice_crossentropy, bits(*IMAGE), normal(*IMAGE), "binary"),
    case(
        losses.DiceCrossentropy,
        losses.dice_crossentropy,
        bits(*PIXELS),
        normal(*PIXELS),
        "labels",
        mode="multilabel",
        class_weights=WEIGHTS,
    ),
    case(
        losses.DiceCrossentropy,
        losses.dice_crossentropy,
        with_void(*IMAGE),
        normal(*PIXELS),
        "multiclass",
        mode="multiclass",
        dice_weight=0.25,
        crossentropy_weight=1.5,
        class_weights=WEIGHTS,
        ignore_class=255,
    ),
    case(losses.Contrastive, losses.contrastive, bits(), unit_interval(), margin=0.7, similar_label=0),
    case(losses.InfoNCE, of_pair(losses.info_nce), nothing, normal(2, 5), temperature=0.2),
    case(losses.NTXent, of_pair(losses.nt_xent), nothing, normal(2, 5), temperature=0.2),
    case(losses.SupervisedContrastive, losses.supervised_contrastive, paired, normal(5), temperature=0.2),
    case(losses.SupervisedContrastive, losses.supervised_contrastive, paired, normal(2, 5), "views"),
    case(losses.BatchAllTriplet, losses.batch_all_triplet, paired, normal(5), margin=0.5),
    case(losses.BatchHardTriplet, losses.batch_hard_triplet, paired, normal(5), "soft", margin=None),
    case(losses.GaussianKL, of_pair(losses.gaussian_kl), nothing, normal(2, 5)),
    case(
        losses.Distillation,
        of_pair(losses.distillation, labelled=True),
        classes(),
        normal(2, CLASSES),
        temperature=2.0,
        alpha=0.3,
    ),
    case(losses.WassersteinLoss, losses.wasserstein_loss, signs(), normal(), "rank1"),
    case(losses.WassersteinLoss, losses.wasserstein_loss, signs(*IMAGE), normal(*IMAGE), "patches"),
]

# Losses of a sample that depend on the other samples.
RELATIVE = (
    *(losses.InfoNCE, losses.NTXent),
    *(losses.SupervisedContrastive, losses.BatchAllTriplet, losses.BatchHardTriplet),
)

ADVERSARIAL = [
    losses.Wasserstein(),
    losses.NonSaturating(real_target=0.9),
    losses.Minimax(real_target=0.8),
    losses.LeastSquares(real_target=0.7),
    losses.Hinge(),
    losses.RelativisticAverage(real_target=0.9),
    losses.RelativisticPairing(real_target=0.9),
    losses.FlippedLabels(losses.Minimax(), 0.5, seed=3),
]


def gradient_function(function):
    """Return a function of the value at a tensor, and the gradient of its sum."""
    # Other backends use the cases without TensorFlow.
    import tensorflow as tf

    def both(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
        return value, tape.gradient(value, x)

    return both


def value_and_gradient(function, x, compiled=None):
    """Return a function's value at `x` and the gradient of its sum, eagerly or compiled as `"graph"` or `"xla"`."""
    import tensorflow as tf

    both = gradient_function(function)
    if compiled:
        both = tf.function(both, jit_compile=compiled == "xla")
    value, gradient = both(tf.convert_to_tensor(x))
    return keras.ops.convert_to_numpy(value), keras.ops.convert_to_numpy(gradient)
