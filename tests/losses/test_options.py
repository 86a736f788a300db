"""Options together: masks with weights, probabilities with class weights, dtypes, shapes that are not known."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from loss_cases import value_and_gradient
from scipy import special

from keras_gan import losses

RNG = np.random.default_rng(0)
LOGITS, LABELS = RNG.normal(size=(3, 4, 4, 3)), RNG.integers(0, 3, (3, 4, 4))
P, Y = special.softmax(LOGITS, -1), np.eye(3)[LABELS]
OVERLAP = [(losses.dice, 0.5, 0.5, 2.0), (losses.jaccard, 1.0, 1.0, 1.0), (losses.tversky, 0.3, 0.7, 1.0)]


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("weights", [None, [0.5, 2.0, 1.5]])
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize(("function", "a", "b", "k"), OVERLAP)
def test_every_option_of_every_overlap(function, a, b, k, squared, first, weights, from_logits):
    if function is losses.tversky and squared:
        b = a
    w, m = RNG.random((3, 4, 4)), RNG.random((3, 4, 4)) < 0.7
    n = (w * m)[..., None]
    axes = (1, 2)
    i, p, y = ((x * n).sum(axes) for x in (P * Y, P**2 if squared else P, Y))
    s = 0.3
    by_class = 1 - (k * i + s) / (k * (i + a * (p - i) + b * (y - i)) + s)
    expected = (by_class * (weights or 1))[:, first:].mean(-1)
    extra = {"alpha": a, "beta": b} if function is losses.tversky else {}
    options = {"mode": "multiclass", "smooth": s, "squared": squared, "from_logits": from_logits, **extra}
    options |= {"include_background": not first, "class_weights": weights}
    x = LOGITS if from_logits else P
    np.testing.assert_allclose(function(LABELS, x, **options, mask=m, element_weight=w), expected, rtol=1e-10)
    if function is losses.dice:
        ce = losses.sparse_categorical_crossentropy(
            LABELS, x, from_logits, class_weights=weights, mask=m, element_weight=w
        )
        both = losses.dice_crossentropy(LABELS, x, **options, mask=m, element_weight=w)
        np.testing.assert_allclose(both, 0.5 * expected + 0.5 * np.asarray(ce), rtol=1e-10)


def test_ignored_class_has_no_loss_of_its_own():
    values = losses.dice(LABELS, LOGITS, "multiclass", ignore_class=1)
    n = (LABELS != 1)[..., None]
    i, p, y = ((x * n).sum((1, 2)) for x in (P * Y, P, Y))
    np.testing.assert_allclose(values, (1 - (2 * i + 1) / (p + y + 1))[:, [0, 2]].mean(-1), rtol=1e-10)


@pytest.mark.parametrize("cls", [losses.Dice, losses.Jaccard, losses.Tversky, losses.DiceCrossentropy])
@pytest.mark.parametrize("one_hot", [False, True])
def test_images_that_are_all_void_do_not_count_in_the_mean(cls, one_hot):
    labels = LABELS % 2
    labels[1] = 2
    y = np.eye(3)[labels] if one_hot else labels
    loss = cls(mode="multiclass", ignore_class=2, dtype="float64")
    np.testing.assert_allclose(loss(y, LOGITS), loss(y[[0, 2]], LOGITS[[0, 2]]), rtol=1e-12)


def test_binary_combination_of_mask_weights_and_void():
    y, x = np.array([[1.0, 255.0, 0.0, 1.0]]), np.array([[0.3, 5.0, -0.2, -7.0]])
    m, w = np.array([[True, True, True, False]]), np.array([[0.5, 1.0, 2.0, 1.0]])
    for from_logits, z in ((True, x), (False, special.expit(x))):
        a = losses.dice_crossentropy(y, z, from_logits=from_logits, ignore_class=255, mask=m, element_weight=w)
        part, ww = (y[:, [0, 2]], z[:, [0, 2]]), w[:, [0, 2]]
        b = 0.5 * losses.dice(*part, from_logits=from_logits, element_weight=ww)
        b = b + 0.5 * losses.binary_crossentropy(*part, from_logits, element_weight=ww)
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_probabilities_are_the_logits_of_their_logarithms():
    labels, one_hot, logits, p = LABELS[0, 0], Y[0, 0], LOGITS[0, 0], P[0, 0]
    for f, y, kw in [
        (losses.categorical_crossentropy, one_hot, {"label_smoothing": 0.1, "class_weights": [1.0, 2.0, 3.0]}),
        (losses.sparse_categorical_crossentropy, labels, {"label_smoothing": 0.1, "class_weights": [1.0, 2.0, 3.0]}),
        (losses.categorical_focal, one_hot, {"gamma": 1.5}),
        (losses.sparse_categorical_focal, labels, {"gamma": 1.5}),
    ]:
        np.testing.assert_allclose(f(y, p, from_logits=False, **kw), f(y, logits, **kw), rtol=1e-10)


@pytest.mark.parametrize("f", [losses.categorical_focal, losses.sparse_categorical_focal])
def test_one_alpha_for_all_classes(f):
    y = Y[0, 0] if f is losses.categorical_focal else LABELS[0, 0]
    np.testing.assert_allclose(f(y, LOGITS[0, 0], alpha=0.25), 0.25 * np.asarray(f(y, LOGITS[0, 0])), rtol=1e-12)


A = np.zeros((2, 3))


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: losses.dice(A, A, smooth=-1.0), "smooth"),
        (lambda: losses.jaccard(A, A, smooth=-1.0), "smooth"),
        (lambda: losses.tversky(A, A, -1.0), "alpha"),
        (lambda: losses.tversky(A, A, smooth=-1.0), "smooth"),
        (lambda: losses.minimax_discriminator_loss(A, A, 1.2), "real_target"),
        (lambda: losses.least_squares_discriminator_loss(A, A, 1.2), "real_target"),
        (lambda: losses.relativistic_average_discriminator_loss(A, A, 0), "real_target"),
        (lambda: losses.vae_elbo(A, A, A, A, beta=-1.0), "beta"),
        (lambda: losses.distillation([0, 1], A, A, alpha=1.5), "alpha"),
        (lambda: losses.vae_elbo(A, A, A[:1], A[:1]), "same shape"),
        (lambda: losses.distillation([0, 1], A, A, temperature=0.0), "temperature"),
        (lambda: losses.contrastive([0, 1], [0.1, 0.2], margin=-1.0), "margin"),
        (lambda: losses.info_nce(A, A, 0.0), "temperature"),
        (lambda: losses.nt_xent(A, A, -1.0), "temperature"),
        (lambda: losses.euclidean_distance(A, A[:, :1]), "same shape"),
        (lambda: losses.NTXent()(None, np.ones((2, 3, 4))), "stack two"),
        (lambda: losses.SparseCategoricalCrossentropy(ignore_class=True), "ignore_class"),
        (lambda: losses.BinaryCrossentropy(pos_weight=float("nan")), "pos_weight"),
    ],
)
def test_functions_check_too(call, match):
    with pytest.raises(ValueError, match=match):
        call()


def test_flipped_takes_after_its_loss():
    inner = losses.RelativisticAverage(reduction="sum", dtype="float64")
    flipped = losses.FlippedLabels(inner, 0.0)
    real, fake = RNG.normal(size=(2, 4, 1))
    assert (flipped.reduction, flipped.dtype, flipped.generator_needs_reals) == ("sum", "float64", True)
    np.testing.assert_array_equal(flipped.discriminator(real, fake), inner.discriminator(real, fake))


@pytest.mark.parametrize(
    "cls",
    [
        losses.Wasserstein,
        losses.Hinge,
        losses.Minimax,
        losses.NonSaturating,
        losses.LeastSquares,
        losses.RelativisticAverage,
    ],
)
def test_adversarial_arguments_travel(cls):
    loss = cls(name="mine", reduction="sum", dtype="float64")
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    for one in (loss, copy):
        assert (one.name, one.reduction, one.dtype) == ("mine", "sum", "float64")
        assert one.discriminator(np.ones((2, 1)), np.ones((2, 1))).dtype == "float64"


def test_low_precision_of_helpers():
    g = ops.full((1, 4), 1e4, "float16")
    np.testing.assert_allclose(losses.r1_penalty(g), [2e8], rtol=1e-6)
    np.testing.assert_allclose(losses.euclidean_distance(g, 0 * g), [2e4], rtol=1e-6)
    x = ops.cast(RNG.normal(size=(2, 300)), "float16")
    y = RNG.integers(0, 2, (2, 300))
    z = ops.zeros((2, 3), "float16")
    np.testing.assert_array_equal(losses.vae_elbo(y, x, z, z), losses.vae_elbo(y, ops.cast(x, "float32"), z, z))


def test_pair_mask_of_any_rank_counts_pairs_whole():
    for cls in (losses.GaussianKL, losses.NTXent):
        x = ops.convert_to_tensor(RNG.normal(size=(4, 2, 5)).astype("float32"))
        full = np.ones((4, 2), bool)
        full[1, 0] = False
        want = cls()(None, ops.take(x, [0, 2, 3], axis=0))
        x._keras_mask = ops.convert_to_tensor(full)
        np.testing.assert_allclose(cls()(None, x), want, rtol=1e-5)


def test_masked_weights_do_not_divide():
    y, x, w = (
        RNG.normal(size=(3, 4)),
        RNG.normal(
            size=(
                3,
                4,
            )
        ),
        RNG.random((3,)),
    )
    t = ops.convert_to_tensor(x)
    t._keras_mask = ops.convert_to_tensor(np.array([True, False, True]))
    e = ((y - x) ** 2).mean(1)
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight", dtype="float64")
    np.testing.assert_allclose(loss(y, t, w), (w * e)[[0, 2]].sum() / w[[0, 2]].sum(), rtol=1e-5)


@pytest.mark.parametrize("masked", [False, True])
def test_weights_of_elements_do_not_divide(masked):
    y, x, w = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4)), RNG.random((3, 4))
    m = np.array([[1, 1, 0, 0]] * 3, bool) if masked else np.ones((3, 4), bool)
    t = ops.convert_to_tensor(x)
    if masked:
        t._keras_mask = ops.convert_to_tensor(m)
    want = ((w * (y - x) ** 2 * m).sum(1) / m.sum(1)).mean()
    np.testing.assert_allclose(losses.MeanSquaredError(dtype="float64")(y, t, w), want, rtol=1e-5)


def test_masks_and_weights_with_an_axis_of_one_or_numbers():
    y, x = RNG.normal(size=(2, 3, 4, 4))[:, :, :, 0]
    m = np.array([[1, 0, 1, 1]] * 3)
    want = losses.mean_squared_error(y, x, mask=m.astype(bool))
    np.testing.assert_array_equal(losses.mean_squared_error(y, x, mask=m), want)
    np.testing.assert_array_equal(losses.mean_squared_error(y, x, mask=m[..., None]), want)


def test_images_of_unknown_size_are_compiled():
    of_logits, of_labels = tf.TensorSpec([None, None, None, 3], LOGITS.dtype), tf.TensorSpec([None] * 3, LABELS.dtype)
    for loss, labels, signature in (
        (losses.MeanSquaredError(), LOGITS + 1, of_logits),
        (losses.SparseCategoricalCrossentropy(), LABELS, of_labels),
        (losses.Dice("multiclass"), LABELS, of_labels),
    ):
        compiled = tf.function(lambda y, x, f=loss: f(y, x), input_signature=[signature, of_logits])
        np.testing.assert_allclose(compiled(tf.constant(labels), tf.constant(LOGITS)), loss(labels, LOGITS), rtol=1e-5)


def test_vae_mask():
    v = np.asarray(losses.vae_elbo(A, A + 1, A, A, mask=[True, False]))
    assert v[0] > 0
    assert v[1] == 0


def test_small_embeddings_have_a_direction():
    a, b = RNG.normal(size=(2, 5, 4))
    for f in (losses.info_nce, losses.nt_xent):
        np.testing.assert_allclose(f(1e-6 * a, 1e-6 * b), f(a, b), rtol=1e-9)


@pytest.mark.parametrize(
    "alias",
    [
        ("iou", losses.Jaccard),
        ("lsgan", losses.LeastSquares),
        ("ragan", losses.RelativisticAverage),
        ("rpgan", losses.RelativisticPairing),
        ("wgan", losses.Wasserstein),
        ("vae", losses.VaeElbo),
        ("clip", losses.InfoNCE),
        ("kl", losses.KLDivergence),
        ("bce", losses.BinaryCrossentropy),
    ],
)
def test_aliases(alias):
    assert type(losses.get(alias[0])) is alias[1]


def test_latents_of_any_rank_are_summed():
    m, v = RNG.normal(size=(2, 3, 4, 5))
    np.testing.assert_allclose(
        losses.gaussian_kl(m, v), losses.gaussian_kl(m.reshape(3, -1), v.reshape(3, -1)), rtol=1e-12
    )


def test_gradient_at_a_zero_norm_is_zero():
    _, gradient = value_and_gradient(losses.gradient_penalty, np.zeros((2, 3), "float32"))
    np.testing.assert_array_equal(gradient, 0.0)


@pytest.mark.parametrize("name", ["wasserstein", "hinge", "non_saturating", "least_squares"])
def test_functions_of_low_precision_scores(name):
    function = getattr(losses, f"{name}_generator_loss")
    # Patches of one image; in float16 a sum of 2048 ones takes no more.
    x = ops.cast(np.array([[1.0] * 2048 + [2.0]]), "float16")
    assert function(x).dtype == "float32"
    np.testing.assert_array_equal(function(x), function(ops.cast(x, "float32")))
