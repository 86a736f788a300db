"""Training on several devices, in processes of their own on JAX."""

import subprocess
import sys
from pathlib import Path

import keras
import pytest
from helpers import environment_of

pytest.importorskip("jax")
pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="runs the other backend itself")

ROOT = Path(__file__).parents[1]


def test_training_on_four_devices():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/distribution"]
    process = subprocess.run(command, cwd=ROOT, env=environment_of("jax"), capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout[-5000:]
    assert "skipped" not in process.stdout
