"""Regression, cross-entropies and focal losses."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import ops
from loss_cases import value_and_gradient
from scipy import special

from keras_gan import losses

LOGITS = arrays(np.float64, (3, 4), elements=st.floats(-30, 30))
LABELS = np.array([0, 3, 1])


def test_shapes_do_not_broadcast():
    loss = losses.MeanSquaredError()
    with pytest.raises(ValueError, match=r"same shape.*\(3, 4\).*\(3, 1\)"):
        loss(np.ones((3, 4)), np.ones((3, 1)))
    with pytest.raises(ValueError, match="same shape"):
        loss(np.ones((3, 1)), np.ones((3, 4)))
    # One column beside none is the same thing.
    assert loss(np.ones(3), np.zeros((3, 1))) == loss(np.ones((3, 1)), np.zeros(3)) == 1


def test_shapes_are_checked_when_traced():
    @tf.function(input_signature=[tf.TensorSpec((None, 4)), tf.TensorSpec((None, 1))])
    def step(y_true, y_pred):
        return losses.MeanSquaredError()(y_true, y_pred)

    with pytest.raises(ValueError, match="same shape"):
        step.get_concrete_function()


def test_axes_of_unknown_length_do_not_broadcast():
    @tf.function(input_signature=[tf.TensorSpec([None, None]), tf.TensorSpec([None, None])])
    def step(y_true, y_pred):
        return losses.MeanSquaredError()(y_true, y_pred)

    assert step(tf.ones((3, 4)), tf.zeros((3, 4))) == 1
    with pytest.raises(tf.errors.InvalidArgumentError):
        step(tf.ones((3, 1)), tf.zeros((3, 4)))


@pytest.mark.parametrize("name", ["categorical_crossentropy", "categorical_focal", "dice"])
def test_last_axis_of_targets_must_be_known(name):
    arguments = {"mode": "multiclass"} if name == "dice" else {}

    @tf.function(input_signature=[tf.TensorSpec([None, None]), tf.TensorSpec([None, 3])])
    def step(y_true, y_pred):
        return getattr(losses, name)(y_true, y_pred, **arguments)

    with pytest.raises(ValueError, match="`y_true` must have a last axis of known length"):
        step.get_concrete_function()


@given(LOGITS)
def test_sparse_and_one_hot_labels_agree(logits):
    expected = special.logsumexp(logits, axis=1) - logits[np.arange(3), LABELS]
    for values in (
        losses.sparse_categorical_crossentropy(LABELS, logits),
        losses.categorical_crossentropy(np.eye(4)[LABELS], logits),
    ):
        np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-12)


def test_agrees_with_keras_where_keras_is_right():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(5, 4)).astype("float32"), rng.integers(0, 4, 5)
    pairs = [
        (losses.MeanSquaredError(), keras.losses.MeanSquaredError(), rng.normal(size=(5, 4))),
        (
            losses.SparseCategoricalCrossentropy(),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            labels,
        ),
        (
            losses.CategoricalCrossentropy(label_smoothing=0.1),
            keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
            np.eye(4)[labels],
        ),
        (
            losses.BinaryCrossentropy(label_smoothing=0.1),
            keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1),
            np.eye(4)[labels],
        ),
    ]
    weights = rng.random(5)
    for ours, theirs, y_true in pairs:
        np.testing.assert_allclose(ours(y_true, logits, weights), theirs(y_true, logits, weights), rtol=1e-5)


def test_small_losses_keep_their_digits():
    # −log σ(30) = 9.36e-14, which the difference of two numbers near 30 would lose.
    np.testing.assert_allclose(losses.binary_crossentropy([1.0, 0.0], [30.0, -30.0]), np.exp(-30.0), rtol=1e-5)


def test_weight_of_positives():
    x, y = np.array([1.5, -0.5]), np.array([1.0, 0.0])
    expected = [3.0 * np.log1p(np.exp(-1.5)), np.log1p(np.exp(-0.5))]
    np.testing.assert_allclose(losses.binary_crossentropy(y, x, pos_weight=3.0), expected, rtol=1e-12)


# --- labels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
def test_labels_are_taken_before_any_cast(dtype):
    # In bfloat16, 257 is 256.
    logits = np.zeros((2, 300), "float32")
    logits[0, 257] = logits[1, 256] = 20.0
    loss = losses.SparseCategoricalCrossentropy(dtype=dtype)(np.array([257, 256]), ops.cast(logits, dtype))
    assert float(loss) < 1e-3
    focal = losses.SparseCategoricalFocal(gamma=0.0, dtype=dtype)(np.array([257, 256]), ops.cast(logits, dtype))
    assert float(focal) < 1e-3


@pytest.mark.parametrize("labels", [[0, 4, 1], [0, -1, 1], [0, 1.5, 1], [0, np.nan, 1]])
@pytest.mark.parametrize(
    "function", [losses.sparse_categorical_crossentropy, losses.sparse_categorical_focal], ids=lambda f: f.__name__
)
def test_labels_that_are_no_class_are_refused(function, labels):
    with pytest.raises(ValueError, match=r"`y_true` must hold whole numbers from 0 to 3"):
        function(np.array(labels), np.zeros((3, 4), "float32"))
    with pytest.raises(ValueError, match=r"`y_true` must hold whole numbers"):
        function(tf.constant(labels), tf.zeros((3, 4)))


@pytest.mark.parametrize("label", [-1, 4])
def test_labels_that_are_no_class_stop_a_compiled_step(label):
    @tf.function(input_signature=[tf.TensorSpec([None], "int64"), tf.TensorSpec([None, 4])])
    def step(y_true, y_pred):
        return losses.sparse_categorical_crossentropy(y_true, y_pred), losses.dice(y_true, y_pred, "multiclass")

    step(tf.constant([0, 3], "int64"), tf.zeros((2, 4)))
    with pytest.raises(tf.errors.InvalidArgumentError):
        step(tf.constant([0, label], "int64"), tf.zeros((2, 4)))


def test_missing_labels_are_named():
    for name in ("MeanSquaredError", "BinaryCrossentropy", "SparseCategoricalFocal", "KLDivergence", "Dice"):
        with pytest.raises(ValueError, match="`y_true` must be labels. Received: y_true=None"):
            getattr(losses, name)()(None, np.zeros((2, 3), "float32"))


def test_lists_are_arrays():
    y_true, y_pred = [[0, 255], [1, 2]], np.zeros((2, 2, 3)).tolist()
    expected = np.log(3)
    for loss in (
        losses.SparseCategoricalCrossentropy(ignore_class=255),
        losses.DiceCrossentropy("multiclass", dice_weight=0, crossentropy_weight=1, ignore_class=255),
    ):
        np.testing.assert_allclose(loss(y_true, y_pred, [1.0, 1.0]), expected, rtol=1e-6)
    np.testing.assert_allclose(
        losses.dice_crossentropy(y_true, y_pred, "multiclass", ignore_class=255, dice_weight=0, crossentropy_weight=1),
        [expected, expected],
        rtol=1e-6,
    )


def test_rounding_of_resized_images_is_no_error():
    resized = np.array([[-2.4e-7, 1 + 2.4e-7]], "float32")
    assert np.all(np.isfinite(losses.binary_crossentropy(resized, np.zeros((1, 2), "float32"))))


@pytest.mark.parametrize("targets", [[2.0, 0.0], [-0.1, 0.0], [np.nan, 0.0]])
def test_targets_outside_the_unit_interval_are_refused(targets):
    for function in (losses.binary_crossentropy, losses.binary_focal, losses.dice, losses.contrastive):
        with pytest.raises(ValueError, match=r"`y_true` must be in \[0, 1\]"):
            function(np.array(targets), np.zeros(2, "float32"))
    with pytest.raises(ValueError, match=r"`y_true` must be in \[0, 1\]"):
        losses.categorical_crossentropy(np.array([targets]), np.zeros((1, 2), "float32"))


def test_ignored_class_counts_nowhere():
    logits = np.random.default_rng(0).normal(size=(4, 3))
    kept = np.array([0, 2])
    for labels, ignored in ((np.array([1, 255, 2, 255]), 255), (np.array([1, -1, 2, -1]), -1)):
        loss = losses.SparseCategoricalCrossentropy(ignore_class=ignored, dtype="float64")
        np.testing.assert_allclose(loss(labels, logits), loss(labels[kept], logits[kept]), rtol=1e-12)
    loss = losses.CategoricalCrossentropy(ignore_class=0, dtype="float64")
    one_hot = np.eye(3)[[1, 0, 2, 0]]
    np.testing.assert_allclose(loss(one_hot, logits), loss(one_hot[kept], logits[kept]), rtol=1e-12)
    with pytest.raises(ValueError, match="whole numbers"):
        losses.sparse_categorical_crossentropy([1, 255, 2, 7], logits, ignore_class=255)


def test_weights_of_classes_do_not_break_the_gradient():
    # TensorFlow's fused cross-entropy takes the gradient p − w·y, right only where targets add up to one.
    logits, targets = np.array([[0.3, -0.2, 0.5]]), np.array([[0.0, 1.0, 0.0]])
    weighted = lambda x: losses.categorical_crossentropy(targets, x, class_weights=[1.0, 4.0, 1.0])  # noqa: E731
    _, gradient = value_and_gradient(weighted, logits)
    np.testing.assert_allclose(gradient, 4 * (special.softmax(logits) - targets), rtol=1e-12)


# --- focal ----------------------------------------------------------------------------------------------------------

EXTREME = np.array([[-40.0, 0.0, 40.0, 3.0], [0.1, -0.2, 1e4, -1e4], [5.0, 5.0, 5.0, 5.0]], "float32")


@pytest.mark.parametrize(
    ("focal", "crossentropy", "y_true", "arguments"),
    [
        (losses.binary_focal, losses.binary_crossentropy, np.eye(4)[LABELS], {"alpha": None}),
        (losses.categorical_focal, losses.categorical_crossentropy, np.eye(4)[LABELS], {}),
        (losses.sparse_categorical_focal, losses.sparse_categorical_crossentropy, LABELS, {}),
    ],
    ids=["binary", "categorical", "sparse"],
)
def test_gamma_zero_is_the_crossentropy_to_the_last_bit(focal, crossentropy, y_true, arguments):
    value, gradient = value_and_gradient(lambda x: focal(y_true, x, gamma=0.0, **arguments), EXTREME)
    expected, expected_gradient = value_and_gradient(lambda x: crossentropy(y_true, x), EXTREME)
    np.testing.assert_array_equal(value, expected)
    np.testing.assert_array_equal(gradient, expected_gradient)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0, 5.0])
def test_focal_losses_in_float64(gamma):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3, 4))
    p = special.softmax(logits, axis=1)[np.arange(3), LABELS]
    expected = -((1 - p) ** gamma) * np.log(p)
    np.testing.assert_allclose(losses.sparse_categorical_focal(LABELS, logits, gamma=gamma), expected, rtol=1e-12)
    one_hot = np.eye(4)[LABELS]
    np.testing.assert_allclose(losses.categorical_focal(one_hot, logits, gamma=gamma), expected, rtol=1e-12)
    q = special.expit(logits)
    expected = -0.3 * one_hot * (1 - q) ** gamma * np.log(q) - 0.7 * (1 - one_hot) * q**gamma * np.log(1 - q)
    values = losses.binary_focal(one_hot, logits, alpha=0.3, gamma=gamma)
    np.testing.assert_allclose(values, expected.mean(1), rtol=1e-12)


@pytest.mark.parametrize("gamma", [0.1, 0.5, 2.0])
def test_focal_gradient_survives_errors_of_forty_logits(gamma):
    # The modulating factor is 1 there, so the gradient is the cross-entropy's.
    x = np.array([[40.0, -40.0]], "float32")
    _, gradient = value_and_gradient(lambda x: losses.sparse_categorical_focal([1], x, gamma=gamma), x)
    np.testing.assert_allclose(gradient, [[1.0, -1.0]], rtol=1e-5)
    _, gradient = value_and_gradient(lambda x: losses.binary_focal([[0.0, 1.0]], x, alpha=None, gamma=gamma), x)
    np.testing.assert_allclose(gradient, [[0.5, -0.5]], rtol=1e-5)


# --- arguments ------------------------------------------------------------------------------------------------------

ZEROS, BITS = np.zeros((2, 3), "float32"), np.zeros((2, 3))


@pytest.mark.parametrize(
    ("name", "arguments", "match"),
    [
        ("BinaryFocal", {"gamma": -1.0}, "`gamma` must be a number of at least 0. Received: gamma=-1.0"),
        ("BinaryFocal", {"gamma": float("nan")}, "`gamma` must be a number"),
        ("BinaryFocal", {"alpha": 1.5}, r"`alpha` must be a number in \[0, 1\]"),
        ("BinaryFocal", {"alpha": [0.5, -0.5, 0.5]}, "`alpha` must be a number of at least 0, or a list"),
        ("CategoricalFocal", {"gamma": "2"}, "`gamma` must be a number"),
        ("SparseCategoricalFocal", {"alpha": [1.0, float("inf"), 1.0]}, "`alpha` must be a number of at least 0"),
        ("BinaryCrossentropy", {"label_smoothing": 1.0}, r"`label_smoothing` must be a number in \[0, 1\)"),
        ("BinaryCrossentropy", {"pos_weight": -2.0}, "`pos_weight` must be a number of at least 0"),
        ("CategoricalCrossentropy", {"label_smoothing": -0.1}, "`label_smoothing`"),
        ("SparseCategoricalCrossentropy", {"class_weights": [1.0, -1.0, 1.0]}, "`class_weights`"),
        ("SparseCategoricalCrossentropy", {"class_weights": []}, "`class_weights`"),
        ("CategoricalCrossentropy", {"class_weights": 2.0}, "`class_weights` must be a list of one weight a class"),
        ("SparseCategoricalCrossentropy", {"ignore_class": 1.5}, "`ignore_class` must be an integer in"),
        ("MeanSquaredError", {"reduction": "average"}, "`reduction`"),
    ],
)
def test_arguments_are_checked_at_construction(name, arguments, match):
    with pytest.raises(ValueError, match=match):
        getattr(losses, name)(**arguments)


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "match"),
    [
        (losses.SparseCategoricalCrossentropy(class_weights=[1, 2]), [0, 1], ZEROS, "one weight for each of 3 classes"),
        (losses.CategoricalCrossentropy(class_weights=[1, 2]), BITS, ZEROS, "`class_weights`.*Received: 2"),
        (losses.SparseCategoricalFocal(alpha=[1, 2]), [0, 1], ZEROS, "`alpha`.*Received: 2"),
        (losses.BinaryFocal(alpha=[0.1, 0.2]), BITS, ZEROS, "`alpha`"),
        (losses.BinaryCrossentropy(pos_weight=[1, 2]), BITS, ZEROS, "`pos_weight`"),
        (losses.SparseCategoricalCrossentropy(), [0, 1, 2], ZEROS, "one label for each vector"),
        (losses.SparseCategoricalCrossentropy(), BITS, ZEROS, "one label for each vector"),
        (losses.CategoricalCrossentropy(), [0, 1], ZEROS, "same shape"),
        (losses.SparseCategoricalCrossentropy(), 0, np.zeros(3), r"`y_pred` must have shape \(batch, ..., classes\)"),
        (losses.BinaryCrossentropy(), BITS[:, :2], ZEROS, "same shape"),
        (losses.BinaryCrossentropy(pos_weight=[1, 2, 3]), BITS[0], ZEROS[0], "`pos_weight`"),
        (losses.BinaryFocal(alpha=[0.1, 0.2, 0.3]), BITS[0], ZEROS[0], "`alpha`"),
        (losses.MeanSquaredError(), 1.0, np.float32(2), r"`y_pred` must have shape \(batch, ...\)"),
        (losses.KLDivergence(), BITS[:, :2], ZEROS, "same shape"),
    ],
    ids=lambda value: value.name if isinstance(value, losses.AdversarialLoss.__base__) else "",
)
def test_shapes_are_checked(loss, y_true, y_pred, match):
    with pytest.raises(ValueError, match=match):
        loss(np.asarray(y_true), y_pred)


def test_weights_of_samples_must_be_as_many():
    for weights in (np.ones(3), np.ones(1)):
        with pytest.raises(ValueError, match="`sample_weight` must have the shape"):
            losses.MeanSquaredError()(np.ones((4, 2)), np.zeros((4, 2)), weights)
    with pytest.raises(ValueError, match="must have the shape of the elements"):
        losses.MeanSquaredError()(np.ones((4, 2)), np.zeros((4, 2)), np.ones((1, 2)))
    with pytest.raises(ValueError, match="`mask` must have the shape"):
        losses.mean_squared_error(np.ones((4, 2)), np.zeros((4, 2)), mask=[True])


def test_weights_of_elements_are_divided_by_their_sum_on_request():
    rng = np.random.default_rng(0)
    y_true, y_pred, weights = rng.normal(size=(3, 4, 2)), rng.normal(size=(3, 4, 2)), rng.random((3, 4))
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight", dtype="float64")
    errors = ((y_true - y_pred) ** 2).mean(-1)
    np.testing.assert_allclose(loss(y_true, y_pred, weights), (weights * errors).sum() / weights.sum(), rtol=1e-12)


def test_sequence_model_masks_its_padding():
    # Token 0 is padding; the mask travels from the embedding to the loss.
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Embedding(5, 3, mask_zero=True), keras.layers.Dense(4)])
    tokens, labels = np.array([[1, 2, 0, 0], [3, 4, 1, 0]]), np.array([[0, 1, 2, 3], [3, 2, 1, 0]])
    logits = model(tokens)
    elements = -ops.convert_to_numpy(ops.log_softmax(logits))[np.arange(2)[:, None], np.arange(4), labels]
    expected = (elements[0, :2].mean() + elements[1, :3].mean()) / 2
    np.testing.assert_allclose(losses.SparseCategoricalCrossentropy()(labels, logits), expected, rtol=1e-5)


@pytest.mark.parametrize("compiled", [None, "graph", "xla"])
@pytest.mark.parametrize(
    "function",
    [losses.categorical_crossentropy, losses.categorical_focal, losses.sparse_categorical_crossentropy],
    ids=lambda function: function.__name__,
)
def test_class_that_is_ruled_out_costs_nothing(function, compiled):
    """F28: 0·log 0 is 0, and the other classes have the loss and the gradient that they have alone."""
    logits = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")
    labels = np.array([2, 0])
    y_true = labels if "sparse" in function.__name__ else np.eye(3, dtype="float32")[labels]
    expected, expected_gradient = value_and_gradient(lambda x: function(y_true, x), logits, compiled)
    logits = np.insert(logits, 1, -np.inf, axis=1)
    y_true = np.where(labels > 0, labels + 1, 0) if y_true.ndim == 1 else np.insert(y_true, 1, 0, axis=1)
    value, gradient = value_and_gradient(lambda x: function(y_true, x), logits, compiled)
    # The same sums, with a zero in them.
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    np.testing.assert_allclose(gradient, np.insert(expected_gradient, 1, 0, axis=1), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("function", [losses.categorical_crossentropy, losses.categorical_focal])
def test_class_that_is_ruled_out_and_true_costs_infinitely_much(function):
    """F28."""
    assert float(function(np.eye(2)[[0]], np.array([[-np.inf, 0.0]]))[0]) == np.inf


@pytest.mark.parametrize("jit_compile", [False, True])
def test_class_that_is_ruled_out_is_left_alone_in_fit(jit_compile):
    """F28: a mask of −∞ on a class that no sample has, as for moves that a game forbids."""
    rng = np.random.default_rng(0)
    points, labels = rng.normal(size=(8, 2)).astype("float32"), np.eye(3, dtype="float32")[rng.integers(0, 2, 8)]

    def history(forbidden):
        keras.utils.set_random_seed(0)
        point = keras.Input((2,))
        logits = keras.layers.Dense(2)(point)
        third = keras.ops.full_like(logits[:, :1], -np.inf)
        model = keras.Model(point, keras.ops.concatenate([logits, third], axis=1) if forbidden else logits)
        model.compile(keras.optimizers.SGD(0.5), losses.CategoricalCrossentropy(), jit_compile=jit_compile)
        targets = labels if forbidden else labels[:, :2]
        return model.fit(points, targets, batch_size=8, epochs=3, verbose=0).history["loss"]

    np.testing.assert_allclose(history(True), history(False), rtol=1e-6)
