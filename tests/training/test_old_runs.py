"""Runs that an earlier version has left: they resume, and they are evaluated and reported on.

`old_runs/tensorflow` and `old_runs/jax` were made by commit ac2c71c, on 24 drawn horses, with the flags of `MAKE`;
`losses_of_8_epochs.csv` is what the same commit wrote for a run of eight epochs.
"""

import json
import pathlib
import shutil

import keras
import numpy as np
import pytest
from helpers import call_script

from keras_gan import data
from keras_gan.analysis.report import write as report_files
from keras_gan.analysis.run.history import read_losses
from keras_gan.callbacks import checkpoints
from keras_gan.data.horses import ARCHIVE_NAME
from keras_gan.training import run_folder
from keras_gan.training.config import Part

OLD_RUNS = pathlib.Path(__file__).parent / "old_runs"

#: Flags of `train_horses.py` that the runs were made with.
MAKE = (
    *("--preset", "demo", "--batch-size", 4, "--n-critic", 2, "--latent-dim", 8),
    *("--generator-filters", 4, 4, 4, 3, "--generator-kernel-size", 3),
    *("--critic-filters", 4, 4, "--critic-strides", 4, 4, "--critic-kernel-size", 3),
)
WATCH = ("--wandb", "off", "--quality-every", 2, "--quality-samples", 20, "--checkpoint-every", 2, "--sample-every", 2)

pytestmark = [
    pytest.mark.filterwarnings("ignore:n_.* is less than twice the 216 features"),
    pytest.mark.usefixtures("user_cache"),
]


@pytest.fixture(autouse=True)
def quick_reports(monkeypatch):
    """Draw no figures, which nobody looks at here: they take longer than these runs."""
    monkeypatch.setattr(report_files, "save_figures", lambda run, folder: {})


@pytest.fixture
def data_dir(tmp_path):
    np.savez(tmp_path / ARCHIVE_NAME, x_train=data.toy_horses(24, seed=0), x_test=data.toy_horses(4, seed=1))
    return tmp_path


@pytest.fixture
def old_run(tmp_path):
    """A copy of the run that this backend can resume."""
    return shutil.copytree(OLD_RUNS / keras.backend.backend(), tmp_path / "runs" / "0001_demo")


def without_times(path):
    columns = read_losses(path)
    del columns["epoch_time"]
    return columns


def test_old_run_resumes_to_the_last_bit(old_run, data_dir, tmp_path, capsys):
    flags = (*WATCH, "--data-dir", data_dir, "--epochs", 8)
    assert call_script("train_horses", "--resume", old_run, *flags) == 0
    assert call_script("train_horses", "--out", tmp_path / "new", *MAKE, *flags) == 0
    resumed, whole = (without_times(folder / "losses.csv") for folder in (old_run, tmp_path / "new" / "0001_demo"))
    before = without_times(old_run / "losses_of_8_epochs.csv")
    assert list(resumed) == list(before)
    is_same_machine = all(np.array_equal(whole[key], before[key], equal_nan=True) for key in before)
    for key, values in before.items():
        # Another processor or another version rounds otherwise; a few steps hardly enlarge that.
        np.testing.assert_allclose(resumed[key], values, rtol=1e-3, atol=1e-5, err_msg=key)
        if is_same_machine:
            np.testing.assert_array_equal(resumed[key], values, err_msg=key)
    models = [
        keras.saving.load_model(checkpoints(folder / "checkpoints")[-1][1]) for folder in (old_run, whole_run(tmp_path))
    ]
    if is_same_machine:
        for one, other in zip(*(model.variables for model in models), strict=True):
            np.testing.assert_array_equal(one, other)
    assert json.loads((old_run / "config.json").read_text())["version"] == 2
    assert "Run finished" in capsys.readouterr().out


def whole_run(tmp_path):
    return tmp_path / "new" / "0001_demo"


def test_old_configuration_is_the_same_in_parts(old_run):
    config = run_folder.load_config(old_run)
    assert config.generator.arguments == {
        "latent_dim": 8,
        "filters": (4, 4, 4, 3),
        "kernel_size": 3,
        "batch_norm_momentum": 0.8,
    }
    assert config.lipschitz.arguments == {"weight": 10.0, "target": 1.0, "one_sided": False, "every": 1}
    assert config.data == Part("horses")
    assert (config.run.batch_size, config.run.n_critic, config.run.epochs) == (4, 2, 4)


def test_old_run_is_evaluated(old_run, data_dir, capsys):
    assert call_script("evaluate", old_run, "--data-dir", data_dir, "--n-samples", 20) == 0
    evaluation = json.loads(capsys.readouterr().out)
    rows = (old_run / "quality.csv").read_text().splitlines()
    measured = dict(zip(rows[0].split(","), rows[-1].split(",")))
    # The same latents through the same weights; the monitor measured them under the loop's own arithmetic.
    assert evaluation["fid_score"] == pytest.approx(float(measured["fid_score"]), rel=1e-3)


def test_old_run_is_reported_on(old_run, capsys):
    assert call_script("report", old_run) == 0
    text = (old_run / "analysis_report.md").read_text(encoding="utf-8")
    assert "| Gradient Penalty | 10.0 |" in text
    assert "| Generator Filters | [4, 4, 4, 3] |" in text
    assert "made by commit ac2c71c" in text
    assert call_script("diagnose", old_run) == 0
    assert "0001_demo: 4 epochs" in capsys.readouterr().out
