import json

import keras
import numpy as np
import pytest

from keras_gan import losses
from keras_gan.losses.registry import CLASSES


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("focal", losses.BinaryFocal),
        ("BinaryFocal", losses.BinaryFocal),
        ("binary_focal", losses.BinaryFocal),
        ("MSE", losses.MeanSquaredError),
        ("cross_entropy", losses.SparseCategoricalCrossentropy),
        ("info_nce", losses.InfoNCE),
        ("NTXent", losses.NTXent),
        ("simclr", losses.NTXent),
        ("kl_divergence", losses.KLDivergence),
        ("wasserstein", losses.Wasserstein),
        ("wasserstein_loss", losses.WassersteinLoss),
    ],
)
def test_losses_by_name(name, cls):
    assert type(losses.get(name)) is cls


def test_arguments_go_to_the_class():
    loss = losses.get("focal", gamma=3.0, reduction="sum")
    assert loss.get_config() == losses.BinaryFocal(gamma=3.0, reduction="sum").get_config()


def test_every_class_has_its_name():
    exported = {value for name in losses.__all__ if isinstance(value := getattr(losses, name), type)}
    assert set(CLASSES) == exported - {losses.AdversarialLoss}
    for cls in set(CLASSES) - {losses.FlippedLabels}:
        loss = losses.get(cls.__name__)
        assert type(losses.get(loss.name)) is cls


def test_losses_by_config_or_as_they_are():
    loss = losses.Tversky(0.2, 0.8, smooth=0.5)
    assert losses.get(keras.saving.serialize_keras_object(loss)).get_config() == loss.get_config()
    assert losses.get(loss) is loss
    assert losses.get(losses.Dice, smooth=2.0).get_config() == losses.Dice(smooth=2.0).get_config()
    assert losses.get(losses.dice) is losses.dice


def test_what_is_no_loss_is_refused():
    with pytest.raises(ValueError, match="name of a loss, such as .*focal"):
        losses.get("focall")
    with pytest.raises(ValueError, match=r"BinaryFocal: got an unexpected keyword argument 'gama'"):
        losses.get("focal", gama=2)
    with pytest.raises(ValueError, match="`gamma` must be a number"):
        losses.get("focal", gamma=-2)
    with pytest.raises(ValueError, match="go with the name of a loss or its class only"):
        losses.get(losses.Dice(), smooth=2)
    with pytest.raises(ValueError, match="`identifier` must be a name, a config or a loss"):
        losses.get(3)


def test_loss_travels_with_its_model(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    model.compile("sgd", loss=losses.SparseCategoricalFocal(alpha=[1.0, 2.0, 3.0, 4.0], gamma=1.5))
    x, y = np.random.default_rng(0).normal(size=(6, 3)), np.array([0, 1, 2, 3, 0, 1])
    expected = model.evaluate(x, y, verbose=0)
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    assert copy.loss.get_config() == model.loss.get_config()
    np.testing.assert_allclose(copy.evaluate(x, y, verbose=0), expected, rtol=1e-6)
    model.compile("sgd", loss=losses.mean_squared_error)
    model.save(tmp_path / "function.keras")
    assert keras.saving.load_model(tmp_path / "function.keras").loss is losses.mean_squared_error


@pytest.mark.parametrize(
    "loss",
    [
        losses.BinaryFocal(alpha=np.float32(0.5), gamma=np.float32(2), from_logits=np.True_),
        losses.Dice("multiclass", smooth=np.array([0, 1e-5]), ignore_class=np.int64(1)),
        losses.FlippedLabels(losses.Hinge(), np.float64(0.25), seed=np.int64(3)),
    ],
    ids=lambda loss: loss.name,
)
def test_configs_of_numbers_of_numpy_are_json(loss):
    config = json.loads(json.dumps(loss.get_config()))
    assert type(loss).from_config(config).get_config() == loss.get_config()


@pytest.mark.parametrize("dtype", ["mixed_float16", keras.DTypePolicy("mixed_float16"), np.float16, "float16"])
def test_dtypes_are_those_that_keras_takes(dtype):
    loss = losses.MeanSquaredError(dtype=dtype)
    assert keras.backend.standardize_dtype(loss(np.zeros((2, 2)), np.ones((2, 2))).dtype) == "float16"
