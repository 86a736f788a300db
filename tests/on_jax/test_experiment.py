import json
import subprocess
import sys

import keras
import numpy as np
import pytest
from helpers import call_script, refusal

from keras_gan.analysis.report import write as report_files
from keras_gan.analysis.run.history import read_losses
from keras_gan.callbacks import checkpoints
from keras_gan.data import toy_horses
from keras_gan.data.horses import ARCHIVE_NAME

FLAGS = (
    *("--generator-filters", 4, 4, 4, 3, "--critic-filters", 4, "--critic-strides", 8),
    *("--batch-size", 4, "--n-critic", 1, "--wandb", "off", "--steps-per-execution", 3),
)


@pytest.fixture
def data_dir(tmp_path):
    np.savez(tmp_path / ARCHIVE_NAME, x_train=toy_horses(24, seed=0), x_test=toy_horses(4, seed=1))
    return tmp_path


@pytest.mark.filterwarnings("ignore:n_samples=20 is less than:UserWarning", "ignore:n_real=24 is less:UserWarning")
def test_a_run_is_trained_and_resumed_as_one_that_was_never_stopped(
    data_dir, tmp_path, user_cache, capsys, monkeypatch
):
    # No figures, which take longer than these runs.
    monkeypatch.setattr(report_files, "save_figures", lambda run, folder: {})

    watched = "--data-dir", data_dir, "--quality-samples", 20, "--quality-every"

    def train(name, *flags):
        assert call_script("train_horses", "--out", tmp_path / name, *FLAGS, *flags) == 0
        return tmp_path / name / "0001_horses"

    whole = train("whole", "--epochs", 7, *watched, 4)
    resumed = train("resumed", "--epochs", 4, *watched, 0)
    assert call_script("train_horses", "--resume", resumed, "--epochs", 7, "--wandb", "off", *watched, 0) == 0
    models = [keras.saving.load_model(checkpoints(folder / "checkpoints")[-1][1]) for folder in (whole, resumed)]
    for one, other in zip(*(model.variables for model in models)):
        np.testing.assert_array_equal(one, other)
    histories = [read_losses(folder / "losses.csv") for folder in (whole, resumed)]
    np.testing.assert_array_equal(histories[0]["d_loss"], histories[1]["d_loss"])
    environment = json.loads((whole / "environment.json").read_text())
    assert environment["backend"] == "jax"
    assert set(environment["versions"]) == {"keras-gan", "keras", "jax", "jaxlib", "numpy", "python"}
    assert len((whole / "quality.csv").read_text().splitlines()) == 3
    assert "epoch_000007.png" in {path.name for path in (whole / "samples").iterdir()}

    environment["backend"] = "tensorflow"
    (whole / "environment.json").write_text(json.dumps(environment))
    error = refusal(capsys, "train_horses", "--resume", whole, "--epochs", 9, "--wandb", "off", *watched, 4)
    assert "was trained on the Keras backend tensorflow" in error
    assert "resume it with KERAS_BACKEND=tensorflow. Received: jax" in error


def test_a_run_imports_no_tensorflow(tmp_path):
    flags = [*map(str, FLAGS), "--dataset", "toy", "--quality-every", "0", "--out", str(tmp_path)]
    code = f"""
import sys
from keras_gan.cli.training_arguments import parse_training
from keras_gan.training.experiment import prepare

run = prepare(*parse_training({flags}, "train_horses.py", ""))
run.model.save({str(tmp_path / "model.keras")!r})
assert "tensorflow" not in sys.modules
"""
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr


def test_second_opinion_without_tensorflow_says_what_to_install(tmp_path, capsys, monkeypatch):
    for name in ("tensorflow", "torch_fidelity"):
        monkeypatch.setitem(sys.modules, name, None)
    error = refusal(capsys, "evaluate", tmp_path, "--real", "toy", "--second-opinion")
    assert "tf-gan (pip install 'keras-gan[tensorflow-gan]'), or torch-fidelity (pip install" in error
