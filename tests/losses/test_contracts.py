"""What holds for every loss."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from loss_cases import ADVERSARIAL, BATCH, CASES, RELATIVE, gradient_function, value_and_gradient

from keras_gan import losses

every_loss = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_adversarial_loss = pytest.mark.parametrize("loss", ADVERSARIAL, ids=lambda loss: loss.name)


def scores(seed=0, *shape):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(BATCH, *shape)).astype("float32"), rng.normal(size=(BATCH, *shape)).astype("float32")


def test_every_class_has_a_case():
    named = {case.cls for case in CASES} | {type(loss) for loss in ADVERSARIAL}
    classes = {value for name in losses.__all__ if isinstance(value := getattr(losses, name), type)}
    assert classes - named == {losses.AdversarialLoss, losses.VaeElbo}


# --- one value a sample ---------------------------------------------------------------------------------------------


@every_loss
def test_weight_of_one_sample_gives_its_loss(case):
    y_true, y_pred = case.draw()
    per_sample = case.per_sample(y_true, y_pred)
    assert per_sample.shape == (BATCH,)
    loss = case.make(reduction="sum")
    weighted = [loss(y_true, y_pred, sample_weight=row) for row in np.eye(BATCH)]
    # A sum of the value and zeros.
    np.testing.assert_allclose(weighted, per_sample, rtol=1e-6)


@every_loss
def test_reductions_and_weights(case):
    y_true, y_pred = case.draw(1)
    weights = np.array([[0.5], [2.0], [0.0], [1.5]])
    values = np.asarray(case.make(reduction=None)(y_true, y_pred), "float64")
    np.testing.assert_allclose(values, case.per_sample(y_true, y_pred), rtol=1e-6)
    weighted = values * weights[:, 0]
    expected = {
        "sum": weighted.sum(),
        "mean": weighted.mean(),
        "sum_over_batch_size": weighted.mean(),
        "mean_with_sample_weight": weighted.sum() / weights.sum(),
    }
    for reduction, value in expected.items():
        # A float32 sum of four.
        np.testing.assert_allclose(case.make(reduction=reduction)(y_true, y_pred, weights), value, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("loss", ADVERSARIAL[:-1], ids=lambda loss: loss.name)
def test_weight_of_one_sample_gives_its_adversarial_loss(loss):
    real, fake = scores()
    single = type(loss).from_config({**loss.get_config(), "reduction": "sum"})
    real_losses, fake_losses = single.discriminator_losses(real, fake)
    for i, row in enumerate(np.eye(BATCH)):
        reduced = single.discriminator(real, fake, sample_weight=row)
        np.testing.assert_allclose(reduced, real_losses[i] + fake_losses[i], rtol=1e-6)
        reduced = single.generator(fake, real, sample_weight=row)
        np.testing.assert_allclose(reduced, single.generator_losses(fake, real)[i], rtol=1e-6)


# --- the same numbers in every way of running -----------------------------------------------------------------------


@every_loss
def test_compiled_equals_eager(case):
    y_true, y_pred = case.draw(2)
    eager = gradient_function(lambda x: case.per_sample(y_true, x))
    for xla in (False, True):
        compiled = tf.function(eager, jit_compile=xla)
        for x in (y_pred, 0.3 * y_pred, np.round(y_pred)):
            (value, gradient), (expected, slope) = compiled(tf.constant(x)), eager(tf.constant(x))
            # Float32 with sums in another order; XLA approximates exponentials to a few units in the last place.
            np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6)
            np.testing.assert_allclose(gradient, slope, rtol=1e-4, atol=1e-6)


@every_loss
def test_batch_of_unknown_size_is_compiled(case):
    y_true, y_pred = case.draw()
    shapes = [tf.TensorSpec([None, *np.shape(x)[1:]], np.asarray(x).dtype) for x in (y_pred, y_true) if x is not None]
    loss = case.make()
    step = tf.function(lambda y_pred, y_true=None: loss(y_true, y_pred), input_signature=shapes)
    inputs = [ops.convert_to_tensor(x) for x in (y_pred, y_true) if x is not None]
    np.testing.assert_allclose(step(*inputs), loss(y_true, y_pred), rtol=1e-5, atol=1e-6)


@every_loss
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_low_precision_is_computed_in_float32(case, dtype):
    y_true, y_pred = case.draw()
    low = ops.cast(y_pred, dtype)
    expected = case.per_sample(y_true, ops.cast(low, "float32"))
    actual, gradient = value_and_gradient(lambda x: case.per_sample(y_true, x), low)
    np.testing.assert_array_equal(actual, expected)
    assert np.all(np.isfinite(gradient.astype("float32")))
    assert keras.backend.standardize_dtype(case.make(dtype=dtype)(y_true, low).dtype) == dtype


@every_loss
def test_double_precision_is_kept(case):
    y_true, y_pred = case.draw()
    double = case.per_sample(y_true, y_pred.astype("float64"))
    assert double.dtype == "float64"
    # What float32 gives, to its precision; the golden values check the double one.
    np.testing.assert_allclose(case.per_sample(y_true, y_pred), double, rtol=1e-5, atol=1e-6)
    assert keras.backend.standardize_dtype(case.make(dtype="float64")(y_true, y_pred).dtype) == "float64"


# --- extreme inputs -------------------------------------------------------------------------------------------------


# The exponential of a log-variance of 1e4 is beyond every float.
@pytest.mark.parametrize("case", [one for one in CASES if one.cls is not losses.GaussianKL], ids=lambda case: case.name)
@pytest.mark.parametrize("size", [0.0, 1.0, 40.0, 1e4])
@pytest.mark.parametrize("sign", ["plus", "minus", "mixed"])
def test_value_and_gradient_are_finite(case, size, sign):
    y_true, y_pred = case.draw()
    pattern = {"plus": 1.0, "minus": -1.0, "mixed": np.sign(y_pred)}[sign]
    extreme = np.broadcast_to(size * pattern, y_pred.shape).astype("float32")
    if case.arguments.get("from_logits") is False or case.name.endswith("Divergence-probabilities"):
        extreme = (extreme > 0).astype("float32")
    if case.cls is losses.Contrastive:
        extreme = np.abs(extreme)
    value, gradient = value_and_gradient(lambda x: case.per_sample(y_true, x), extreme)
    assert np.all(np.isfinite(value))
    assert np.all(np.isfinite(gradient))


@pytest.mark.parametrize("size", [0.0, 40.0, 1e4])
@every_adversarial_loss
def test_adversarial_value_and_gradient_are_finite(loss, size):
    real, fake = np.sign(scores()) * np.float32(size)
    for function in (
        lambda x: loss.discriminator(x, fake),
        lambda x: loss.discriminator(real, x),
        lambda x: loss.generator(x, real),
    ):
        value, gradient = value_and_gradient(function, fake)
        assert np.isfinite(value)
        assert np.all(np.isfinite(gradient))


def test_shapes_that_are_known_when_a_graph_runs_do_not_broadcast():
    loss = losses.MeanSquaredError()
    step = tf.function(lambda y, x: loss(y, x), input_signature=[tf.TensorSpec((None, 4))] * 2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="`y_true` and `y_pred` must have the same shape"):
        step(np.zeros((1, 4), "float32"), np.ones((5, 4), "float32"))


# --- subclasses -----------------------------------------------------------------------------------------------------


class Shifted(losses.MeanSquaredError):
    """A loss that is extended as those of Keras are."""

    def call(self, y_true, y_pred):
        return 7.0 + super().call(y_true, y_pred)


def test_call_of_a_subclass_is_the_loss():
    y_true, y_pred = np.zeros((2, 3), "float32"), np.ones((2, 3), "float32")
    assert float(Shifted()(y_true, y_pred)) == 8.0
    assert float(Shifted()(y_true, y_pred, np.array([1.0, 0.5]))) == 6.0
    with pytest.raises(ValueError, match="because Shifted has a `call` of its own"):
        Shifted()(y_true, y_pred, np.ones((2, 3)))


# --- masks ----------------------------------------------------------------------------------------------------------


@every_loss
def test_masked_samples_do_not_count(case):
    y_true, y_pred = case.draw(3)
    kept = np.array([True, False, True, True])
    masked = ops.convert_to_tensor(y_pred)
    masked._keras_mask = ops.convert_to_tensor(kept)
    expected = case.make()(None if y_true is None else y_true[kept], y_pred[kept])
    # The sums of three values, or of three and a zero; similarities of the others are masked by the lowest float.
    np.testing.assert_allclose(case.make()(y_true, masked), expected, rtol=1e-5)


@every_loss
def test_nothing_left_by_a_mask_costs_nothing(case):
    y_true, y_pred = case.draw()

    def masked_loss(x):
        x._keras_mask = tf.zeros(BATCH, "bool")
        return case.make()(y_true, x)

    value, gradient = value_and_gradient(masked_loss, y_pred)
    assert value == 0
    np.testing.assert_array_equal(gradient, np.zeros_like(y_pred))


@pytest.mark.parametrize("case", [case for case in CASES if case.cls in RELATIVE], ids=lambda case: case.name)
def test_losses_of_views_refuse_weights_of_elements(case):
    with pytest.raises(ValueError, match="`sample_weight` must have shape"):
        case.make()(*case.draw(), sample_weight=np.ones((BATCH, 2)))


# --- configs --------------------------------------------------------------------------------------------------------


@every_loss
def test_config_round_trip(case):
    loss = case.make(name="mine", reduction="mean_with_sample_weight", dtype="float64")
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(copy) is case.cls
    assert copy.get_config() == loss.get_config()
    assert (copy.name, copy.reduction, copy.dtype) == ("mine", "mean_with_sample_weight", "float64")
    y_true, y_pred = case.draw()
    np.testing.assert_array_equal(copy(y_true, y_pred), loss(y_true, y_pred))


@every_adversarial_loss
def test_adversarial_config_round_trip(loss):
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(copy) is type(loss)
    assert copy.get_config() == loss.get_config()
    if not isinstance(loss, losses.FlippedLabels):
        np.testing.assert_array_equal(copy.discriminator(*scores()), loss.discriminator(*scores()))


@pytest.mark.parametrize("name", sorted(set(losses.__all__) - {"get", "AdversarialLoss"}))
def test_every_export_is_registered(name):
    export = getattr(losses, name)
    assert keras.saving.get_registered_object(f"keras_gan>{name}") is export
    assert export.__doc__
