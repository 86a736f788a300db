"""`keras-gan generate`: from a saved model to files."""

import numpy as np
import pytest
from helpers import refusal
from PIL import Image

from keras_gan.cli.main import main


@pytest.fixture(scope="module")
def checkpoint(make_gan, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "gan.keras"
    gan = make_gan()
    gan.save(path)
    return gan, path


def generate(*arguments):
    assert main(["generate", *map(str, arguments)]) == 0


def test_same_seed_makes_the_same_files(checkpoint, tmp_path, capsys):
    gan, path = checkpoint
    for name in ("one", "other"):
        generate(path, "--out", tmp_path / name, "--n", 5, "--seed", 3)
        assert f"5 images of {path} in {tmp_path / name}" in capsys.readouterr().out
    files, others = (sorted((tmp_path / name).iterdir()) for name in ("one", "other"))
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in others]
    expected = np.rint((gan.generate(5, seed=3) + 1) * 127.5)
    saved = np.stack([np.asarray(Image.open(file)) for file in files])
    np.testing.assert_array_equal(saved.reshape(expected.shape), expected)


def test_other_batches_truncation_and_form(checkpoint, tmp_path):
    gan, path = checkpoint
    generate(path, "--out", tmp_path / "a.npz", "--n", 5, "--truncation", 0.5, "--batch-size", 2, "--raw")
    with np.load(tmp_path / "a.npz") as saved:
        expected = np.rint((gan.generate(5, seed=0, truncation=0.5) + 1) * 127.5)
        # Batches of other sizes may be summed in another order, which can move a value to the next level.
        np.testing.assert_allclose(saved["images"], expected, rtol=0, atol=1)


def test_walk_is_a_strip_or_an_animation(checkpoint, tmp_path):
    gan, path = checkpoint
    height, width = gan.image_shape[:2]
    generate(path, "--out", tmp_path / "strip.png", "--walk", 1, 2, "--steps", 4)
    with Image.open(tmp_path / "strip.png") as strip:
        assert strip.size == (5 * width, height)
        first = np.asarray(strip)[:, :width].reshape(gan.image_shape)
    np.testing.assert_allclose(first, np.rint((gan.generate(1, seed=1)[0] + 1) * 127.5), rtol=0, atol=1)
    generate(path, "--out", tmp_path / "walk.webp", "--walk", 1, 2, 3, "--steps", 4)
    with Image.open(tmp_path / "walk.webp") as animation:
        assert animation.n_frames == 12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--n", 0), "`n` must be at least 1"),
        (("--walk", 1), "`walk` must be at least two seeds"),
        (("--walk", 1, 2, "--n", 3), "`n` must be left out with `--walk`"),
        (("--seed", -1), "`seed` must be in"),
        (("--truncation", 0), "`truncation` must be a finite positive number"),
        (("--out", "grid.jpg"), "`out` must be a folder, or a file that ends with"),
    ],
)
def test_what_cannot_be_done_is_one_line(checkpoint, capsys, arguments, message):
    line = refusal(capsys, "generate", checkpoint[1], *arguments)
    assert message in line
    assert "Options" not in line  # The name of a class of ours.


def test_source_without_a_generator(tmp_path, capsys):
    assert "`source` must be a folder or a file" in refusal(capsys, "generate", tmp_path / "none")
    assert "must be a .keras file, an .orbax folder, or a folder" in refusal(capsys, "generate", tmp_path)
