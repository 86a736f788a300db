"""What holds of losses whatever the numbers are: what hypothesis draws, in float64.

`EXAMPLES=200 pytest tests/losses/test_properties.py` looks further, at other examples each time.
"""

import os

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from loss_cases import ADVERSARIAL, BATCH, CASES, CLASSES, IMAGE, PIXELS, RELATIVE, WEIGHTS, value_and_gradient

from keras_gan import losses

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
settings.register_profile("properties", max_examples=EXAMPLES or 5, derandomize=not EXAMPLES, deadline=None)
PROPERTY = settings(settings.get_profile("properties"))

SEEDS = st.integers(0, 2**32 - 1)
#: How far predictions lie apart.
SIZES = st.sampled_from([0.1, 1.0, 10.0])

#: A few float64 sums in another order. What cancels is of the size of the predictions.
CLOSE = {"rtol": 1e-9, "atol": 1e-10}

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def cases(condition):
    return pytest.mark.parametrize("case", [case for case in CASES if condition(case)], ids=lambda case: case.name)


def is_of_probabilities(case):
    return case.arguments.get("from_logits") is False or case.name.endswith("Divergence-probabilities")


def draw(case, seed, size=1.0):
    """Draw labels and float64 predictions of a case."""
    y_true, y_pred = case.draw(seed)
    fixed = is_of_probabilities(case) or case.cls is losses.Contrastive
    return y_true, y_pred.astype("float64") * (1.0 if fixed else size)


def rows(y_true, index):
    return None if y_true is None else y_true[index]


# --- samples --------------------------------------------------------------------------------------------------------


@each
@PROPERTY
@given(SEEDS, SIZES, st.permutations(range(BATCH)))
def test_order_of_the_batch_is_that_of_the_losses(case, seed, size, order):
    y_true, y_pred = draw(case, seed, size)
    order = list(order)
    permuted = case.per_sample(rows(y_true, order), y_pred[order])
    np.testing.assert_allclose(permuted, np.asarray(case.per_sample(y_true, y_pred))[order], **CLOSE)


@cases(lambda case: case.cls not in RELATIVE)
@PROPERTY
@given(SEEDS, hnp.arrays(int, BATCH, elements=st.integers(0, 3)))
def test_weights_are_repetitions(case, seed, times):
    y_true, y_pred = draw(case, seed)
    repeated = np.repeat(np.arange(BATCH), times)
    assume(repeated.size)
    for reduction in ("sum", "mean_with_sample_weight"):
        loss = case.make(reduction=reduction, dtype="float64")
        expected = loss(rows(y_true, repeated), y_pred[repeated])
        np.testing.assert_allclose(loss(y_true, y_pred, times), expected, **CLOSE)


@each
@PROPERTY
@given(SEEDS, hnp.arrays(bool, BATCH))
def test_masked_samples_are_those_that_are_left_out(case, seed, kept):
    y_true, y_pred = draw(case, seed)
    assume(kept.any())
    masked = np.asarray(case.per_sample(y_true, y_pred, mask=kept))
    assert not masked[~kept].any()
    expected = case.per_sample(rows(y_true, kept), y_pred[kept])
    np.testing.assert_allclose(masked[kept], expected, **CLOSE)


# --- elements -------------------------------------------------------------------------------------------------------

of_pixels = cases(lambda case: case.draw()[1].shape[1:3] == IMAGE)


def flat(x):
    """Put the pixels of images on one axis."""
    return x.reshape(BATCH, IMAGE[0] * IMAGE[1], *x.shape[3:])


@of_pixels
@PROPERTY
@given(SEEDS, hnp.arrays(bool, (BATCH, IMAGE[0] * IMAGE[1])), st.randoms(use_true_random=False))
def test_pixels_have_no_order_and_those_that_are_masked_are_left_out(case, seed, kept, random):
    y_true, y_pred = draw(case, seed)
    mask = kept.reshape(BATCH, *IMAGE)
    values = np.asarray(case.per_sample(y_true, y_pred, mask=mask))
    for i in range(BATCH):
        chosen = random.sample(list(np.flatnonzero(kept[i])), int(kept[i].sum()))
        one = [flat(x)[i : i + 1, chosen] for x in (y_true, y_pred)]
        expected = case.per_sample(*one)[0] if chosen else 0
        np.testing.assert_allclose(values[i], expected, **CLOSE)


@of_pixels
@PROPERTY
@given(SEEDS, hnp.arrays(int, (BATCH, IMAGE[0] * IMAGE[1]), elements=st.integers(0, 3)))
def test_weights_of_pixels_are_repetitions(case, seed, times):
    y_true, y_pred = draw(case, seed)
    values = case.per_sample(y_true, y_pred, element_weight=times.reshape(BATCH, *IMAGE))
    is_mean = case.cls not in (losses.Dice, losses.Jaccard, losses.Tversky, losses.GeneralizedDice)
    if case.cls is losses.DiceCrossentropy or case.arguments.get("ignore_class") is not None:
        return  # A sum of both kinds, and a mean over pixels that the labels choose.
    for i in range(BATCH):
        repeated = np.repeat(np.arange(times.shape[1]), times[i])
        if repeated.size:
            expected = case.per_sample(*(flat(x)[i : i + 1, repeated] for x in (y_true, y_pred)))[0]
            # Nothing divides a mean by the weights' sum, as sums of masks have none.
            scale = repeated.size / times.shape[1] if is_mean else 1.0
            np.testing.assert_allclose(values[i], scale * expected, **CLOSE)


# --- classes --------------------------------------------------------------------------------------------------------

PAIRS = [
    (losses.sparse_categorical_crossentropy, losses.categorical_crossentropy, {"label_smoothing": 0.1}),
    (losses.sparse_categorical_focal, losses.categorical_focal, {"gamma": 1.5}),
    *((function, function, {"mode": "multiclass"}) for function in (losses.dice, losses.jaccard, losses.tversky)),
    (losses.generalized_dice, losses.generalized_dice, {}),
    (losses.dice_crossentropy, losses.dice_crossentropy, {"mode": "multiclass"}),
]


@pytest.mark.parametrize(("sparse", "one_hot", "options"), PAIRS)
@PROPERTY
@given(SEEDS, SIZES, st.permutations(range(CLASSES)), st.booleans())
def test_one_hot_labels_are_classes_in_any_order(sparse, one_hot, options, seed, size, order, is_weighted):
    rng = np.random.default_rng(seed)
    logits, labels = size * rng.normal(size=(BATCH, *PIXELS)), rng.integers(0, CLASSES, (BATCH, *IMAGE))
    name = "alpha" if "gamma" in options else "class_weights"
    weights = {name: WEIGHTS} if is_weighted and sparse is not losses.generalized_dice else {}
    expected = sparse(labels, logits, **options, **weights)
    np.testing.assert_allclose(one_hot(np.eye(CLASSES)[labels], logits, **options, **weights), expected, **CLOSE)
    order = list(order)
    permuted = {key: np.array(value)[order] for key, value in weights.items()}
    values = sparse(np.argsort(order)[labels], logits[..., order], **options, **permuted)
    np.testing.assert_allclose(values, expected, **CLOSE)


SOFTMAX = (
    *(losses.SparseCategoricalCrossentropy, losses.CategoricalCrossentropy, losses.CategoricalFocal),
    *(losses.SparseCategoricalFocal, losses.KLDivergence, losses.JSDivergence, losses.Distillation),
)


def is_of_softmax(case):
    of_masks = case.arguments.get("mode") == "multiclass" or case.name == "GeneralizedDice"
    return (case.cls in SOFTMAX and not is_of_probabilities(case)) or of_masks


@cases(is_of_softmax)
@PROPERTY
@given(SEEDS, SIZES, st.floats(-100, 100))
def test_a_shift_of_the_logits_of_all_classes_changes_nothing(case, seed, size, shift):
    y_true, y_pred = draw(case, seed, size)
    shifts = shift * np.random.default_rng(seed).normal(size=(*y_pred.shape[:-1], 1))
    expected = case.per_sample(y_true, y_pred)
    # Logits of some hundreds in place of some ones lose two of 16 digits.
    np.testing.assert_allclose(case.per_sample(y_true, y_pred + shifts), expected, rtol=1e-7, atol=1e-8)


# --- embeddings and scores ------------------------------------------------------------------------------------------


@cases(lambda case: case.cls in (losses.InfoNCE, losses.NTXent, losses.SupervisedContrastive))
@PROPERTY
@given(SEEDS, st.floats(1e-3, 1e3))
def test_similarities_do_not_depend_on_lengths(case, seed, length):
    y_true, y_pred = draw(case, seed)
    lengths = length * np.random.default_rng(seed).uniform(0.5, 2, (*y_pred.shape[:-1], 1))
    np.testing.assert_allclose(case.per_sample(y_true, lengths * y_pred), case.per_sample(y_true, y_pred), **CLOSE)


@cases(lambda case: case.cls in (losses.BatchAllTriplet, losses.BatchHardTriplet))
@PROPERTY
@given(SEEDS, st.floats(-10, 10))
def test_distances_do_not_depend_on_place_and_direction(case, seed, shift):
    y_true, y_pred = draw(case, seed)
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(5, 5)))
    moved = y_pred @ turn + shift
    # Squares of distances between points that are some tens away.
    np.testing.assert_allclose(case.per_sample(y_true, moved), case.per_sample(y_true, y_pred), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("loss", [losses.Wasserstein(dtype="float64"), losses.RelativisticAverage(dtype="float64")])
@PROPERTY
@given(SEEDS, st.floats(-100, 100))
def test_a_shift_of_all_scores_changes_nothing(loss, seed, shift):
    real, fake = np.random.default_rng(seed).normal(size=(2, BATCH, 3))
    expected = loss.discriminator(real, fake)
    np.testing.assert_allclose(loss.discriminator(real + shift, fake + shift), expected, rtol=1e-7, atol=1e-8)


# --- gradients ------------------------------------------------------------------------------------------------------


def assert_slope(function, x, direction, step=1e-5):
    """Compare the gradient of a function's sum with a difference along a direction, in float64."""
    _, gradient = value_and_gradient(function, x)
    ahead, behind = (float(np.sum(function(x + sign * step * direction))) for sign in (1, -1))
    # The difference has an error of the square of the step, and of 10⁻¹⁶ of the value over the step.
    np.testing.assert_allclose(np.sum(gradient * direction), (ahead - behind) / (2 * step), rtol=1e-5, atol=1e-7)


@each
@PROPERTY
@given(SEEDS)
def test_gradient_is_the_slope(case, seed):
    y_true, y_pred = draw(case, seed)
    if is_of_probabilities(case):
        y_pred = 0.05 + 0.9 * y_pred  # The slope at 0 is infinite.
    direction = np.random.default_rng(seed).normal(size=y_pred.shape)
    if case.cls is losses.Distillation:
        direction[:, 1] = 0  # No gradient flows into the teacher.
    assert_slope(lambda x: case.per_sample(y_true, x), y_pred, direction)


@pytest.mark.parametrize("loss", ADVERSARIAL[:-1], ids=lambda loss: loss.name)
@PROPERTY
@given(SEEDS)
def test_gradients_of_scores_are_their_slopes(loss, seed):
    loss = type(loss).from_config({**loss.get_config(), "dtype": "float64"})
    real, fake, direction = np.random.default_rng(seed).normal(size=(3, BATCH, 3))
    assert_slope(lambda x: loss.discriminator(x, fake), real, direction)
    assert_slope(lambda x: loss.discriminator(real, x), fake, direction)
    assert_slope(lambda x: loss.generator(x, real), fake, direction)
