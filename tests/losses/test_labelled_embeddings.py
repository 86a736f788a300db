"""The supervised contrastive loss and triplet losses."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import losses

RNG = np.random.default_rng(0)
LABELS = np.array([0, 1, 0, 2, 1, 0, 3])
EMBEDDINGS = RNG.normal(size=(7, 4))


def others_of(anchor, kept, is_same):
    return [i for i in range(7) if i != anchor and kept[i] and (LABELS[i] == LABELS[anchor]) == is_same]


def supervised_contrastive_by_hand(kept):
    z = EMBEDDINGS / np.linalg.norm(EMBEDDINGS, axis=1, keepdims=True)
    values = np.zeros(7)
    for anchor in np.flatnonzero(kept):
        positives, negatives = (others_of(anchor, kept, same) for same in (True, False))
        whole = sum(np.exp(z[anchor] @ z[i] / 0.3) for i in positives + negatives)
        if positives:
            values[anchor] = -np.mean([np.log(np.exp(z[anchor] @ z[i] / 0.3) / whole) for i in positives])
    return values


def triplets_by_hand(kept, cost, reduce):
    values = np.zeros(7)
    for anchor in np.flatnonzero(kept):
        far, near = (
            [np.linalg.norm(EMBEDDINGS[anchor] - EMBEDDINGS[i]) for i in others_of(anchor, kept, same)]
            for same in (True, False)
        )
        if far and near:
            values[anchor] = reduce([cost(p - n) for p, n in itertools.product(far, near)])
    return values


def hinge(lead):
    return max(lead + 0.7, 0.0)


def soft(lead):
    return np.log1p(np.exp(lead))


KEPT = [np.ones(7, bool), np.array([1, 1, 1, 0, 1, 0, 1], bool)]


@pytest.mark.parametrize("kept", KEPT, ids=["all", "masked"])
def test_formulas(kept):
    """F31: in float64, by loops over all pairs and triplets. The hardest triplet costs most."""
    cases = [
        (losses.supervised_contrastive, {"temperature": 0.3}, supervised_contrastive_by_hand(kept)),
        (losses.batch_all_triplet, {"margin": 0.7}, triplets_by_hand(kept, hinge, np.mean)),
        (losses.batch_all_triplet, {"margin": None}, triplets_by_hand(kept, soft, np.mean)),
        (losses.batch_hard_triplet, {"margin": 0.7}, triplets_by_hand(kept, hinge, np.max)),
        (losses.batch_hard_triplet, {"margin": None}, triplets_by_hand(kept, soft, np.max)),
    ]
    for function, arguments, expected in cases:
        found = function(LABELS, EMBEDDINGS, **arguments, mask=None if kept.all() else kept)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15, err_msg=function.__name__)
        (cls,) = (each for each in vars(losses).values() if getattr(each, "function", None) is function)
        mean = cls(**arguments, dtype="float64")(LABELS[kept], EMBEDDINGS[kept])
        compared = [i for i in np.flatnonzero(kept) if others_of(i, kept, True)]
        np.testing.assert_allclose(mean, expected[compared].mean(), rtol=1e-12)


def test_two_views_and_a_label_for_each_are_nt_xent():
    """F31."""
    views = RNG.normal(size=(6, 2, 5))
    expected = losses.nt_xent(views[:, 0], views[:, 1], 0.4)
    np.testing.assert_allclose(losses.supervised_contrastive(np.arange(6), views, 0.4), expected, rtol=1e-10)


def test_order_and_names_of_labels_do_not_matter():
    order = RNG.permutation(7)
    for function in (losses.supervised_contrastive, losses.batch_all_triplet, losses.batch_hard_triplet):
        expected = ops.convert_to_numpy(function(LABELS, EMBEDDINGS))
        found = function(-10 * LABELS[order, None], EMBEDDINGS[order])
        np.testing.assert_allclose(found, expected[order], rtol=1e-12, atol=1e-15)


def test_equal_embeddings_have_finite_gradients():
    import tensorflow as tf

    x = tf.ones((4, 3))
    for function in (losses.supervised_contrastive, losses.batch_all_triplet, losses.batch_hard_triplet):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = ops.sum(function(np.array([0, 0, 1, 1]), x))
        assert np.all(np.isfinite(tape.gradient(value, x))), function.__name__


def test_a_batch_without_pairs_costs_nothing():
    for loss in (losses.SupervisedContrastive(), losses.BatchAllTriplet(), losses.BatchHardTriplet()):
        assert loss(np.arange(4), EMBEDDINGS[:4]) == 0
    assert losses.BatchHardTriplet()(np.zeros(4), EMBEDDINGS[:4]) == 0


def test_arguments_are_named():
    for call, message in (
        (lambda: losses.BatchAllTriplet(margin=-1), "`margin` must be"),
        (lambda: losses.batch_hard_triplet(LABELS, EMBEDDINGS, "soft"), "`margin` must be"),
        (lambda: losses.SupervisedContrastive(temperature=0), "`temperature` must be"),
        (lambda: losses.batch_all_triplet(LABELS[:3], EMBEDDINGS), "`y_true` must have one label for each embedding"),
        (lambda: losses.batch_all_triplet(np.eye(7), EMBEDDINGS), "`y_true` must have shape"),
        (lambda: losses.batch_all_triplet(LABELS, np.ones((7, 2, 3))), "`y_pred` must have shape"),
        (lambda: losses.supervised_contrastive(LABELS, np.ones(7)), "`y_pred` must have shape"),
        (lambda: losses.BatchAllTriplet()(LABELS, EMBEDDINGS, np.ones((7, 7))), "`sample_weight` must have shape"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_unknown_sizes_are_compiled():
    import tensorflow as tf

    for function in (losses.supervised_contrastive, losses.batch_all_triplet, losses.batch_hard_triplet):
        compiled = tf.function(function, input_signature=[tf.TensorSpec([None], "int64"), tf.TensorSpec([None, 4])])
        for count in (7, 3):
            given = LABELS[:count], EMBEDDINGS[:count].astype("float32")
            # Fused sums are rounded elsewhere.
            np.testing.assert_allclose(compiled(*given), function(*given), rtol=1e-5, atol=1e-6)


def test_masks_of_the_model_are_heeded():
    x = ops.convert_to_tensor(EMBEDDINGS)
    keras.src.backend.set_keras_mask(x, ops.convert_to_tensor(KEPT[1]))
    expected = losses.BatchAllTriplet()(LABELS[KEPT[1]], EMBEDDINGS[KEPT[1]])
    np.testing.assert_allclose(losses.BatchAllTriplet()(LABELS, x), expected, rtol=1e-6)
