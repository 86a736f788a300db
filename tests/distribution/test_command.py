"""The command on several devices."""

import json

import numpy as np
import pytest
from helpers import call_script, refusal

from keras_gan.analysis.report import write as report_files
from keras_gan.analysis.run.history import read_losses

FLAGS = (
    *("demo", "--generator-filters", 4, 4, 4, 3, "--generator-kernel-size", 3),
    *("--critic-filters", 4, "--critic-strides", 8, "--critic-kernel-size", 3),
    *("--batch-size", 4, "--n-critic", 1, "--wandb", "off", "--quality-every", 0),
    # 21 images, which the devices cannot divide.
    *("--hold-out", 0.5),
)


@pytest.mark.long
def test_a_run_goes_on_with_another_number_of_devices(data_dir, tmp_path, devices, capsys, monkeypatch):
    monkeypatch.setattr(report_files, "save_figures", lambda run, folder: {})

    def train(name, *flags):
        assert call_script("train_horses", *FLAGS, "--out", tmp_path / name, "--data-dir", data_dir, *flags) == 0
        return tmp_path / name / "0001_demo"

    whole = train("whole", "--epochs", 6)
    parts = train("parts", "--epochs", 3, "--devices", 4)
    said = capsys.readouterr().out
    assert "Each computes 1 of the 4 images of a batch." in said
    resume = ("--resume", parts, "--data-dir", data_dir, "--wandb", "off")
    assert call_script("train_horses", *resume, "--epochs", 6, "--devices", 2, "--shard-parameters") == 0
    one, other = (read_losses(folder / "losses.csv") for folder in (whole, parts))
    assert np.isfinite(other["val_d_loss"][[2, 5]]).all()
    for key in set(one) - {"epoch_time", "val_d_loss", "val_wasserstein_distance"}:
        # Adam divides by the gradient's size, which enlarges what sums in another order change.
        np.testing.assert_allclose(other[key], one[key], rtol=1e-3, atol=1e-4, err_msg=key)
    environment = json.loads((parts / "environment.json").read_text())
    assert (environment["devices"], [resume["devices"] for resume in environment["resumes"]]) == (4, [2])


def test_numbers_of_devices_that_cannot_be_are_refused(data_dir, tmp_path, devices, capsys):
    flags = (*FLAGS, "--out", tmp_path / "runs", "--data-dir", data_dir, "--devices")
    assert "must be at most the 4 that JAX has: cpu:0, cpu:1" in refusal(capsys, "train_horses", *flags, 5)
    assert "must be a multiple of the 3 devices, such as 6. Received: batch_size=4" in refusal(
        capsys, "train_horses", *flags, 3
    )
    assert "`devices` must be" in refusal(capsys, "train_horses", *flags, 0)
    assert "`shard_parameters` must go with several" in refusal(capsys, "train_horses", *flags, 1, "--shard-parameters")
    assert not (tmp_path / "runs").exists()
