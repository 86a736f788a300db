"""Values of elements and of classes, where a mean would hide them."""

import keras
import numpy as np
import pytest
from keras import ops
from loss_cases import BATCH, CASES, value_and_gradient

from keras_gan import losses

OF_ELEMENTS = [case for case in CASES if "per_element" in case.make().arguments]


def test_there_are_cases_of_each():
    assert {case.cls.__name__ for case in OF_ELEMENTS} == {
        *("MeanSquaredError", "BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"),
        *("KLDivergence", "JSDivergence", "BinaryFocal", "CategoricalFocal", "SparseCategoricalFocal"),
    }


@pytest.mark.parametrize("case", OF_ELEMENTS, ids=lambda case: case.name)
def test_samples_are_the_means_of_their_elements(case):
    y_true, y_pred = case.draw(6)
    ignored = case.arguments.get("ignore_class")
    elements = np.asarray(case.per_sample(y_true, y_pred, per_element=True))
    counts = np.ones(elements.shape, bool)
    if ignored is not None:
        counts = (y_true if elements.shape == y_true.shape else y_true.argmax(-1)) != ignored
    axes = tuple(range(1, elements.ndim))
    expected = np.where(counts, elements, 0).sum(axes) / counts.sum(axes) if axes else elements
    # The same float32 sums in another order.
    np.testing.assert_allclose(expected, case.per_sample(y_true, y_pred), rtol=1e-5, atol=1e-7)
    assert np.all(elements[~counts] == 0)


@pytest.mark.parametrize("case", OF_ELEMENTS, ids=lambda case: case.name)
def test_classes_weigh_and_mask_elements(case):
    y_true, y_pred = case.draw(6)
    loss = case.make(reduction=None, per_element=True)
    elements = np.asarray(loss(y_true, y_pred))
    weights = np.array([0.5, 2.0, 0.0, 1.5], "float32")
    expected = elements * weights.reshape(-1, *(1,) * (elements.ndim - 1))
    np.testing.assert_allclose(loss(y_true, y_pred, weights), expected, rtol=1e-6)
    masked = ops.convert_to_tensor(y_pred)
    kept = np.array([True, False, True, True])
    masked._keras_mask = ops.convert_to_tensor(kept)
    values = np.asarray(loss(y_true, masked))
    np.testing.assert_array_equal(values[kept], elements[kept])
    assert not values[~kept].any()
    with pytest.raises(ValueError, match=r"`per_element=True` needs reduction=None. Received: reduction='sum'"):
        case.make(reduction="sum", per_element=True)
    assert type(loss).from_config(loss.get_config()).arguments["per_element"] is True


def test_the_mean_of_all_pixels_is_what_a_model_is_evaluated_by():
    images = np.random.default_rng(0).normal(size=(3, 8, 8, 1)).astype("float32")
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Dense(1)])
    loss = losses.BinaryCrossentropy(reduction=None, per_element=True)
    pixels = np.asarray(loss((images > 0).astype("float32"), model(images)))
    assert pixels.shape == (3, 8, 8, 1)
    model.compile("sgd", losses.BinaryCrossentropy())
    assert model.evaluate(images, (images > 0).astype("float32"), verbose=0) == pytest.approx(pixels.mean(), rel=1e-5)


@pytest.mark.parametrize("cls", [losses.Dice, losses.Jaccard, losses.Tversky])
@pytest.mark.parametrize("mode", ["multiclass", "multilabel"])
def test_losses_of_classes_have_the_mean(cls, mode):
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(BATCH, 5, 5, 3)), rng.integers(0, 2, (BATCH, 5, 5, 3))
    labels = labels if mode == "multilabel" else labels.sum(-1) % 3
    options = {"mode": mode, "class_weights": [0.5, 2.0, 1.5], "include_background": False, "dtype": "float64"}
    by_class = cls(reduction=None, per_class=True, **options)
    values = np.asarray(by_class(labels, logits))
    assert values.shape == (BATCH, 2)
    np.testing.assert_allclose(values.mean(1), cls(reduction=None, **options)(labels, logits), rtol=1e-12)
    weights = np.arange(BATCH)
    np.testing.assert_allclose(by_class(labels, logits, weights), values * weights[:, None], rtol=1e-12)
    pooled = cls(reduction=None, per_class=True, per_image=False, **options)(labels, logits)
    assert pooled.shape == (2,)
    np.testing.assert_allclose(np.mean(pooled), cls(per_image=False, **options)(labels, logits), rtol=1e-12)


def test_a_pixel_of_several_labels_and_of_none():
    """One class is met, one is missed, and the third is nowhere."""
    labels = np.zeros((1, 2, 2, 3))
    labels[0, 0, :, 0] = labels[0, 0, 0, 1] = 1
    predicted = np.zeros((1, 2, 2, 3))
    predicted[0, 0, :, 0] = 1
    options = {"mode": "multilabel", "from_logits": False, "smooth": 0, "per_class": True}
    np.testing.assert_array_equal(losses.dice(labels, predicted, **options), [[0, 1, 0]])


@pytest.mark.parametrize("smooth", [(0.0, 1e-3), (2.0, 1.0)])
def test_images_without_a_pixel_that_counts_cost_nothing_whatever_is_added(smooth):
    labels, logits = np.full((2, 3, 3), 255), np.ones((2, 3, 3, 4))
    for function in (losses.dice, losses.jaccard, losses.tversky, losses.generalized_dice):
        values = function(labels, logits, mode="multiclass", ignore_class=255, smooth=smooth)
        np.testing.assert_array_equal(values, [0, 0])


def test_a_rare_class_weighs_as_much_as_a_common_one():
    """Of 99 pixels to one, missing the one costs 0.34 where classes weigh alike, and 0.01 where pixels do."""
    labels = np.zeros((1, 10, 10), int)
    labels[0, 0, 0] = 1
    predicted = np.zeros((1, 10, 10, 2))
    predicted[..., 0] = 1
    generalized = losses.generalized_dice(labels, predicted, from_logits=False, weighting="simple")
    # Weights 1/99 and 1: 1 − 2·(99/99 + 0) / ((100 + 99)/99 + 1).
    np.testing.assert_allclose(generalized, 1 - 2 / (199 / 99 + 1), rtol=1e-6)
    assert float(losses.generalized_dice(labels, predicted, from_logits=False, weighting="uniform")[0]) < 0.02


def test_divergence_of_distributions_that_are_close_keeps_its_digits():
    """float32, whose rounding is 10⁻⁷, against float64; each logarithm alone would lose all of them."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(1, 6))
    for size in (1e-2, 1.0, 30.0, 1e4):
        near = (logits + size * rng.normal(size=(1, 6))).astype("float32")
        expected = losses.js_divergence(logits.astype("float32").astype("float64"), near.astype("float64"), True)
        value = losses.js_divergence(logits.astype("float32"), near, True)
        # Logits differ by 10⁻² with an error of 10⁻⁷, whose square the divergence is.
        np.testing.assert_allclose(value, expected, rtol=1e-4)


def test_divergence_is_symmetric_and_at_most_log_2():
    p, q = np.eye(3)[[0, 1, 2]], np.array([[0, 1, 0], [0, 1, 0], [0.5, 0.0, 0.5]])
    # Nothing in common; the same; the last one by its definition, with M = (¼, 0, ¾).
    half_in_common = 0.5 * np.log(1 / 0.75) + 0.5 * (0.5 * np.log(0.5 / 0.25) + 0.5 * np.log(0.5 / 0.75))
    np.testing.assert_allclose(losses.js_divergence(p, q), [np.log(2), 0, half_in_common], rtol=1e-12)
    np.testing.assert_array_equal(losses.js_divergence(p, q), losses.js_divergence(q, p))
    infinite = np.array([[0.0, -np.inf], [3.0, -np.inf]]), np.array([[-np.inf, 0.0], [1.0, -np.inf]])
    np.testing.assert_allclose(losses.js_divergence(*infinite, from_logits=True), [np.log(2), 0], rtol=1e-12)


def test_divergence_from_an_impossible_class_has_no_gradient_of_the_wrong_sign():
    """The slope is −∞ at 0. A logarithm that ends at the smallest float has none, and nothing else may have one."""
    p, q = np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 0.5, 0.5]])
    _, gradient = value_and_gradient(lambda x: losses.js_divergence(p, x), q)
    assert gradient[0, 0] == 0
    assert np.all(gradient[0, 1:] > 0)
