"""Several policies together, and spectral normalisation as one."""

import keras
import numpy as np
import pytest
from helpers import assert_bits_equal, small_critic, values_of
from lipschitz_policies import POLICIES, check_compiled_step, check_resumed, fit, make

from keras_gan.models import R1, R2, Combined, SpectralNormalization, WeightClipping
from keras_gan.models.lipschitz.combined import combined
from keras_gan.networks.layers import SpectralNorm

#: Policies that `make test` trains with. The others are much like these.
SHORT = ("r1", "consistency", "spectral norm and a penalty")

#: Policies whose penalties pass the critic twice: TensorFlow adds their gradients and the loss's, three in all, in
#: another order now and then when the same step is compiled again. `tests/on_jax` has them.
TWICE = ("r1 and r2", "lazy pair")
NAMES = [pytest.param(name, marks=() if name in SHORT else pytest.mark.long) for name in POLICIES if name not in TWICE]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in SHORT else pytest.mark.long) for name in POLICIES]
)
def test_a_saved_model_goes_on_as_if_it_had_never_been_saved(float_images, tmp_path, name):
    check_resumed(name, float_images, tmp_path)


@pytest.mark.parametrize("name", ["lazy pair", pytest.param("spectral norm and a penalty", marks=pytest.mark.long)])
def test_the_compiled_step_is_the_eager_one(float_images, name):
    check_compiled_step(name, float_images)


@pytest.mark.long
def test_lazy_penalties_compile_with_xla(float_images):
    history = fit(make("lazy pair", jit_compile=True), float_images, 2)
    assert np.isfinite(list(history.values())).all()
    assert min(history["gradient_penalty"]) > 0


def test_a_combination_is_the_sum_of_its_parts(float_images):
    real, fake = float_images[:4], float_images[4:8]
    critic = small_critic()
    tensors = keras.ops.convert_to_tensor(real), keras.ops.convert_to_tensor(fake)
    r1, r2 = R1(0.3), R2(0.7)
    parts = [float(policy.weight * policy.penalty(critic, *tensors, None)) for policy in (r1, r2)]
    both = Combined([r1, r2])
    assert both.weight == 1.0
    np.testing.assert_allclose(float(both.penalty(critic, *tensors, None)), sum(parts), rtol=1e-6)
    assert Combined([r1, WeightClipping(0.1)]).critic_loss_scale == 0.5


def test_policies_by_name_share_a_weight():
    both = combined(("r1", "spectral_norm", "r2"), weight=0.05, every=4)
    assert [type(policy) for policy in both.policies] == [R1, SpectralNormalization, R2]
    assert [(policy.weight, policy.every) for policy in (both.policies[0], both.policies[2])] == [(0.05, 4)] * 2
    with pytest.raises(ValueError, match="must be"):
        combined(("r3",))


def test_spectral_norm_wraps_any_critic_once_and_keeps_its_weights():
    critic = small_critic()
    policy = SpectralNormalization()
    wrapped = policy.prepare(critic)
    assert policy.prepare(wrapped) is wrapped
    kernels = [layer for layer in wrapped.layers if isinstance(layer, SpectralNorm)]
    assert len(kernels) == sum(bool(layer.weights) for layer in critic.layers)
    assert_bits_equal(values_of(wrapped.trainable_weights), values_of(critic.trainable_weights))
    images = np.random.default_rng(0).normal(size=(4, *critic.input_shape[1:])).astype("float32")
    for _ in range(30):
        wrapped(images, training=True)
    for layer in critic.layers:
        if layer.weights:
            matrix = np.asarray(layer.kernel, "float64").reshape(-1, layer.kernel.shape[-1])
            layer.kernel.assign(layer.kernel / np.linalg.norm(matrix, 2))
    # The power iteration has converged.
    np.testing.assert_allclose(wrapped(images), critic(images), rtol=1e-3, atol=1e-4)


def test_spectral_norm_refuses_a_critic_that_it_cannot_copy():
    class Critic(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, images):
            return self.dense(images)

    critic = Critic()
    critic(np.zeros((1, 4), "float32"))
    with pytest.raises(ValueError, match="must be a functional or a sequential model .* Received: a Critic"):
        SpectralNormalization().prepare(critic)


@pytest.mark.parametrize("policies", [(), [R1(), "r2"], None, R1()])
def test_what_are_no_policies_is_refused(policies):
    with pytest.raises(ValueError, match="`policies` must be a list of Lipschitz policies"):
        Combined(policies)
