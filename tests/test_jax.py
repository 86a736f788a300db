"""The package on JAX: its own tests, and models that pass from one backend to the other."""

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from helpers import environment_of

from keras_gan import GradientPenalty

pytest.importorskip("jax")
pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="runs the other backend itself")

TESTS = Path(__file__).parent

#: Loads a model, compares its samples with those of the backend that saved it, trains on, and saves it anew.
PROGRAM = """
import sys
import keras, numpy as np
from keras_gan import WGAN

folder = sys.argv[1]
given = np.load(f"{folder}/given.npz")
gan = keras.saving.load_model(f"{folder}/theirs.keras")
np.testing.assert_allclose(gan.predict(given["latents"], verbose=0), given["samples"], rtol=1e-4, atol=1e-6)
np.testing.assert_allclose(gan.critic.predict(given["images"], verbose=0), given["scores"], rtol=1e-4, atol=1e-6)
gan.fit(given["images"], batch_size=8, epochs=2, verbose=0)
gan.save(f"{folder}/ours.keras")
np.savez(f"{folder}/ours.npz", samples=gan.predict(given["latents"], verbose=0))
"""


def run_on_jax(*arguments, **kwargs):
    options = {"env": environment_of("jax"), "capture_output": True, "text": True, "check": False}
    return subprocess.run([sys.executable, *arguments], **options, **kwargs)


def test_suite_passes_on_jax():
    process = run_on_jax("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/on_jax", cwd=TESTS.parent)
    assert process.returncode == 0, process.stdout[-5000:]
    assert " passed" in process.stdout
    assert "skipped" not in process.stdout


def test_models_pass_from_one_backend_to_the_other(make_gan, float_images, tmp_path):
    gan = make_gan(GradientPenalty(7.0))
    gan.fit(float_images, batch_size=8, epochs=2, verbose=0)
    latents = np.random.default_rng(1).normal(size=(8, *gan.generator.input_shape[1:])).astype("float32")
    np.savez(
        tmp_path / "given.npz",
        latents=latents,
        samples=gan.predict(latents, verbose=0),
        images=float_images,
        scores=gan.critic.predict(float_images, verbose=0),
    )
    gan.save(tmp_path / "theirs.keras")
    process = run_on_jax("-c", PROGRAM, tmp_path)
    assert process.returncode == 0, process.stderr
    returned = keras.saving.load_model(tmp_path / "ours.keras")
    samples = np.load(tmp_path / "ours.npz")["samples"]
    # The same float32 sums in another order.
    np.testing.assert_allclose(returned.predict(latents, verbose=0), samples, rtol=1e-4, atol=1e-6)
    assert int(returned.generator_optimizer.iterations) == 2 * int(gan.generator_optimizer.iterations)
