"""What the README shows works."""

import pathlib
import re

import numpy as np
import pytest
from helpers import IMAGE_SHAPE
from PIL import Image

import keras_gan as kg
from keras_gan.analysis.detectors.findings import Diagnosis
from keras_gan.callbacks import CHARTS
from keras_gan.callbacks.epoch_log import RULE_WIDTH
from keras_gan.training.presets import PRESETS

ROOT = pathlib.Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WATCHING = (ROOT / "docs" / "watching.md").read_text(encoding="utf-8")
REPORT = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
METRICS = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")

QUALITY_LINE = (
    r"  Quality    │ FID\[cifar10-resnet\]: \d+\.\d  IS\[cifar10-resnet\]: \d\.\d\d±\d\.\d\d  PixVar: \d\.\d{4}\n"
)


def test_python_example_trains_on_an_array(tmp_path, monkeypatch, capsys):
    example, _ = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len([line for line in example.splitlines() if line]) <= 10
    small = example.replace("epochs=2000", "epochs=2").replace("batch_size=64", "batch_size=2")
    assert small.count("=2,") == 2
    monkeypatch.chdir(tmp_path)
    np.save("my_images.npy", np.random.default_rng(0).integers(0, 256, (12, 32, 32, 3), dtype=np.uint8))
    exec(compile(small, "README.md", "exec"), {})
    assert "Epoch 1/2" in capsys.readouterr().out
    assert (tmp_path / "gan.keras").exists()
    assert (tmp_path / "samples" / "epoch_000002.png").exists()


@pytest.mark.filterwarnings("ignore:n_.* is less than twice the 216 features")
@pytest.mark.usefixtures("user_cache")
def test_quality_examples_measure_a_model_in_training_and_after(make_gan, capsys):
    _, example = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    (again,) = re.findall(r"```python\n(.*?)```", METRICS, flags=re.DOTALL)
    images = np.random.default_rng(0).integers(0, 256, (24, *IMAGE_SHAPE), dtype=np.uint8)
    names = {"kg": kg, "gan": make_gan(), "images": images, "real_images": images}
    names["batches"] = kg.image_batches(images, batch_size=2, n_critic=2)
    for text in (example.replace("epochs=2000", "epochs=2"), again.replace("5000", "40")):
        small = re.sub(r"(Cifar10ResNet\(\), \w+)\)", r"\1, n_samples=40)", text)
        assert small.count("n_samples=40") == 1
        exec(compile(small, "docs", "exec"), names)
    output = capsys.readouterr().out
    assert re.search(QUALITY_LINE, output)
    assert names["evaluation"].fid_score > 0


def run_example(page, gan):
    """Run a page's one example on a few small images, for two epochs."""
    (example,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    small = example.replace("epochs=2000", "epochs=2").replace("ResNet(), images)", "ResNet(), images, n_samples=40)")
    assert small.count("epochs=2,") == small.count("n_samples=40") == 1
    images = np.random.default_rng(0).integers(0, 256, (24, *IMAGE_SHAPE), dtype=np.uint8)
    names = {"gan": gan, "images": images, "batches": kg.image_batches(images, batch_size=2, n_critic=2)}
    exec(compile(small, "docs", "exec"), names)


@pytest.mark.filterwarnings("ignore:n_.* is less than twice the 216 features")
@pytest.mark.usefixtures("user_cache", "wandb_alone")
def test_watching_example_watches(make_gan, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run_example(WATCHING, make_gan())
    assert re.search(QUALITY_LINE, capsys.readouterr().out)
    written = {"wandb", "quality.csv", "tensorboard", "losses.csv", "samples", "checkpoints"}
    assert written <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.filterwarnings("ignore:n_.* is less than twice the 216 features")
@pytest.mark.usefixtures("user_cache")
def test_report_example_reports(make_gan, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_example(REPORT, make_gan())
    assert {"report.html", "analysis_report.md", "quality.csv"} <= {path.name for path in (tmp_path / "run").iterdir()}


def test_report_page_lists_every_diagnosis_and_how_often_it_is_right():
    for diagnosis in Diagnosis:
        searched, measured = re.findall(rf"^\| {diagnosis.value} \|(.*)\|$", REPORT, flags=re.MULTILINE)
        assert len(searched.split("|")) == 2
        _, precision, recall = map(float, measured.split("|"))
        assert min(precision, recall) >= 0.9


def test_no_figure_is_missing():
    assert "REPLACE" not in README


def test_watching_lists_the_charts():
    rows = re.findall(r"^\| `(\w+)/` \| (.*?) \|", WATCHING, flags=re.MULTILINE)
    assert {section: tuple(re.findall(r"`(\w+)`", charts)) for section, charts in rows} == CHARTS


def test_quality_block_is_one():
    (block,) = re.findall(r"```\n(  Computing.*?)```", README, flags=re.DOTALL)
    assert re.search(QUALITY_LINE, block)


def test_log_block_is_one():
    (block,) = re.findall(r"```\n(═.*?)```", README, flags=re.DOTALL)
    lines = block.splitlines()
    assert [len(lines[index]) for index in (0, 2, 6)] == [RULE_WIDTH] * 3
    assert lines[1].startswith("Epoch 699/700 [")
    assert re.fullmatch(r"  Losses     │ D: \S+ \(R:\S+ F:\S+\)  G: \S+  W-dist: \S+  GP: \d\.\d{4}", lines[3])


def test_presets_are_described_as_they_are():
    for name, config in PRESETS.items():
        (row,) = [line for line in README.splitlines() if line.startswith(f"| `{name}` |")]
        cells = [cell.strip() for cell in row.split("|")[1:-1]]
        assert cells[3:] == [str(config.run.batch_size), str(config.run.n_critic), str(config.run.epochs)]
        rate = float(re.search(r"\de-\d", cells[2])[0])
        flat = config.flat()
        assert rate == flat["critic_learning_rate"] == flat["generator_learning_rate"]


def test_linked_files_exist():
    scripts = re.findall(r"python ((?:scripts|benchmarks)/\w+\.py)", README + REPORT)
    paths = re.findall(r'src="([^"]+)"', README) + scripts
    assert len(paths) > 3
    for path in paths:
        assert (ROOT / path).is_file(), path
    with Image.open(ROOT / "docs" / "images" / "demo_samples.png") as picture:
        assert picture.size == (8 * 32, 8 * 32)
