"""What the README and the guides show works."""

import contextlib
import pathlib
import re

import keras
import numpy as np
import pytest
from helpers import IMAGE_SHAPE, assert_bits_equal, state_of
from PIL import Image

import keras_gan as kg
from keras_gan.analysis.detectors.findings import Diagnosis
from keras_gan.analysis.report import write as report_files
from keras_gan.analysis.run.history import read_losses
from keras_gan.callbacks import CHARTS
from keras_gan.callbacks.epoch_log import RULE_WIDTH
from keras_gan.metrics import CallableExtractor
from keras_gan.training.presets import PRESETS

ROOT = pathlib.Path(__file__).parents[1]


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


README, LOG, RUNS = read("README.md"), read("docs/log.md"), read("docs/runs.md")
WATCHING, REPORT, METRICS = read("docs/watching.md"), read("docs/report.md"), read("docs/metrics.md")

QUALITY_LINE = (
    r"  Quality    │ FID\[cifar10-resnet\]: \d+\.\d  IS\[cifar10-resnet\]: \d\.\d\d±\d\.\d\d  PixVar: \d\.\d{4}\n"
)

pytestmark = pytest.mark.filterwarnings("ignore:n_.* is less than twice the 216 features")


def examples(page):
    return re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)


def smaller(example, **numbers):
    """Return an example with other numbers, each of which it has once."""
    for old, new in numbers.values():
        assert example.count(old) == 1, old
        example = example.replace(old, new)
    return example


@pytest.fixture(autouse=True)
def quick_reports(monkeypatch):
    """Draw no figures, which nobody looks at here: they take longer than these runs."""
    monkeypatch.setattr(report_files, "save_figures", lambda run, folder: {})


# --- examples --------------------------------------------------------------------------------------------------------


def test_whole_run_is_trained_by_one_call(tmp_path, monkeypatch, capsys):
    example, _ = examples(README)
    small = smaller(
        example,
        images=("toy_horses(2000)", "toy_horses(24)"),
        epochs=("epochs=300", "epochs=2, batch_size=4, quality_every=0, wandb='off'"),
    )
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(small, "README.md", "exec"), names)
    assert f"Report: {pathlib.Path('runs/gan/0001_demo/report.html')}" in capsys.readouterr().out
    assert (tmp_path / "runs/gan/0001_demo/report.html").is_file()
    assert names["samples"].shape == (64, 32, 32, 3)


def test_model_is_trained_by_fit(tmp_path, monkeypatch, capsys):
    _, example = examples(README)
    assert len([line for line in example.splitlines() if line]) <= 10
    small = smaller(
        example,
        images=("toy_horses(2000)", "toy_horses(12)"),
        epochs=("epochs=300", "epochs=2"),
        batch_size=("batch_size=64", "batch_size=2"),
    )
    monkeypatch.chdir(tmp_path)
    exec(compile(small, "README.md", "exec"), {})
    assert "Epoch 1/2" in capsys.readouterr().out
    assert (tmp_path / "samples" / "epoch_000002.png").exists()
    assert kg.load_model("gan.keras").generate(1).shape == (1, 32, 32, 3)


@pytest.mark.usefixtures("user_cache")
def test_quality_examples_measure_a_model_in_training_and_after(make_gan, capsys):
    after, during = examples(METRICS)
    images = np.random.default_rng(0).integers(0, 256, (24, *IMAGE_SHAPE), dtype=np.uint8)
    names = {"kg": kg, "gan": make_gan(), "images": images, "real_images": images}
    names["batches"] = names["gan"].batches(images, batch_size=2)
    fewer = {"real": ("real_images)", "real_images, n_samples=40)"), "samples": ("5000", "40")}
    exec(compile(smaller(after, **fewer), "docs/metrics.md", "exec"), names)
    assert names["evaluation"].fid_score > 0
    capsys.readouterr()
    fewer = {"real": (" images)", " images, n_samples=40)"), "epochs": ("epochs=2000", "epochs=2")}
    exec(compile(smaller(during, **fewer), "docs/metrics.md", "exec"), names)
    assert re.search(QUALITY_LINE, capsys.readouterr().out)


def run_example(page, gan):
    """Run a page's first example on a few small images, for two epochs."""
    example, *_ = examples(page)
    small = smaller(
        example,
        epochs=("epochs=2000", "epochs=2"),
        samples=("ResNet(), images)", "ResNet(), images, n_samples=40)"),
    )
    images = np.random.default_rng(0).integers(0, 256, (24, *IMAGE_SHAPE), dtype=np.uint8)
    names = {"gan": gan, "images": images, "batches": gan.batches(images, batch_size=2)}
    exec(compile(small, "docs", "exec"), names)


@pytest.mark.usefixtures("user_cache", "wandb_alone")
def test_callbacks_example_watches(make_gan, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run_example(WATCHING, make_gan())
    assert re.search(QUALITY_LINE, capsys.readouterr().out)
    written = {"wandb", "quality.csv", "tensorboard", "losses.csv", "samples", "checkpoints"}
    assert written <= {path.name for path in tmp_path.iterdir()}


def test_held_out_example_validates(make_gan, images):
    _, example = examples(WATCHING)
    small = smaller(
        example,
        held_out=("images[:500], images[500:]", "images[:8], images[8:]"),
        batch_size=("batch_size=64", "batch_size=2"),
        epochs=("epochs=2000", "epochs=2"),
        every=("validation_freq=50", "validation_freq=2"),
    )
    gan = make_gan()
    exec(compile(small, "docs/watching.md", "exec"), {"gan": gan, "images": images})
    logged = set(re.findall(r"^\| `(val_\w+)` \|", WATCHING, flags=re.MULTILINE))
    assert logged == {key for key in gan.history.history if key.startswith("val_")}


@pytest.mark.usefixtures("user_cache")
def test_report_example_reports(make_gan, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_example(REPORT, make_gan())
    assert {"report.html", "analysis_report.md", "quality.csv"} <= {path.name for path in (tmp_path / "run").iterdir()}


class Kill(keras.callbacks.Callback):
    """End training as a power failure would, between two checkpoints."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 3:
            raise KeyboardInterrupt


def watchers(evaluator):
    """The callbacks of the example that resumes a run, for its beginning."""
    return [
        kg.LossCsv("run/losses.csv"),
        kg.QualityMonitor(evaluator, every=2, path="run/quality.csv"),
        kg.SampleGrid("run/samples", every=2),
        kg.GanCheckpoint("run/checkpoints", every=2, monitor="fid_score"),
        kg.Report("run"),
    ]


def left(gan):
    """Return all that a run leaves, but its times."""
    losses = read_losses("run/losses.csv")
    del losses["epoch_time"]
    files = [path.read_bytes() for _, path in kg.callbacks.pictures("run/samples")]
    return state_of(gan), losses, files, pathlib.Path("run/quality.csv").read_bytes()


def test_run_of_fit_is_resumed_to_the_last_bit(make_gan, tmp_path, monkeypatch):
    """F35."""
    images = np.random.default_rng(0).integers(0, 256, (24, *IMAGE_SHAPE), dtype=np.uint8)
    rows = CallableExtractor(lambda images: images.reshape(len(images), -1)[:, ::12], weights_hash="one")
    evaluator = kg.Evaluator(rows, images, 40, cache_dir=tmp_path)
    ends = []
    for name, callbacks in (("whole", []), ("killed", [Kill()])):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        gan = make_gan()
        feed, given = gan.batches(images, batch_size=2), [*callbacks, *watchers(evaluator)]
        with contextlib.suppress(KeyboardInterrupt):
            gan.fit(feed, steps_per_epoch=1, epochs=5, verbose=0, callbacks=given)
        ends.append(left(gan))
    *_, example = examples(RUNS)
    small = smaller(
        example,
        images=('kg.load_images("my_folder")', "given_images"),
        evaluator=("kg.Evaluator(kg.Cifar10ResNet(), images)", "given_evaluator"),
        batch_size=("batch_size=64", "batch_size=2"),
        epochs=("epochs=2000", "epochs=5"),
        every=("every=100", "every=2"),
        pictures=('SampleGrid("run/samples")', 'SampleGrid("run/samples", every=2)'),
    )
    names = {"given_images": images, "given_evaluator": evaluator}
    exec(compile(small, "docs/runs.md", "exec"), names)
    assert names["start"] == 2
    (state, losses, *files), (whole_state, whole_losses, *whole_files) = left(names["gan"]), ends[0]
    assert_bits_equal(state, whole_state)
    assert losses.keys() == whole_losses.keys()
    assert_bits_equal([*losses.values()], [*whole_losses.values()])
    assert files == whole_files


# --- tables and blocks -----------------------------------------------------------------------------------------------


def test_readme_is_short():
    assert len(README.split()) <= 900


@pytest.mark.parametrize("diagnosis", Diagnosis)
def test_report_page_lists_every_diagnosis_with_its_remedy_and_its_accuracy(diagnosis):
    searched, measured = re.findall(rf"^\| {diagnosis.value} \|(.*)\|$", REPORT, flags=re.MULTILINE)
    assert [len(row.split("|")) for row in (searched, measured)] == [2, 3]


def test_watching_lists_the_charts():
    rows = re.findall(r"^\| `(\w+)/` \| (.*?) \|", WATCHING, flags=re.MULTILINE)
    assert {section: tuple(re.findall(r"`(\w+)`", charts)) for section, charts in rows} == CHARTS


def test_quality_block_is_one():
    (block,) = re.findall(r"```\n(  Computing.*?)```", LOG, flags=re.DOTALL)
    assert re.search(QUALITY_LINE, block)


def test_log_block_is_one():
    (block,) = re.findall(r"```\n(═.*?)```", LOG, flags=re.DOTALL)
    lines = block.splitlines()
    assert [len(lines[index]) for index in (0, 2, 6)] == [RULE_WIDTH] * 3
    assert lines[1].startswith("Epoch 699/700 [")
    assert re.fullmatch(r"  Losses     │ D: \S+ \(R:\S+ F:\S+\)  G: \S+  W-dist: \S+  GP: \d\.\d{4}", lines[3])


@pytest.mark.parametrize("name", PRESETS)
def test_preset_is_described_as_it_is(name):
    (row,) = re.findall(rf"^\| `{name}` \|(?:[^|]*\|){{5}}$", RUNS, flags=re.MULTILINE)
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    config = PRESETS[name]
    assert cells[3:] == [str(config.run.batch_size), str(config.run.n_critic), str(config.run.epochs)]
    rates = [float(rate) for rate in re.findall(r"\de-\d", cells[2])]
    flat = config.flat()
    # One rate is that of both.
    assert [rates[0], rates[-1]] == [flat["critic_learning_rate"], flat["generator_learning_rate"]]


def test_picture_is_a_grid_of_64_samples():
    with Image.open(ROOT / "docs" / "images" / "demo_samples.png") as picture:
        assert picture.size == (8 * 32, 8 * 32)
