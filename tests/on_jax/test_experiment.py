import json
import subprocess
import sys

import keras
import numpy as np
from helpers import call_script, refusal

from keras_gan.analysis import reporting
from keras_gan.analysis.history import read_losses
from keras_gan.callbacks import checkpoints

FLAGS = (
    *("--dataset", "toy", "--generator-filters", 4, 4, 4, 3, "--critic-filters", 4, "--critic-strides", 8),
    *("--batch-size", 4, "--n-critic", 1, "--wandb", "off", "--quality-every", 0, "--steps-per-execution", 3),
)


def test_a_run_is_trained_and_resumed_as_one_that_was_never_stopped(tmp_path, capsys, monkeypatch):
    # No figures, which take longer than these runs.
    monkeypatch.setattr(reporting, "save_figures", lambda run, folder: {})

    def train(name, *flags):
        assert call_script("train_horses", "--out", tmp_path / name, *FLAGS, *flags) == 0
        return tmp_path / name / "0001_horses"

    whole = train("whole", "--epochs", 7)
    resumed = train("resumed", "--epochs", 4)
    assert call_script("train_horses", "--resume", resumed, "--epochs", 7, "--wandb", "off", "--quality-every", 0) == 0
    models = [keras.saving.load_model(checkpoints(folder / "checkpoints")[-1][1]) for folder in (whole, resumed)]
    for one, other in zip(*(model.variables for model in models)):
        np.testing.assert_array_equal(one, other)
    histories = [read_losses(folder / "losses.csv") for folder in (whole, resumed)]
    np.testing.assert_array_equal(histories[0]["d_loss"], histories[1]["d_loss"])
    environment = json.loads((whole / "environment.json").read_text())
    assert environment["backend"] == "jax"
    assert set(environment["versions"]) == {"keras-gan", "keras", "jax", "numpy", "python"}
    assert "epoch_000007.png" in {path.name for path in (whole / "samples").iterdir()}

    environment["backend"] = "tensorflow"
    (whole / "environment.json").write_text(json.dumps(environment))
    error = refusal(capsys, "train_horses", "--resume", whole, "--epochs", 9, "--wandb", "off")
    assert "was trained on the Keras backend tensorflow" in error
    assert "resume it with KERAS_BACKEND=tensorflow. Received: jax" in error


def test_a_run_imports_no_tensorflow(tmp_path):
    code = f"""
import sys
from keras_gan.command_line import parse
from keras_gan.experiment import prepare

run = prepare(*parse({[*map(str, FLAGS), "--out", str(tmp_path)]}, "train_horses.py", ""))
run.model.save({str(tmp_path / "model.keras")!r})
assert not sys.modules.get("tensorflow")
"""
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
