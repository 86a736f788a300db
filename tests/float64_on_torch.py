"""Losses of float64 on PyTorch against NumPy and SciPy."""

import keras
import numpy as np
import torch
from scipy.special import logsumexp

from keras_gan import losses


def dice_of(true, predicted):
    return 2 * np.minimum(true, predicted).sum(1) / (true.sum(1) + predicted.sum(1))


def check():
    """F27: no digit of float64 is lost on PyTorch. JAX has float64 only where the user has asked for it."""
    first, second = (torch.tensor(x, requires_grad=True) for x in np.random.default_rng(0).normal(size=(2, 6, 5)))
    for function, temperature in ((losses.nt_xent, 0.5), (losses.info_nce, 0.07)):
        values = function(first, second)
        values.sum().backward()
        assert values.dtype == first.grad.dtype == torch.float64
        assert torch.autograd.gradcheck(function, (first, second))
        a, b = (x.detach().numpy() / np.linalg.norm(x.detach(), axis=1, keepdims=True) for x in (first, second))
        there, within = a @ b.T / temperature, [x @ x.T / temperature for x in (a, b)]
        if function is losses.info_nce:
            expected = (logsumexp(there, axis=1) + logsumexp(there, axis=0)) / 2 - np.diag(there)
        else:
            others = [np.where(np.eye(6, dtype=bool), -np.inf, x) for x in within]
            rows = [np.concatenate([others[0], there], axis=1), np.concatenate([others[1], there.T], axis=1)]
            expected = np.mean([logsumexp(row, axis=1) for row in rows], axis=0) - np.diag(there)
        np.testing.assert_allclose(values.detach(), expected, rtol=1e-12)
    y, x = np.random.default_rng(1).normal(size=(2, 3, 4))
    kept = np.array([True, False, True])
    pairs = [
        (losses.mean_squared_error(y, torch.tensor(x)), ((y - x) ** 2).mean(1)),
        (losses.mean_squared_error(y, torch.tensor(x), mask=kept), ((y - x) ** 2).mean(1) * kept),
        (losses.MeanSquaredError(dtype="float64")(y, torch.tensor(x)), ((y - x) ** 2).mean()),
        (losses.hinge_generator_loss(torch.tensor(x)), -x.mean(1)),
        (losses.dice(y > 0, torch.tensor(x), smooth=0.0), 1 - dice_of(y > 0, 1 / (1 + np.exp(-x)))),
    ]
    for value, expected in pairs:
        np.testing.assert_allclose(value, expected, rtol=1e-12)
    check_fit()


def check_fit():
    """F27, through `fit` with Keras's floats in float64: no digit of the predictions that the loss gets is lost."""
    rng = np.random.default_rng(2)
    images, labels = rng.normal(size=(6, 4)), (rng.random((6, 3)) < 0.5).astype("float64")
    weights, seen = (rng.normal(size=(4, 3)), rng.normal(size=3)), []

    class Watched(keras.Sequential):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            seen.append((y, y_pred, super().compute_loss(x, y, y_pred, sample_weight, training)))
            return seen[-1][-1]

    keras.config.set_floatx("float64")
    try:
        model = Watched([keras.Input((4,)), keras.layers.Dense(3)])
        model.set_weights(weights)
        model.compile(keras.optimizers.SGD(0.0), losses.BinaryCrossentropy())
        model.fit(images, labels, batch_size=6, epochs=1, verbose=0)
    finally:
        keras.config.set_floatx("float32")
    # Keras also calls it once for the shapes alone.
    (arrays,) = (each for each in seen if each[-1].device.type != "meta")
    y_true, logits, value = (array.detach().numpy() for array in arrays)
    assert value.dtype == logits.dtype == "float64"
    np.testing.assert_allclose(value, np.mean(np.logaddexp(0, logits) - y_true * logits), rtol=1e-14)
