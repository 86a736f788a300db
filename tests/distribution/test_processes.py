"""The command in two processes of two devices each, on one host."""

import json
import signal

import numpy as np
import pytest
from distribution.processes import Group
from distribution.test_command import FLAGS
from helpers import call_script

import keras_gan as kg
from keras_gan.analysis.report import write as report_files
from keras_gan.analysis.run.history import read_losses


@pytest.fixture
def started():
    groups = []

    def start(*flags, **kwargs):
        groups.append(Group(*flags, **kwargs))
        return groups[-1]

    yield start
    for group in groups:
        group.kill()


@pytest.fixture
def without_figures(monkeypatch):
    monkeypatch.setattr(report_files, "save_figures", lambda run, folder: {})


def slurm(index):
    return {"SLURM_NTASKS": "2", "SLURM_PROCID": str(index), "SLURM_STEP_NODELIST": "localhost"}


def test_two_processes_train_the_run_of_one(data_dir, tmp_path, started, without_figures, monkeypatch):
    common = (*FLAGS, "--data-dir", data_dir, "--epochs", 6, "--plugin", "distribution.colours")
    common = (*common, "--extractor", "colours", "--quality-every", 3, "--quality-samples", 81)
    monkeypatch.setenv("COLOURS", str(tmp_path))
    group = started(*common, "--devices", 4, "--shard-parameters", "--out", tmp_path / "two", launcher=slurm)
    monkeypatch.setenv("COLOURS", str(tmp_path / "data"))
    assert call_script("train_horses", *common, "--out", tmp_path / "one") == 0
    codes, (printed, others), errors = group.ended()
    assert (codes, errors, others) == ([0, 0], ("", ""), "")
    assert "in 2 processes. Each computes 1 of the 4 images of a batch." in printed
    assert "Run finished" in printed
    assert [path.name for path in (tmp_path / "two").iterdir() if path.is_dir()] == ["0001_demo"]
    one, two = (read_losses(tmp_path / name / "0001_demo" / "losses.csv") for name in ("one", "two"))
    for key in set(one) - {"epoch_time"}:
        # Adam divides by the gradient's size, which enlarges what sums in another order change.
        np.testing.assert_allclose(two[key], one[key], rtol=1e-3, atol=1e-4, err_msg=key)
    names = {"one": "epoch_000006.keras", "two": "epoch_000006.orbax"}
    files = [tmp_path / run / "0001_demo" / "checkpoints" / name for run, name in names.items()]
    for weight, other in zip(*(kg.load_model(file).trainable_variables for file in files), strict=True):
        np.testing.assert_allclose(other, weight, rtol=1e-3, atol=1e-4, err_msg=weight.path)
    # Of two times 81 samples, each process computed the colours of its part.
    counts = [sum(map(int, path.read_text().split())) for path in tmp_path.glob("colours_*")]
    assert counts == [41 + 41] * 2


def test_all_stop_when_one_is_told_to_and_go_on_as_another_number(
    data_dir, tmp_path, started, devices, without_figures
):
    flags = ("--data-dir", data_dir, "--epochs", 1_000_000, "--log-every", 1, "--wandb", "off")
    group = started(*FLAGS, *flags, "--out", tmp_path)
    group.read_until("Epoch 1/")
    group.processes[1].send_signal(signal.SIGTERM)
    codes, (printed, _), errors = group.ended()
    assert (codes, errors) == ([128 + signal.SIGTERM] * 2, ("", ""))
    assert "Stopping after this step and saving, as SIGTERM asks for" in printed
    run = tmp_path / "0001_demo"
    done = len(read_losses(run / "losses.csv")["d_loss"])
    resume = ("--resume", run, "--data-dir", data_dir, "--wandb", "off", "--epochs", done + 2, "--devices", 2)
    assert call_script("train_horses", *resume) == 0
    assert len(read_losses(run / "losses.csv")["d_loss"]) == done + 2
    environment = json.loads((run / "environment.json").read_text())
    assert (environment["devices"], [resume["devices"] for resume in environment["resumes"]]) == (4, [2])


@pytest.mark.parametrize("victim", [0, pytest.param(1, marks=pytest.mark.long)])
def test_a_process_that_dies_ends_the_other_with_a_line_that_names_it(data_dir, tmp_path, started, victim):
    flags = ("--data-dir", data_dir, "--epochs", 1_000_000, "--log-every", 1, "--checkpoint-every", 1)
    group = started(*FLAGS, *flags, "--out", tmp_path)
    group.read_until("Epoch 2/")
    group.processes[victim].kill()
    codes, _, errors = group.ended()
    assert 0 not in codes
    [line] = errors[1 - victim].splitlines()
    assert line.startswith(f"Process {victim} of 2 on ")
    assert f"(pid {group.processes[victim].pid}) has ended, and ends this run. Start all again with `--resume" in line
    run = tmp_path / "0001_demo"
    assert f"--resume {run}" in line
    if victim == 1:
        return
    # Two other processes go on from the last checkpoint.
    done = len(read_losses(run / "losses.csv", is_growing=True)["d_loss"])
    resume = ("--resume", run, "--data-dir", data_dir, "--wandb", "off", "--epochs", done + 2)
    codes, (printed, _), errors = started(*resume).ended()
    assert (codes, errors) == ([0, 0], ("", ""))
    assert f"Run finished. In {run}" in printed
