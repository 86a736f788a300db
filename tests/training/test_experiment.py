"""Whole runs, small: what they leave, and that they can be stopped, killed and resumed to the last bit."""

import contextlib
import dataclasses
import io
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
import wandb
import wandb_reader
from helpers import SCRIPTS, assert_bits_equal, cache_apart, call_script, values_of, wandb_apart
from PIL import Image

from keras_gan import data
from keras_gan.analysis.report import write as report_files
from keras_gan.analysis.report.figures import save_figures
from keras_gan.analysis.run.history import read_losses
from keras_gan.analysis.run.saved_run import load_run
from keras_gan.callbacks import SampleGrid, checkpoints, pictures
from keras_gan.data.horses import ARCHIVE_NAME
from keras_gan.files import saved_model
from keras_gan.metrics.extractors.extractor import weights_digest
from keras_gan.training import experiment, run_folder
from keras_gan.training.changes import change
from keras_gan.training.config import Part
from keras_gan.training.options import RunOptions
from keras_gan.training.presets import PRESETS

resource = pytest.importorskip("resource")

SCRIPT = SCRIPTS / "train_horses.py"

SMALL = change(
    PRESETS["demo"],
    epochs=6,
    batch_size=4,
    n_critic=1,
    generator_filters=(4, 4, 4, 3),
    generator_kernel_size=3,
    critic_filters=(4, 4),
    critic_strides=(4, 4),
    critic_kernel_size=3,
    quality_every=0,
)

#: The same with figures of quality.
MEASURED = change(SMALL, quality_every=2, quality_samples=40)

SMALL_FLAGS = [
    *("--preset", "demo", "--batch-size", "4", "--n-critic", "1"),
    *("--generator-filters", "4", "4", "4", "3", "--generator-kernel-size", "3"),
    *("--critic-filters", "4", "4", "--critic-strides", "4", "4", "--critic-kernel-size", "3"),
    *("--wandb", "off", "--quality-every", "0"),
]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    np.savez(folder / ARCHIVE_NAME, x_train=data.toy_horses(24, seed=0), x_test=data.toy_horses(4, seed=1))
    return folder


def options_in(folder, data_dir):
    return RunOptions(out=folder / "runs", data_dir=data_dir, checkpoint_every=2, sample_every=3, wandb="off")


@pytest.fixture
def options(tmp_path, data_dir):
    return options_in(tmp_path, data_dir)


@pytest.fixture(scope="module", autouse=True)
def quick_reports():
    """Draw no figures where nobody looks at them: they take longer than these runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_files, "save_figures", lambda run, folder: {})
        yield


def train(config, options):
    run = experiment.prepare(config, options)
    assert run.train() == config.run.epochs
    return run


@dataclasses.dataclass(frozen=True)
class Done:
    """A run that has ended, and what it printed. Tests that change its folder change a copy."""

    run: experiment.Experiment
    output: str

    @property
    def folder(self):
        return self.run.folder

    def copy(self, out):
        return shutil.copytree(self.folder, out / self.folder.name)


def train_once(config, options):
    """Train once for several tests."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        run = train(config, options)
    return Done(run, output.getvalue())


@pytest.fixture(scope="module")
def finished(tmp_path_factory, data_dir):
    """A finished run, with its figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_files, "save_figures", save_figures)
        return train_once(SMALL, options_in(tmp_path_factory.mktemp("finished"), data_dir))


@pytest.fixture(scope="module")
def half(tmp_path_factory, data_dir):
    """A run of half of the epochs."""
    return train_once(change(SMALL, epochs=3), options_in(tmp_path_factory.mktemp("half"), data_dir))


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
    samples = [pictures(folder / "samples")[-1][1].read_bytes() for folder in (one, other)]
    assert samples[0] == samples[1]


def test_a_run_leaves_what_it_promises(finished):
    folder = finished.folder
    assert folder == finished.run.options.out / "0001_demo"
    assert sorted(path.name for path in folder.iterdir()) == [
        "analysis_report.md",
        "chain.jsonl",
        "checkpoints",
        "config.json",
        "environment.json",
        "generator.keras",
        "losses.csv",
        "options.json",
        "plots",
        "report.html",
        "run.json",
        "samples",
    ]
    np.testing.assert_array_equal(read_losses(folder / "losses.csv")["epoch"], range(6))
    assert sorted(path.name for path in (folder / "samples").iterdir()) == [
        "epoch_000003.png",
        "epoch_000006.png",
        "progress.gif",
        "real.png",
    ]
    assert [epoch for epoch, _ in checkpoints(folder / "checkpoints")] == [2, 4, 6]
    with Image.open(folder / "plots" / "losses.png") as picture:
        picture.verify()
    generator = keras.saving.load_model(folder / "generator.keras")
    assert generator(np.zeros((2, 100), "float32")).shape == (2, 32, 32, 3)
    assert "Epoch 0/6" in finished.output
    assert "Epoch 5/6" in finished.output
    assert "  GP: " in finished.output
    assert finished.run.summary(6).startswith(f"Run finished. In {folder}:")


def test_same_seed_is_the_same_run_and_another_seed_another(options, finished):
    finished.copy(options.out)
    first, second, other = finished.run, train(SMALL, options), train(change(SMALL, seed=43), options)
    assert [run.folder.name for run in (first, second, other)] == ["0001_demo", "0002_demo", "0003_demo"]
    assert_same_run(first.folder, second.folder)
    assert np.any(without_times(other.folder)["d_loss"] != without_times(first.folder)["d_loss"])
    digests = [weights_digest(run.model) for run in (first, second, other)]
    assert digests[0] == digests[1] != digests[2]
    assert f"Weights: sha256 {digests[0]}" in second.summary(6)


@pytest.mark.parametrize("preset", ["horses", "horses_gp"])
def test_other_presets_train(options, preset):
    sizes = ("batch_size", "n_critic", "generator_filters", "critic_filters", "critic_strides", "quality_every")
    changes = {name: SMALL.flat()[name] for name in sizes}
    folder = train(change(PRESETS[preset], epochs=2, **changes), options).folder
    columns = read_losses(folder / "losses.csv")
    assert (columns["clip_ratio"][-1] > 0) == (preset == "horses")
    assert (columns["gradient_penalty"][-1] > 0) == (preset == "horses_gp")
    assert all(np.all(np.isfinite(column)) for column in columns.values())


@pytest.mark.long
def test_a_run_goes_on_with_more_epochs_as_if_it_had_been_given_them(options, half, finished):
    folder = half.copy(options.out)
    train(SMALL, dataclasses.replace(options, resume=folder))
    assert_same_run(folder, finished.folder)


def test_a_resume_under_other_versions_is_recorded(options, half):
    """F12."""
    path = half.copy(options.out) / "environment.json"
    environment = json.loads(path.read_text())
    now = environment["versions"]
    environment["versions"] = {**now, "numpy": "1.0"}
    path.write_text(json.dumps(environment))
    experiment.prepare(SMALL, dataclasses.replace(options, resume=path.parent))
    resume = {"epoch": 3, "versions": now, "changes": {"epochs": [3, 6]}}
    assert json.loads(path.read_text()) == {**environment, "resumes": [resume]}


def rates_of(folder):
    columns = read_losses(folder / "losses.csv")
    return columns["critic_learning_rate"], columns["generator_learning_rate"]


@pytest.mark.parametrize("by_checkpoint", [False, True])
def test_a_resumed_run_takes_new_learning_rates(options, half, finished, capsys, by_checkpoint):
    """F6: they hold from the next epoch on, also after another resume, and are recorded and reported."""
    folder = half.copy(options.out)
    last = checkpoints(folder / "checkpoints")[-1][1]
    going_on = dataclasses.replace(options, resume=last if by_checkpoint else folder)
    config = change(SMALL, lr_generator=1e-5)
    experiment.prepare(config, going_on)
    assert "From epoch 3: generator_learning_rate 0.0004 → 1e-05" in capsys.readouterr().out
    # The checkpoint still has the old rate, and the configuration already the new one.
    train(config, going_on)
    critic, generator = rates_of(folder)
    np.testing.assert_allclose(critic, 4e-4, rtol=1e-6)
    np.testing.assert_allclose(generator, [4e-4] * 3 + [1e-5] * 3, rtol=1e-6)
    (resume,) = json.loads((folder / "environment.json").read_text())["resumes"]
    assert (resume["epoch"], resume["changes"]) == (3, {"epochs": [3, 6], "generator_learning_rate": [4e-4, 1e-5]})
    assert run_folder.load_config(folder) == config
    for name in ("analysis_report.md", "report.html"):
        assert "generator_learning_rate 0.0004 → 1e-05 from epoch 3" in (folder / name).read_text()


def test_an_earlier_checkpoint_is_not_resumed(options, finished):
    first = checkpoints(finished.folder / "checkpoints")[0][1]
    with pytest.raises(ValueError, match="`resume` must be the last checkpoint of its run, epoch_000006.keras"):
        dataclasses.replace(options, resume=first)
    with pytest.raises(ValueError, match="`resume` must be a run folder, or the last checkpoint in its folder"):
        dataclasses.replace(options, resume=finished.folder / "generator.keras")


@pytest.mark.long
def test_scheduled_rates_are_in_steps_of_the_run_and_go_on(options):
    """Both networks have the rates of the formula, also after the run is resumed with another length."""
    config = change(SMALL, epochs=4, schedule="cosine", schedule_final=0.25, lr=1e-3, lr_critic=2e-3)
    folder = train(config, options).folder
    share = 0.25 + 0.75 * 0.5 * (1 + np.cos(np.pi * np.arange(4) / 4))
    for rates, peak in zip(rates_of(folder), (2e-3, 1e-3)):
        np.testing.assert_allclose(rates, peak * share, rtol=1e-5)
    going_on = dataclasses.replace(options, resume=folder)
    with pytest.raises(ValueError, match="`epochs` must stay 4, because the schedule 'cosine' falls"):
        experiment.prepare(change(config, epochs=6), going_on)
    # The critic's rate is that of the step, whatever number of updates the steps before had.
    train(change(config, epochs=5, schedule_decay_steps=8, n_critic=2), going_on)
    np.testing.assert_allclose(rates_of(folder)[0][4], 2e-3 * (0.25 + 0.75 * 0.5), rtol=1e-5)
    train(change(config, epochs=6, schedule="constant"), going_on)
    np.testing.assert_allclose([rates[5] for rates in rates_of(folder)], [2e-3, 1e-3], rtol=1e-6)


def test_a_finished_run_is_not_resumed_for_nothing(options, finished):
    folder = finished.copy(options.out)
    before = (folder / "losses.csv").read_bytes()
    with pytest.raises(ValueError, match="has all its 6 epochs. Give more with `--epochs`"):
        experiment.prepare(SMALL, dataclasses.replace(options, resume=folder))
    assert (folder / "losses.csv").read_bytes() == before


def test_other_images_are_not_resumed_on(options, finished, tmp_path):
    folder = finished.copy(options.out)
    np.savez(tmp_path / ARCHIVE_NAME, x_train=data.toy_horses(24, seed=5), x_test=data.toy_horses(4, seed=1))
    more = change(SMALL, epochs=8)
    with pytest.raises(ValueError, match="Received other images"):
        experiment.prepare(more, dataclasses.replace(options, resume=folder, data_dir=tmp_path))


def test_without_cifar10_toy_horses_stand_in_and_it_is_said(options, monkeypatch, capsys):
    def unreachable():
        raise Exception("URL fetch failure on https://…: None -- no route")

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", unreachable)
    run = experiment.prepare(SMALL, dataclasses.replace(options, data_dir=None))
    said = [line for line in capsys.readouterr().out.splitlines() if "toy horses" in line]
    assert len(said) == 1
    assert "no route" in said[0]
    assert run.config.data == Part("toy", {"count": 5000, "seed": 0})
    assert run_folder.load_config(run.folder) == run.config
    np.testing.assert_array_equal(run.split.images, data.toy_horses(5000))


def test_failed_preparation_leaves_no_run_folder(options):
    with pytest.raises(ValueError, match="`batch_size` must be at most the 24 images"):
        experiment.prepare(change(SMALL, batch_size=25), options)
    with pytest.raises(ValueError, match=r"`generator` must make .* \(32, 32, 3\)\. Received: \(16, 16, 3\)"):
        experiment.prepare(change(SMALL, generator_filters=(4, 4, 3)), options)
    with pytest.raises(FileNotFoundError):
        experiment.prepare(SMALL, dataclasses.replace(options, data_dir=options.out / "nowhere"))
    assert not options.out.exists()


def test_full_disk_at_the_start_leaves_no_run_folder(options, monkeypatch):
    def fail(images, folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(experiment, "save_real_picture", fail)
    with pytest.raises(OSError, match="No space"):
        experiment.prepare(SMALL, options)
    assert not list(options.out.iterdir())


def test_a_run_killed_before_its_closing_files_gets_them(options, finished):
    folder = finished.copy(options.out)
    losses = (folder / "losses.csv").read_bytes()
    (folder / "generator.keras").unlink()
    (folder / "report.html").unlink()
    train(SMALL, dataclasses.replace(options, resume=folder))
    assert (folder / "generator.keras").exists()
    assert (folder / "report.html").exists()
    assert (folder / "losses.csv").read_bytes() == losses


@pytest.mark.parametrize(
    ("name", "content"),
    [
        *(("run.json", "{"), ("run.json", '{"notes": 5}'), ("checkpoints/best.json", "{}"), ("losses.csv", None)),
        ("chain.jsonl", "{}\n"),
    ],
)
def test_damaged_files_are_named_before_anything_is_written(options, finished, name, content):
    folder = finished.copy(options.out)
    path = folder / name
    path.write_text(path.read_text().replace("\n1,", "\n1,x") if content is None else content)
    before = {each: each.read_bytes() for each in folder.rglob("*") if each.is_file()}
    with pytest.raises(ValueError, match=f"{path.name}(, line 3)? must"):
        experiment.prepare(change(SMALL, epochs=8), dataclasses.replace(options, resume=folder))
    assert {each: each.read_bytes() for each in folder.rglob("*") if each.is_file()} == before


def test_a_generator_that_could_not_be_saved_is_saved_by_resuming(options, finished, monkeypatch):
    folder = finished.copy(options.out)
    (folder / "generator.keras").unlink()
    run = experiment.prepare(SMALL, dataclasses.replace(options, resume=folder))

    def fill(path):
        pathlib.Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run.model.generator, "save", fill)
    with pytest.raises(OSError, match=r"generator.keras cannot be written: No space left"):
        run.train()
    assert not (folder / "generator.keras").exists()
    train(SMALL, dataclasses.replace(options, resume=folder))
    assert (folder / "generator.keras").exists()


def test_a_resumed_run_that_is_killed_has_no_generator_of_before(options, half, monkeypatch):
    folder = half.copy(options.out)
    (folder / "generator.keras").write_bytes(b"of the epoch at which Ctrl-C ended it")
    run = experiment.prepare(change(SMALL, epochs=6), dataclasses.replace(options, resume=folder))

    def killed(*arguments, **kwargs):
        raise SystemExit

    monkeypatch.setattr(run.model, "fit", killed)
    with pytest.raises(SystemExit):
        run.train()
    newest = checkpoints(folder / "checkpoints")[-1][1]
    assert saved_model(folder) == newest


def with_watchers(options):
    """Return options with all that watches a run."""
    return dataclasses.replace(options, wandb=None, tensorboard=True)


@pytest.fixture(scope="module")
def watched(tmp_path_factory, data_dir, finished):
    """A finished run that was watched, beside the one that was not."""
    folder = tmp_path_factory.mktemp("watched")
    options = with_watchers(options_in(folder, data_dir))
    shutil.copytree(finished.run.options.out, options.out)
    with cache_apart(folder / "cache"), wandb_apart(folder):
        return train_once(MEASURED, options)


# Few samples, as it says, make large distances.
@pytest.mark.long
@pytest.mark.filterwarnings("ignore:n_.* is less than twice the 216 features")
def test_a_watched_run_is_the_same_run_with_figures(watched, finished):
    run, plain = watched.run, finished.run
    columns = read_losses(run.folder / "losses.csv")
    np.testing.assert_array_equal(np.isfinite(columns["fid_score"]), [False, True] * 3)
    for key, column in without_times(plain.folder).items():
        np.testing.assert_array_equal(columns[key], column, err_msg=key)
    assert weights_digest(run.model) == weights_digest(plain.model)
    added = {path.name for path in run.folder.iterdir()} - {path.name for path in plain.folder.iterdir()}
    assert added == {"quality.csv", "tensorboard", "wandb"}
    best = json.loads((run.folder / "checkpoints" / "best.json").read_text())
    assert best["value"] == pytest.approx(np.nanmin(columns["fid_score"]), rel=1e-6)
    path = wandb_reader.run_file(run.folder)
    rows = wandb_reader.history(path)
    assert [row["epoch"] for row in rows] == list(range(6))
    assert [row["epoch"] for row in rows if "images/generated_images" in row] == [2, 5]
    config = wandb_reader.config(path)
    assert config["batch_size"] == 4
    assert config["data"]["images"] == 24
    assert config["evaluation"]["extractor"] == "cifar10-resnet"
    assert len(wandb_reader.tables(path)) == 1
    assert {"report/stability", "report/quality", "report/balance"} <= set(wandb_reader.summary(path))
    log = (run.options.out / "experiment_log.md").read_text()
    assert f"| {run.folder.name} | " in log
    assert f"| {plain.folder.name} | " in log
    assert watched.output.count("logged offline. Upload it with: wandb sync") == 1
    assert watched.output.count("  Quality    │ FID[cifar10-resnet]: ") == 3


@pytest.mark.filterwarnings("ignore:n_.* is less than twice the 216 features")
@pytest.mark.usefixtures("user_cache", "wandb_alone")
def test_a_watched_run_is_resumed_with_all_its_figures(options, watched):
    options = with_watchers(options)
    part = train(change(MEASURED, epochs=4), options).folder
    first = wandb_reader.run_file(part)
    # As if it had been killed one epoch after its last checkpoint.
    losses = (part / "losses.csv").read_text()
    (part / "losses.csv").write_text(losses + "4," + losses.splitlines()[-1].split(",", 1)[1] + "\n")
    train(MEASURED, dataclasses.replace(options, resume=part))
    whole = watched.folder
    assert_same_run(part, whole)
    assert (part / "quality.csv").read_text() == (whole / "quality.csv").read_text()
    assert (part / "checkpoints" / "best.json").read_text() == (whole / "checkpoints" / "best.json").read_text()
    wandb.teardown()
    # Uploaded under its id, the second file takes the place of the first.
    (second,) = set(part.glob("wandb/*run-*/run-*.wandb")) - {first}
    assert first.name == second.name
    expected = wandb_reader.history(wandb_reader.run_file(whole))
    rows = wandb_reader.history(second)
    times = {"_runtime", "_timestamp", "_step", "optimisation/epoch_time"}
    for row, other in zip(rows, expected, strict=True):
        # The first part's last epoch has a picture, being the last.
        assert set(row) - set(other) == ({"images/generated_images"} if row["epoch"] == 3 else set())
        for key in set(other) - times:
            # Those of the first part come from losses.csv, which rounds to float32.
            found, wanted = row[key], other[key]
            assert np.float32(found) == np.float32(wanted) if isinstance(found, float) else found == wanted, key


def test_a_run_that_diverges_keeps_its_last_good_state(options):
    wild = change(SMALL, n_critic=1, gradient_penalty=None, critic_learning_rate=1e3)
    run = experiment.prepare(wild, dataclasses.replace(options, checkpoint_every=1))
    with pytest.raises(experiment.DivergedError, match=r"wasserstein_distance is .*, beyond ±1e\+06 in step 2"):
        run.train()
    assert not (run.folder / "generator.keras").exists()
    assert "FAILED" in (run.folder / "report.html").read_text()
    assert load_run(run.folder).diverged.startswith("wasserstein_distance is")
    columns = read_losses(run.folder / "losses.csv")
    assert columns["wasserstein_distance"][-1] > 1e6
    assert [done for done, _ in checkpoints(run.folder / "checkpoints")] == [1]


# --- other processes -----------------------------------------------------------------------------------------------


#: Run the script, without figures, on each line of flags that comes in; end with the last exit code.
RUN_SCRIPT = f"""
import runpy, shlex, sys
from keras_gan.analysis.report import write
write.save_figures = lambda run, folder: {{}}
code = 0
for line in sys.stdin:
    sys.argv = [{str(SCRIPT)!r}, *shlex.split(line)]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        code = end.code
        for stream in (sys.stdout, sys.stderr):
            print("Exit code", code, file=stream, flush=True)
sys.exit(code)
"""


@pytest.fixture
def process(warm_python):
    """A process that runs the script as often as it is asked to."""
    with contextlib.closing(warm_python.start(RUN_SCRIPT)) as process:
        yield process


def start(process, *flags):
    process.stdin.write(shlex.join(map(str, flags)) + "\n")
    process.stdin.flush()


def read_run(stream):
    """Read a stream until the script ends; return what it wrote, and its exit code."""
    lines = []
    while not lines or not lines[-1].startswith("Exit code "):
        lines.append(stream.readline())
        assert lines[-1], lines
    code = int(lines.pop().split()[-1])
    return "".join(lines), code


def wait_for_epochs(folder, count, process):
    path = folder / "losses.csv"
    deadline = time.monotonic() + 120
    while not path.exists() or len(path.read_text().splitlines()) <= count:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.long
def test_a_run_survives_a_full_disk_to_the_last_bit(process, options, tmp_path):
    often = ("--wandb", "off", "--checkpoint-every", 5, "--sample-every", 5)
    start(process, *SMALL_FLAGS, *often, "--epochs", 100_000, "--out", options.out, "--data-dir", options.data_dir)
    folder = options.out / "0001_demo"
    wait_for_epochs(folder, 12, process)
    _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, ((folder / "losses.csv").stat().st_size + 20, hard))
    errors, code = read_run(process.stderr)
    assert code == 1
    assert "Traceback" not in errors
    line = errors.strip().splitlines()[-1]
    command = re.fullmatch(
        rf"train_horses.py: error: .*{folder}/.* cannot be written: .* (--resume {folder} --data-dir .*)", line
    )[1]
    done = checkpoints(folder / "checkpoints")[-1][0]
    assert 0 < done <= len((folder / "losses.csv").read_text().splitlines()) - 1
    assert change(SMALL, epochs=100_000).to_json() == (folder / "config.json").read_text()
    # Let it end ten epochs later.
    assert call_script("train_horses", *shlex.split(command), *often, "--epochs", done + 10) == 0
    whole = train(change(SMALL, epochs=done + 10), dataclasses.replace(options, out=tmp_path / "whole")).folder
    assert_same_run(folder, whole)


def test_the_script_resumes_by_folder(options, half, finished, capsys):
    folder = half.copy(options.out)
    flags = ["--epochs", "6", "--data-dir", options.data_dir, "--wandb", "off", "--quality-every", "0"]
    assert call_script("train_horses", "--resume", folder, *flags) == 0
    assert f"Run finished. In {folder}" in capsys.readouterr().out
    assert_same_run(folder, finished.folder)


def test_mixed_precision_is_the_networks_alone(options):
    run = train(change(SMALL, epochs=2, mixed_precision="bfloat16"), options)
    dtypes = {layer.compute_dtype for layer in (run.model.generator.layers[1], run.model.critic.layers[1])}
    assert dtypes == {"bfloat16"}
    assert {weight.dtype for weight in run.model.weights} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"
    assert np.isfinite(read_losses(run.folder / "losses.csv")["gradient_penalty"]).all()


def test_dispatches_of_several_epochs_need_jax(options):
    with pytest.raises(ValueError, match="must be 1 unless the Keras backend is jax.*Received: 4 on tensorflow"):
        experiment.prepare(change(SMALL, steps_per_execution=4), options)
    assert not options.out.exists()


@pytest.mark.long
def test_deterministic_runs_say_so_and_repeat_without_xla(options, warm_python):
    # In a process of their own, because nothing switches determinism off again.
    flags = [*SMALL_FLAGS, "--deterministic", "--epochs", "3", "--out", str(options.out)]
    arguments = [*flags, "--data-dir", str(options.data_dir)]
    code = f"""
import tensorflow as tf
from tensorflow.python.framework.config import is_op_determinism_enabled
from keras_gan.analysis.report import write
from keras_gan.cli.train import main
from keras_gan.training import build, runtime
from keras_gan.training.presets import PRESETS
devices = tf.config.list_physical_devices
tf.config.list_physical_devices = lambda kind=None: [tf.config.PhysicalDevice("/gpu:0", "GPU")]
for deterministic in (False, True):
    runtime.set_seeds(42, deterministic)
    print(is_op_determinism_enabled(), build.build_model(PRESETS["demo"]).jit_compile)
tf.config.list_physical_devices = devices
write.save_figures = lambda run, folder: {{}}
for _ in range(2):
    main({arguments})
"""
    result = warm_python.run(code)
    assert result.returncode == 0, result.stderr
    built, _, trained = result.stdout.partition("True False\n")
    assert built.startswith("False True\n")
    assert trained.count("Deterministic ops: on. XLA: off") == 2
    assert_same_run(*(options.out / f"000{number}_demo" for number in (1, 2)))


@pytest.mark.filterwarnings("ignore:No picture of epoch")
def test_divergence_is_an_exit_code(options, capsys):
    flags = [*SMALL_FLAGS, "--epochs", "9", "--critic-learning-rate", "1e25", "--gradient-penalty", "None"]
    assert call_script("train_horses", *flags, "--out", options.out, "--data-dir", options.data_dir) == 1
    output = capsys.readouterr().out
    assert "Diverged: " in output
    assert f"Its last good state and its log are in {options.out / '0001_demo'}" in output


@pytest.mark.filterwarnings("ignore:No picture of epoch")
def test_run_whose_folder_was_deleted_is_not_said_to_go_on(options, capsys, monkeypatch):
    folder = options.out / "0001_demo"
    monkeypatch.setattr(SampleGrid, "act", lambda *arguments: shutil.rmtree(folder))
    flags = [*SMALL_FLAGS, "--epochs", "9", "--sample-every", 2, "--out", options.out, "--data-dir", options.data_dir]
    assert call_script("train_horses", *flags) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.endswith(f"The run cannot go on, because {folder} was deleted\n")


@pytest.mark.long
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
