"""What the README shows works."""

import pathlib
import re

import numpy as np
from PIL import Image

from keras_gan.callbacks.epoch_log import RULE_WIDTH
from keras_gan.presets import PRESETS

ROOT = pathlib.Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_python_example_trains_on_an_array(tmp_path, monkeypatch, capsys):
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len([line for line in example.splitlines() if line]) <= 10
    small = example.replace("epochs=2000", "epochs=2").replace("batch_size=64", "batch_size=2")
    assert small.count("=2,") == 2
    monkeypatch.chdir(tmp_path)
    np.save("my_images.npy", np.random.default_rng(0).integers(0, 256, (12, 32, 32, 3), dtype=np.uint8))
    exec(compile(small, "README.md", "exec"), {})
    assert "Epoch 1/2" in capsys.readouterr().out
    assert (tmp_path / "gan.keras").exists()
    assert (tmp_path / "samples" / "epoch_000002.png").exists()


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
        assert cells[3:] == [str(config.batch_size), str(config.n_critic), str(config.epochs)]
        rate = float(re.search(r"\de-\d", cells[2])[0])
        assert rate == config.critic_learning_rate == config.generator_learning_rate


def test_linked_files_exist():
    paths = re.findall(r'src="([^"]+)"', README) + re.findall(r"python ((?:scripts|benchmarks)/\w+\.py)", README)
    assert len(paths) > 3
    for path in paths:
        assert (ROOT / path).is_file(), path
    with Image.open(ROOT / "docs" / "images" / "demo_samples.png") as picture:
        assert picture.size == (8 * 32, 8 * 32)
