import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from loss_cases import value_and_gradient

from keras_gan import losses

PIXELS = arrays(np.float64, (2, 3, 3, 1), elements=st.floats(-5, 5))
MASKS = arrays(np.float64, (2, 3, 3, 1), elements=st.sampled_from([0.0, 1.0]))
RNG = np.random.default_rng(0)
LOGITS, LABELS = RNG.normal(size=(3, 4, 4, 3)), RNG.integers(0, 3, (3, 4, 4))


@given(MASKS, PIXELS, st.floats(0.01, 3))
def test_indices_are_one_family(y_true, y_pred, smooth):
    half = losses.tversky(y_true, y_pred, 0.5, 0.5, smooth=smooth / 2)
    np.testing.assert_allclose(losses.dice(y_true, y_pred, smooth=smooth), half, rtol=1e-12, atol=1e-14)
    one = losses.tversky(y_true, y_pred, 1.0, 1.0, smooth=smooth)
    np.testing.assert_allclose(losses.jaccard(y_true, y_pred, smooth=smooth), one, rtol=1e-12, atol=1e-14)


@given(MASKS, PIXELS)
def test_values_are_of_the_formula_and_in_the_unit_interval(y_true, y_pred):
    p = 1 / (1 + np.exp(-y_pred))
    axes = (1, 2, 3)
    expected = 1 - (2 * (p * y_true).sum(axes) + 1) / (p.sum(axes) + y_true.sum(axes) + 1)
    values = np.asarray(losses.dice(y_true, y_pred))
    np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-14)
    assert np.all((values >= 0) & (values < 1))


def test_alpha_weighs_false_positives():
    everything, nothing = np.full((1, 4), 50.0), np.full((1, 4), -50.0)
    y_true = np.array([[1.0, 1.0, 0.0, 0.0]])
    # Two true positives and two false ones: 2 / (2 + 2α); nothing found: 0 / 2β.
    np.testing.assert_allclose(losses.tversky(y_true, everything, 0.3, 0.7, smooth=0), 1 - 2 / 2.6, rtol=1e-12)
    np.testing.assert_allclose(losses.tversky(y_true, nothing, 0.3, 0.7, smooth=0), 1.0, rtol=1e-12)
    found = losses.tversky(y_true, np.array([[50.0, -50.0, -50.0, -50.0]]), 0.3, 0.7, smooth=0)
    np.testing.assert_allclose(found, 1 - 1 / 1.7, rtol=1e-12)


@pytest.mark.parametrize("function", [losses.dice, losses.jaccard, losses.tversky], ids=lambda f: f.__name__)
def test_soft_labels_cost_least_where_they_are_met(function):
    soft = np.array([[0.2, 0.7, 0.5, 0.9]])
    met = np.log(soft / (1 - soft))
    np.testing.assert_allclose(function(soft, met), 0.0, atol=1e-12)
    # With the product in place of the L1 form, certainty would cost less than the truth.
    assert function(soft, 20 * met)[0] > 0.05
    assert function(soft, 0.5 * met)[0] > 0.05


@pytest.mark.parametrize("function", [losses.dice, losses.jaccard, losses.tversky], ids=lambda f: f.__name__)
def test_two_empty_masks_agree(function):
    empty = np.zeros((2, 4), "float32")
    for smooth in (0.0, 1.0):
        value, gradient = value_and_gradient(lambda x, s=smooth: function(empty, x, smooth=s), empty - 200.0)
        np.testing.assert_allclose(value, 0.0, atol=1e-6)
        assert np.all(np.isfinite(gradient))
        value, gradient = value_and_gradient(
            lambda x, s=smooth: function(empty, x, smooth=s, mask=np.zeros((2, 4), bool)), empty
        )
        np.testing.assert_array_equal(value, 0.0)
        np.testing.assert_array_equal(gradient, 0.0)


@pytest.mark.parametrize("function", [losses.dice, losses.jaccard, losses.tversky], ids=lambda f: f.__name__)
def test_gradient_where_a_probability_is_its_label(function):
    # A pixel of the background at exactly 0 must not be pushed up, nor one of the object at 1 down.
    y_true, near = np.array([[0.0, 1.0, 1.0]]), np.array([[1e-9, 1 - 1e-9, 0.5]])
    _, expected = value_and_gradient(lambda x: function(y_true, x, from_logits=False), near)
    _, gradient = value_and_gradient(lambda x: function(y_true, x, from_logits=False), np.round(near, 3))
    np.testing.assert_allclose(gradient, expected, rtol=1e-6)


def test_unknown_arguments_are_refused():
    with pytest.raises(TypeError, match="alpha"):
        losses.Dice(alpha=0.3)
    with pytest.raises(TypeError, match="gamma"):
        losses.Tversky(gamma=1.0)
    assert losses.Tversky(0.2, 0.8, "multiclass").get_config()["mode"] == "multiclass"


def test_sparse_and_one_hot_labels_agree():
    one_hot = np.eye(3)[LABELS]
    for arguments in ({}, {"include_background": False}, {"class_weights": [1.0, 2.0, 3.0]}, {"ignore_class": 2}):
        sparse = losses.dice(LABELS, LOGITS, mode="multiclass", **arguments)
        np.testing.assert_array_equal(losses.dice(one_hot, LOGITS, mode="multiclass", **arguments), sparse)
        np.testing.assert_array_equal(losses.dice(LABELS[..., None], LOGITS, mode="multiclass", **arguments), sparse)


def test_classes_are_averaged_one_by_one():
    p = np.exp(LOGITS) / np.exp(LOGITS).sum(-1, keepdims=True)
    by_class = []
    for c in range(3):
        y = c == LABELS
        by_class.append(1 - (2 * (p[..., c] * y).sum((1, 2)) + 1) / (p[..., c].sum((1, 2)) + y.sum((1, 2)) + 1))
    by_class = np.stack(by_class, -1)
    options = [
        ({}, by_class.mean(-1)),
        ({"include_background": False}, by_class[:, 1:].mean(-1)),
        ({"class_weights": [1.0, 2.0, 3.0]}, (by_class * [1, 2, 3]).mean(-1)),
    ]
    for arguments, expected in options:
        np.testing.assert_allclose(losses.dice(LABELS, LOGITS, "multiclass", **arguments), expected, rtol=1e-12)


def test_ignored_pixels_count_nowhere():
    void = np.where(RNG.random(LABELS.shape) < 0.4, 255, LABELS)
    values = losses.dice(void, LOGITS, mode="multiclass", ignore_class=255)
    for i in range(3):
        kept = void[i] != 255
        alone = losses.dice(void[i][kept][None], LOGITS[i][kept][None], mode="multiclass")
        np.testing.assert_allclose(values[i], alone[0], rtol=1e-12)
    binary = np.array([[1.0, 255.0, 0.0, 255.0]])
    logits = np.array([[0.3, 5.0, -0.2, -7.0]])
    expected = losses.dice(binary[:, ::2], logits[:, ::2])
    np.testing.assert_allclose(losses.dice(binary, logits, ignore_class=255), expected, rtol=1e-12)
    combined = losses.DiceCrossentropy(ignore_class=255, dtype="float64")
    np.testing.assert_allclose(
        combined(binary, logits), losses.DiceCrossentropy(dtype="float64")(binary[:, ::2], logits[:, ::2]), rtol=1e-12
    )


def test_pooled_batch_weighs_samples_inside_its_sums():
    pooled = losses.Dice("multiclass", per_image=False, reduction="sum", dtype="float64")
    alone = losses.dice(LABELS, LOGITS, mode="multiclass")
    for i, row in enumerate(np.eye(3)):
        np.testing.assert_allclose(pooled(LABELS, LOGITS, sample_weight=row), alone[i], rtol=1e-12)
    whole = losses.dice(LABELS, LOGITS, mode="multiclass", per_image=False)
    assert whole.shape == ()
    np.testing.assert_allclose(pooled(LABELS, LOGITS), whole, rtol=1e-12)
    np.testing.assert_allclose(
        whole, losses.dice(LABELS.reshape(1, -1), LOGITS.reshape(1, -1, 3), mode="multiclass")[0], rtol=1e-12
    )


def test_sum_of_its_parts():
    y_true = RNG.integers(0, 2, (3, 4, 4))
    y_pred = RNG.normal(size=(3, 4, 4))
    expected = 0.5 * losses.dice(y_true, y_pred) + 0.5 * losses.binary_crossentropy(y_true, y_pred)
    np.testing.assert_allclose(losses.dice_crossentropy(y_true, y_pred), expected, rtol=1e-12)
    expected = 0.2 * losses.dice(LABELS, LOGITS, "multiclass") + losses.sparse_categorical_crossentropy(LABELS, LOGITS)
    values = losses.dice_crossentropy(LABELS, LOGITS, "multiclass", dice_weight=0.2, crossentropy_weight=1)
    np.testing.assert_allclose(values, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "arguments", "match"),
    [
        ("Dice", {"mode": "several"}, r"`mode` must be one of \('binary', 'multiclass', 'multilabel'\)"),
        ("Dice", {"per_class": True}, "`per_class` need mode='multiclass'"),
        ("Jaccard", {"mode": "multiclass", "per_class": True}, "`per_class=True` needs reduction=None"),
        ("Dice", {"mode": "multilabel", "ignore_class": 0}, "`ignore_class` is not for mode='multilabel'"),
        ("Dice", {"smooth": (1.0, -1.0)}, "`smooth` must be a number of at least 0"),
        ("Tversky", {"smooth": (1.0,)}, "a pair of such numbers"),
        ("GeneralizedDice", {"mode": "binary"}, "`mode` must be one of"),
        ("GeneralizedDice", {"weighting": "cubic"}, "`weighting` must be one of"),
        ("Dice", {"smooth": -1.0}, "`smooth` must be a number of at least 0"),
        ("Dice", {"class_weights": [1.0, 2.0]}, "need mode='multiclass'"),
        ("Jaccard", {"include_background": False}, "need mode='multiclass'"),
        (
            "Jaccard",
            {"mode": "multiclass", "class_weights": 2.0},
            "`class_weights` must be a list of one weight a class",
        ),
        ("Tversky", {"alpha": -0.1}, "`alpha` must be a number of at least 0"),
        ("Tversky", {"beta": None}, "`beta` must be a number of at least 0"),
        ("Tversky", {"alpha": 0.3, "beta": 0.7, "squared": True}, "`squared` needs equal `alpha` and `beta`"),
        ("DiceCrossentropy", {"dice_weight": -0.5}, "`dice_weight`"),
        ("DiceCrossentropy", {"mode": "multiclass", "class_weights": [-1.0, 1.0]}, "`class_weights`"),
    ],
)
def test_arguments_are_checked_at_construction(name, arguments, match):
    with pytest.raises(ValueError, match=match):
        getattr(losses, name)(**arguments)


def test_labels_and_shapes_are_checked():
    with pytest.raises(ValueError, match="whole numbers from 0 to 2"):
        losses.dice(LABELS + 1, LOGITS, mode="multiclass")
    with pytest.raises(ValueError, match="one label for each vector"):
        losses.dice(LABELS[:, :2], LOGITS, mode="multiclass")
    with pytest.raises(ValueError, match="two classes"):
        losses.dice(LABELS, LOGITS[..., :1], mode="multiclass")
    with pytest.raises(ValueError, match="same shape"):
        losses.dice(LABELS, LOGITS)
    with pytest.raises(ValueError, match="one weight for each of 3 classes"):
        losses.Dice("multiclass", class_weights=[1.0, 2.0])(LABELS, LOGITS)
    with pytest.raises(ValueError, match="must leave a class"):
        losses.dice(LABELS % 2, LOGITS[..., :2], "multiclass", include_background=False, ignore_class=1)
    with pytest.raises(ValueError, match="`mask` must have the shape"):
        losses.dice(LABELS, LOGITS, "multiclass", mask=np.ones((3, 4, 5), bool))
