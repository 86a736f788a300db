"""Lipschitz policies on small models, for the tests of both backends."""

import keras
import numpy as np
from helpers import assert_bits_equal, small_critic, small_generator, values_of

from keras_gan import GAN, losses
from keras_gan.models import (
    DRAGAN,
    R1,
    R2,
    Combined,
    Consistency,
    GradientPenalty,
    LipschitzPenalty,
    NormClipping,
    SpectralNormalization,
)

POLICIES = {
    "lipschitz penalty": lambda: LipschitzPenalty(5.0),
    "dragan": lambda: DRAGAN(5.0, 0.3),
    "r1": lambda: R1(0.5),
    "lazy r2": lambda: R2(0.5, every=3),
    "consistency": lambda: Consistency(3.0),
    "spectral norm": SpectralNormalization,
    "norm clipping": lambda: NormClipping(0.5),
    "r1 and r2": lambda: Combined([R1(0.1), R2(0.2)]),
    "lazy pair": lambda: Combined([R1(0.1, every=2), GradientPenalty(1.0, every=3)]),
    "spectral norm and a penalty": lambda: Combined([SpectralNormalization(), GradientPenalty(1.0)]),
}


def make(name, optimizer="rmsprop", **options):
    gan = GAN(small_generator(), small_critic(), losses.NonSaturating(), POLICIES[name](), 2, seed=1)
    gan.compile(optimizer, optimizer, **options)
    return gan


def fit(gan, images, epochs, **kwargs):
    history = gan.fit(images, batch_size=8, shuffle=False, epochs=epochs, verbose=0, **kwargs).history
    del history["epoch_time"]
    return history


def check_resumed(name, images, folder):
    """A saved model goes on as if it had never been saved."""
    gan = make(name)
    history = fit(gan, images, 2)
    assert np.isfinite(list(history.values())).all()
    gan.save(folder / "gan.keras")
    copy = keras.saving.load_model(folder / "gan.keras")
    assert copy.lipschitz.get_config() == gan.lipschitz.get_config()
    assert fit(copy, images, 3, initial_epoch=2) == fit(gan, images, 3, initial_epoch=2)
    assert_bits_equal(values_of(copy.variables), values_of(gan.variables))


def check_compiled_step(name, images):
    """The compiled step gives the numbers of the eager one."""
    # XLA draws other random numbers than TensorFlow.
    is_jitted = keras.backend.backend() == "jax"
    histories = []
    for options in ({"run_eagerly": True}, {"jit_compile": is_jitted}):
        keras.utils.set_random_seed(0)
        histories.append(fit(make(name, "sgd", **options), images, 2))
    for key, values in histories[0].items():
        # Float32 sums in another order, over eight steps.
        np.testing.assert_allclose(histories[1][key], values, rtol=1e-4, atol=1e-6, err_msg=key)
