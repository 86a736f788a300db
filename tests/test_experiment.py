"""Whole runs, small: what they leave, and that they can be stopped, killed and resumed to the last bit."""

import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
from helpers import assert_bits_equal, values_of
from PIL import Image

from keras_gan import data, experiment
from keras_gan.analysis.history import read_losses
from keras_gan.callbacks import checkpoints
from keras_gan.data.horses import ARCHIVE_NAME
from keras_gan.presets import PRESETS, RunOptions

SCRIPT = pathlib.Path(__file__).parents[1] / "scripts" / "train_horses.py"

SMALL = dataclasses.replace(
    PRESETS["demo"],
    epochs=6,
    batch_size=4,
    n_critic=2,
    generator_filters=(4, 4, 4, 3),
    generator_kernel_size=3,
    critic_filters=(4, 4),
    critic_strides=(4, 4),
    critic_kernel_size=3,
)

SMALL_FLAGS = [
    *("--preset", "demo", "--batch-size", "4", "--n-critic", "2"),
    *("--generator-filters", "4", "4", "4", "3", "--generator-kernel-size", "3"),
    *("--critic-filters", "4", "4", "--critic-strides", "4", "4", "--critic-kernel-size", "3"),
]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    np.savez(folder / ARCHIVE_NAME, x_train=data.toy_horses(24, seed=0), x_test=data.toy_horses(4, seed=1))
    return folder


@pytest.fixture
def options(tmp_path, data_dir):
    return RunOptions(out=tmp_path / "runs", data_dir=data_dir, checkpoint_every=2, sample_every=3)


def train(config, options):
    run = experiment.prepare(config, options)
    assert run.train() == config.epochs
    return run


def without_times(folder):
    columns = read_losses(folder / "losses.csv")
    del columns["epoch_time"]
    return columns


def assert_same_run(one, other):
    """Compare two run folders to the last bit."""
    expected = without_times(other)
    actual = without_times(one)
    assert list(actual) == list(expected)
    assert_bits_equal(list(actual.values()), list(expected.values()))
    models = [keras.saving.load_model(checkpoints(folder / "checkpoints")[-1][1]) for folder in (one, other)]
    assert_bits_equal(*(values_of(model.variables) for model in models))
    pictures = [sorted((folder / "samples").iterdir())[-1] for folder in (one, other)]
    assert pictures[0].read_bytes() == pictures[1].read_bytes()


def test_a_run_leaves_what_it_promises(options, capsys):
    run = train(SMALL, options)
    folder = run.folder
    assert folder == options.out / "0001_demo"
    assert sorted(path.name for path in folder.iterdir()) == [
        "checkpoints",
        "config.json",
        "environment.json",
        "generator.keras",
        "losses.csv",
        "plots",
        "samples",
    ]
    np.testing.assert_array_equal(read_losses(folder / "losses.csv")["epoch"], range(6))
    assert [path.name for path in sorted((folder / "samples").iterdir())] == ["epoch_000003.png", "epoch_000006.png"]
    assert [epoch for epoch, _ in checkpoints(folder / "checkpoints")] == [2, 4, 6]
    with Image.open(folder / "plots" / "losses.png") as picture:
        picture.verify()
    generator = keras.saving.load_model(folder / "generator.keras")
    assert generator(np.zeros((2, 100), "float32")).shape == (2, 32, 32, 3)
    output = capsys.readouterr().out
    assert "Epoch 0/6" in output
    assert "Epoch 5/6" in output
    assert "  GP: " in output
    assert run.summary(6).startswith(f"Run finished. In {folder}:")


def test_same_seed_is_the_same_run_and_another_seed_another(options):
    first, second, other = (train(config, options) for config in (SMALL, SMALL, dataclasses.replace(SMALL, seed=43)))
    assert [run.folder.name for run in (first, second, other)] == ["0001_demo", "0002_demo", "0003_demo"]
    assert_same_run(first.folder, second.folder)
    assert np.any(without_times(other.folder)["d_loss"] != without_times(first.folder)["d_loss"])
    digests = [experiment.weights_digest(run.model) for run in (first, second, other)]
    assert digests[0] == digests[1] != digests[2]
    assert f"Weights: sha256 {digests[0]}" in second.summary(6)


@pytest.mark.parametrize("preset", ["horses", "horses_gp"])
def test_other_presets_train(options, preset):
    sizes = ("batch_size", "n_critic", "generator_filters", "critic_filters", "critic_strides")
    changes = {name: getattr(SMALL, name) for name in sizes}
    folder = train(dataclasses.replace(PRESETS[preset], epochs=2, **changes), options).folder
    columns = read_losses(folder / "losses.csv")
    assert (columns["clip_ratio"][-1] > 0) == (preset == "horses")
    assert (columns["gradient_penalty"][-1] > 0) == (preset == "horses_gp")
    assert all(np.all(np.isfinite(column)) for column in columns.values())


def test_a_run_goes_on_with_more_epochs_as_if_it_had_been_given_them(options):
    whole = train(SMALL, options).folder
    part = train(dataclasses.replace(SMALL, epochs=3), options).folder
    train(SMALL, dataclasses.replace(options, resume=part))
    assert_same_run(part, whole)


def test_a_finished_run_is_not_resumed_for_nothing(options):
    folder = train(SMALL, options).folder
    before = (folder / "losses.csv").read_bytes()
    with pytest.raises(ValueError, match="has all its 6 epochs. Give more with `--epochs`"):
        experiment.prepare(SMALL, dataclasses.replace(options, resume=folder))
    assert (folder / "losses.csv").read_bytes() == before


def test_other_images_are_not_resumed_on(options, tmp_path):
    folder = train(SMALL, options).folder
    np.savez(tmp_path / ARCHIVE_NAME, x_train=data.toy_horses(24, seed=5), x_test=data.toy_horses(4, seed=1))
    more = dataclasses.replace(SMALL, epochs=8)
    with pytest.raises(ValueError, match="Received other images"):
        experiment.prepare(more, dataclasses.replace(options, resume=folder, data_dir=tmp_path))


def test_without_cifar10_toy_horses_stand_in_and_it_is_said(options, monkeypatch, capsys):
    def unreachable():
        raise Exception("URL fetch failure on https://…: None -- no route")

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", unreachable)
    monkeypatch.setattr(experiment, "TOY_IMAGES", 24)
    run = experiment.prepare(SMALL, dataclasses.replace(options, data_dir=None))
    said = [line for line in capsys.readouterr().out.splitlines() if "toy horses" in line]
    assert len(said) == 1
    assert "no route" in said[0]
    assert run.config.dataset == "toy"
    assert '"dataset": "toy"' in (run.folder / "config.json").read_text()
    np.testing.assert_array_equal(run.images, data.toy_horses(24))


def test_failed_preparation_leaves_no_run_folder(options):
    with pytest.raises(ValueError, match="`batch_size` must be at most the 24 images"):
        experiment.prepare(dataclasses.replace(SMALL, batch_size=25), options)
    with pytest.raises(ValueError, match=r"`generator_filters` must make .* \(32, 32, 3\)\. Received: \(16, 16, 3\)"):
        experiment.prepare(dataclasses.replace(SMALL, generator_filters=(4, 4, 3)), options)
    with pytest.raises(FileNotFoundError):
        experiment.prepare(SMALL, dataclasses.replace(options, data_dir=options.out / "nowhere"))
    assert not options.out.exists()


def test_a_run_killed_before_its_closing_files_gets_them(options):
    folder = train(SMALL, options).folder
    losses = (folder / "losses.csv").read_bytes()
    (folder / "generator.keras").unlink()
    (folder / "plots" / "losses.png").unlink()
    train(SMALL, dataclasses.replace(options, resume=folder))
    assert (folder / "generator.keras").exists()
    assert (folder / "plots" / "losses.png").exists()
    assert (folder / "losses.csv").read_bytes() == losses


@pytest.mark.parametrize("rows", [None, 3])
def test_a_run_without_its_losses_is_not_resumed(options, rows):
    folder = train(SMALL, options).folder
    path = folder / "losses.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.unlink() if rows is None else path.write_text("".join(lines[:rows]))
    config = (folder / "config.json").read_bytes()
    more = dataclasses.replace(SMALL, epochs=8)
    with pytest.raises((OSError, ValueError), match="losses.csv"):
        experiment.prepare(more, dataclasses.replace(options, resume=folder))
    assert (folder / "config.json").read_bytes() == config


def test_a_broken_checkpoint_is_named(options):
    folder = train(SMALL, options).folder
    path = checkpoints(folder / "checkpoints")[-1][1]
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match=f"{path.name} cannot be loaded; without it"):
        experiment.prepare(dataclasses.replace(SMALL, epochs=8), dataclasses.replace(options, resume=folder))
    path.unlink()
    assert experiment.prepare(SMALL, dataclasses.replace(options, resume=folder)).start == 4


# --- other processes -----------------------------------------------------------------------------------------------


def start(options, *flags):
    command = [sys.executable, SCRIPT, *SMALL_FLAGS, "--out", options.out, "--data-dir", options.data_dir, *flags]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_epochs(options, count, process):
    path = options.out / "0001_demo" / "losses.csv"
    deadline = time.monotonic() + 120
    while not path.exists() or len(path.read_text().splitlines()) <= count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_run_resumes_to_the_last_bit(options, tmp_path):
    process = start(options, "--epochs", "100000", "--checkpoint-every", "5", "--sample-every", "5")
    wait_for_epochs(options, 12, process)
    process.kill()
    process.communicate()
    folder = options.out / "0001_demo"
    rows = (folder / "losses.csv").read_text().splitlines()
    done = checkpoints(folder / "checkpoints")[-1][0]
    assert 0 < done <= len(rows) - 1
    # Let it end ten epochs later, on a configuration that says so.
    config = dataclasses.replace(SMALL, epochs=100_000)
    assert config.to_json() == (folder / "config.json").read_text()
    shorter = dataclasses.replace(SMALL, epochs=done + 10)
    train(shorter, dataclasses.replace(options, resume=folder))
    whole = train(shorter, dataclasses.replace(options, out=tmp_path / "whole")).folder
    assert_same_run(folder, whole)


def test_ctrl_c_saves_and_says_where(options):
    process = start(options, "--epochs", "100000")
    wait_for_epochs(options, 5, process)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    folder = options.out / "0001_demo"
    epochs = len(read_losses(folder / "losses.csv")["epoch"])
    assert checkpoints(folder / "checkpoints")[-1][0] == epochs
    assert f"stopped after {epochs} of 100000 epochs. In {folder}" in output
    assert f"Continue it with --resume {folder} --data-dir {options.data_dir}" in output


def test_ctrl_c_saves_though_the_reader_of_the_output_has_left(options):
    process = start(options, "--epochs", "100000")
    wait_for_epochs(options, 3, process)
    process.stdout.close()
    process.send_signal(signal.SIGINT)
    errors = process.stderr.read()
    assert process.wait(timeout=60) == 130
    assert "Traceback" not in errors
    folder = options.out / "0001_demo"
    assert checkpoints(folder / "checkpoints")[-1][0] == len(read_losses(folder / "losses.csv")["epoch"])
    assert (folder / "generator.keras").exists()
    process.stderr.close()


def test_the_script_resumes_by_folder(options):
    folder = train(dataclasses.replace(SMALL, epochs=2), options).folder
    whole = train(dataclasses.replace(SMALL, epochs=4), options).folder
    command = [sys.executable, SCRIPT, "--resume", folder, "--epochs", "4", "--data-dir", options.data_dir]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stderr
    assert f"Run finished. In {folder}" in result.stdout
    assert_same_run(folder, whole)


def test_determinism_is_switched_on_and_xla_off():
    code = """
import dataclasses, tensorflow as tf
from tensorflow.python.framework.config import is_op_determinism_enabled
from keras_gan import experiment
from keras_gan.presets import PRESETS
tf.config.list_physical_devices = lambda kind=None: [tf.config.PhysicalDevice("/gpu:0", "GPU")]
experiment.set_seeds(dataclasses.replace(PRESETS["demo"], deterministic=DETERMINISTIC))
print(is_op_determinism_enabled(), experiment.build_model(PRESETS["demo"]).jit_compile)
"""
    for deterministic, expected in (("True", "True False"), ("False", "False True")):
        command = [sys.executable, "-c", code.replace("DETERMINISTIC", deterministic)]
        output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
        assert output.splitlines()[-1] == expected


def test_deterministic_runs_say_so_and_repeat(options):
    folders = []
    for number in (1, 2):
        process = start(options, "--deterministic", "--epochs", "3")
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert "Deterministic ops: on" in output
        assert "XLA: off" in output
        folders.append(options.out / f"000{number}_demo")
    assert_same_run(*folders)


@pytest.mark.skipif(os.name != "posix", reason="needs a shell pipe")
def test_reader_of_the_output_may_leave(options):
    arguments = " ".join([*SMALL_FLAGS, "--epochs", "4", "--log-every", "1"])
    command = f"{sys.executable} {SCRIPT} {arguments} --out {options.out} --data-dir {options.data_dir} | head -n 1"
    result = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], check=False, capture_output=True, timeout=120
    )
    assert result.returncode == 0
    assert b"Traceback" not in result.stderr
    assert b"BrokenPipeError" not in result.stderr
    assert len(read_losses(options.out / "0001_demo" / "losses.csv")["epoch"]) == 4
