import keras
import numpy as np
import pytest
from keras import ops
from loss_cases import ADVERSARIAL
from scipy import special
from scipy.stats import wasserstein_distance

from keras_gan import losses
from keras_gan.losses import Wasserstein, wasserstein_discriminator_loss, wasserstein_generator_loss


@pytest.fixture
def scores():
    rng = np.random.default_rng(0)
    return rng.normal(size=(6, 1)).astype("float32"), rng.normal(size=(6, 1)).astype("float32")


def test_per_sample_values(scores):
    real, fake = scores
    real_loss, fake_loss = wasserstein_discriminator_loss(real, fake)
    # Negation and squeezing are exact.
    np.testing.assert_array_equal(real_loss, -real[:, 0])
    np.testing.assert_array_equal(fake_loss, fake[:, 0])
    np.testing.assert_array_equal(wasserstein_generator_loss(fake), -fake[:, 0])


def test_patch_scores_are_averaged_per_image():
    patches = np.arange(2 * 3 * 3, dtype="float32").reshape(2, 3, 3, 1)
    np.testing.assert_allclose(wasserstein_generator_loss(patches), [-4.0, -13.0], rtol=1e-7)


def test_optimal_critic_measures_the_distance_of_point_masses():
    # f(x) = x is optimal between two point masses on a line, and 1-Lipschitz.
    real, fake = np.full((4, 1), 2.5, "float32"), np.full((4, 1), -1.0, "float32")
    real_loss, fake_loss = Wasserstein().discriminator_terms(real, fake)
    expected = wasserstein_distance([2.5], [-1.0])
    np.testing.assert_allclose(-(real_loss + fake_loss), expected, rtol=1e-7)


def test_class_reduces_to_means(scores):
    real, fake = scores
    real_loss, fake_loss = Wasserstein().discriminator_terms(real, fake)
    # Float32 means of six values.
    np.testing.assert_allclose(real_loss, -real.astype("float64").mean(), rtol=1e-5)
    np.testing.assert_allclose(fake_loss, fake.astype("float64").mean(), rtol=1e-5)
    np.testing.assert_allclose(Wasserstein().generator(fake), -fake.astype("float64").mean(), rtol=1e-5)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_low_precision_scores_are_averaged_in_float32(dtype):
    # 2048 ones and one two: in bfloat16 and float16 sums the two would be lost.
    scores = ops.cast(np.array([[1.0]] * 2048 + [[2.0]]), dtype)
    loss = Wasserstein().generator(scores)
    assert loss.dtype == "float32"
    np.testing.assert_allclose(loss, -2050 / 2049, rtol=1e-6)


def test_double_precision_is_kept():
    assert wasserstein_generator_loss(np.ones((2, 1))).dtype == "float64"


# --- the family -----------------------------------------------------------------------------------------------------


def log_sigmoid(x):
    return special.log_expit(np.asarray(x, "float64"))


def softplus(x):
    return -log_sigmoid(-np.asarray(x, "float64"))


FORMULAS = {
    "non_saturating": (
        lambda r, f: -0.9 * log_sigmoid(r) - 0.1 * log_sigmoid(-r),
        lambda r, f: -log_sigmoid(-f),
        lambda r, f: -log_sigmoid(f),
    ),
    "minimax": (
        lambda r, f: -0.8 * log_sigmoid(r) - 0.2 * log_sigmoid(-r),
        lambda r, f: -log_sigmoid(-f),
        lambda r, f: log_sigmoid(-f),
    ),
    "least_squares": (lambda r, f: (r - 0.7) ** 2 / 2, lambda r, f: f**2 / 2, lambda r, f: (f - 1) ** 2 / 2),
    "hinge": (lambda r, f: np.maximum(0, 1 - r), lambda r, f: np.maximum(0, 1 + f), lambda r, f: -f),
    "relativistic_average": (
        lambda r, f: 0.9 * softplus(f.mean() - r) + 0.1 * softplus(r - f.mean()),
        lambda r, f: softplus(f - r.mean()),
        lambda r, f: softplus(r.mean() - f) + softplus(r - f.mean()),
    ),
    "relativistic_pairing": (
        lambda r, f: (0.9 * softplus(f - r) + 0.1 * softplus(r - f)) / 2,
        lambda r, f: (0.9 * softplus(f - r) + 0.1 * softplus(r - f)) / 2,
        lambda r, f: softplus(r - f),
    ),
}


@pytest.mark.parametrize("loss", [one for one in ADVERSARIAL if one.name in FORMULAS], ids=lambda loss: loss.name)
def test_formulas(scores, loss):
    real, fake = scores
    r, f = real[:, 0].astype("float64"), fake[:, 0].astype("float64")
    on_reals, on_fakes, generator = FORMULAS[loss.name]
    real_losses, fake_losses = loss.discriminator_losses(real, fake)
    np.testing.assert_allclose(real_losses, on_reals(r, f), rtol=1e-5)
    np.testing.assert_allclose(fake_losses, on_fakes(r, f), rtol=1e-5)
    np.testing.assert_allclose(loss.generator_losses(fake, real), generator(r, f), rtol=1e-5)
    total = on_reals(r, f).mean() + on_fakes(r, f).mean()
    np.testing.assert_allclose(loss.discriminator(real, fake), total, rtol=1e-5)
    np.testing.assert_allclose(loss.generator(fake, real), generator(r, f).mean(), rtol=1e-5)


LEADS = {
    "non_saturating": lambda r, f: (r, f),
    "minimax": lambda r, f: (r, f),
    "relativistic_average": lambda r, f: (r - f.mean(), f - r.mean()),
    "relativistic_pairing": lambda r, f: (r - f, f - r),
}


@pytest.mark.parametrize("loss", ADVERSARIAL, ids=lambda loss: loss.name)
def test_accuracies_are_those_of_losses_with_probabilities(loss):
    real, fake = np.random.default_rng(2).normal([[0.5], [-0.2]], 1.0, (2, 40)).astype("float32")
    inner = getattr(loss, "loss", loss)
    assert loss.has_accuracies == (inner.name in LEADS)
    if not loss.has_accuracies:
        with pytest.raises(ValueError, match="`accuracies` must be those of a loss with probabilities"):
            loss.accuracies(real, fake)
        return
    of_reals, of_fakes = LEADS[inner.name](real.astype("float64"), fake.astype("float64"))
    found = [float(value) for value in loss.accuracies(real, fake)]
    # Shares of 40, and no score is near its bound.
    np.testing.assert_allclose(found, [np.mean(of_reals > 0), np.mean(of_fakes < 0)], rtol=1e-6)


@pytest.mark.parametrize("loss", ADVERSARIAL[:-1], ids=lambda loss: loss.name)
def test_patches_count_once_an_image(loss):
    rng = np.random.default_rng(1)
    real, fake = rng.normal(size=(2, 5, 3, 3, 1)).astype("float32")
    # Losses are averaged over patches, and not taken of the average score.
    for one, patches in zip(loss.discriminator_losses(real, fake), (real, fake)):
        flat = loss.discriminator_losses(real.reshape(-1, 1), fake.reshape(-1, 1))[0 if patches is real else 1]
        np.testing.assert_allclose(one, np.asarray(flat).reshape(5, 9).mean(1), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("loss", ADVERSARIAL[:-1], ids=lambda loss: loss.name)
def test_low_precision_scores(scores, loss, dtype):
    real, fake = (ops.cast(one, dtype) for one in scores)
    expected = loss.discriminator(ops.cast(real, "float32"), ops.cast(fake, "float32"))
    actual = loss.discriminator(real, fake)
    assert actual.dtype == "float32"
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("cls", [losses.RelativisticAverage, losses.RelativisticPairing])
def test_relativistic_generator_needs_reals(scores, cls):
    with pytest.raises(ValueError, match="needs `real_scores`"):
        cls().generator(scores[1])
    with pytest.raises(ValueError, match="`fake_scores` and `real_scores` must have the same shape"):
        cls().generator(scores[1], scores[0][:1])


def test_pairs_need_as_many_fakes(scores):
    with pytest.raises(ValueError, match="`fake_scores` and `real_scores` must have the same shape"):
        losses.RelativisticPairing().discriminator(scores[0], scores[1][:1])


@pytest.mark.parametrize("target", [0.0, 1.1, -0.5, None, True])
@pytest.mark.parametrize(
    "name", ["NonSaturating", "Minimax", "LeastSquares", "RelativisticAverage", "RelativisticPairing"]
)
def test_target_of_reals_is_checked(name, target):
    with pytest.raises(ValueError, match=r"`real_target` must be a number in \(0, 1\]"):
        getattr(losses, name)(real_target=target)


def test_compile_is_told_which_loss_to_take(scores):
    with pytest.raises(NotImplementedError, match="`WassersteinLoss` to `compile`"):
        losses.Hinge()(*scores)


# --- labels ---------------------------------------------------------------------------------------------------------


def test_labelled_scores(scores):
    real, fake = scores
    labels, both = np.concatenate([np.ones((6, 1)), -np.ones((6, 1))]), np.concatenate([real, fake])
    expected = sum(Wasserstein().discriminator_terms(real, fake)) / 2
    np.testing.assert_allclose(losses.WassersteinLoss()(labels, both), expected, rtol=1e-5)
    np.testing.assert_allclose(
        losses.WassersteinLoss()(np.ones((6, 1)), fake), Wasserstein().generator(fake), rtol=1e-6
    )


@pytest.mark.parametrize("labels", [[1, 0], [0.9, -1], [np.nan, 1]])
def test_labels_of_scores_are_signs(labels):
    with pytest.raises(ValueError, match="`y_true` must be 1 for reals and -1 for fakes"):
        losses.wasserstein_loss(np.array(labels), np.zeros(2, "float32"))


@pytest.mark.parametrize("loss", [losses.NonSaturating(0.9), losses.RelativisticAverage()], ids=lambda loss: loss.name)
def test_flipping_all_labels_exchanges_reals_and_fakes(scores, loss):
    real, fake = scores
    flipped = losses.FlippedLabels(loss, 1.0, seed=0)
    as_reals, as_fakes = loss.discriminator_losses(fake, real)
    np.testing.assert_array_equal(flipped.discriminator_losses(real, fake)[0], as_fakes)
    np.testing.assert_array_equal(flipped.discriminator_losses(real, fake)[1], as_reals)
    np.testing.assert_array_equal(flipped.generator_losses(fake, real), loss.generator_losses(fake, real))
    never = losses.FlippedLabels(loss, 0.0, seed=0)
    np.testing.assert_array_equal(never.discriminator(real, fake), loss.discriminator(real, fake))


def test_flips_are_as_many_as_asked_and_follow_the_seed():
    real, fake = np.ones((4000, 1), "float32"), -np.ones((4000, 1), "float32")
    loss, same, other = (losses.FlippedLabels(Wasserstein(), 0.1, seed=seed) for seed in (1, 1, 2))
    flips = [np.asarray(one.discriminator_losses(real, fake)) > 0 for one in (loss, same, other, loss)]
    np.testing.assert_array_equal(flips[0], flips[1])
    assert np.any(flips[0] != flips[2])
    assert np.any(flips[0] != flips[3])
    # Four standard deviations of a binomial of 8000.
    assert abs(flips[0].sum() - 800) < 4 * np.sqrt(8000 * 0.1 * 0.9)
    assert np.any(flips[0][0] != flips[0][1])


def test_flipping_is_checked():
    with pytest.raises(ValueError, match=r"`probability` must be a number in \[0, 1\]"):
        losses.FlippedLabels(Wasserstein(), 1.5)
    with pytest.raises(ValueError, match="`loss` must be an adversarial loss"):
        losses.FlippedLabels(keras.losses.MeanSquaredError(), 0.1)
