import numpy as np
import pytest

from keras_gan.analysis.detectors.copies import find_originals
from keras_gan.analysis.report import write
from keras_gan.analysis.report.write import write_report
from keras_gan.data import toy_horses
from keras_gan.data.grids import read_grid, save_grid


def test_everything_is_written_beside_the_run(run_dir):
    report = write_report(run_dir)
    assert [path.name for path in report.files] == ["analysis_report.md", "report.html"]
    assert "# Training Analysis Report: 0001_demo" in report.files[0].read_text()
    assert "<h1>0001_demo</h1>" in report.files[1].read_text()
    assert (run_dir / "plots" / "dashboard.png").is_file()
    assert (run_dir / "plots" / "losses.svg").is_file()
    assert report.verdict.quality == "Unmeasured"


def test_report_is_written_again(run_dir):
    write_report(run_dir)
    report = write_report(run_dir, "reference")
    assert "**Expected WGAN Behavior:**" in report.files[0].read_text()


def test_copies_are_found_while_the_images_are_at_hand(run_dir, monkeypatch):
    monkeypatch.setattr(write, "save_figures", lambda run, folder: {})
    images = toy_horses(20) / 127.5 - 1.0
    (run_dir / "samples").mkdir()
    save_grid(images, run_dir / "samples" / "epoch_000040.png")
    for training in (images, None):
        indicators = {one.name: one for one in write_report(run_dir, training_images=training).verdict.indicators}
        assert indicators["Mode Collapse"].observation.startswith("Memorisation: 100% of 20 samples")


def test_closest_samples_are_shown_above_their_nearest_training_images(run_dir, monkeypatch):
    monkeypatch.setattr(write, "save_figures", lambda run, folder: {})
    training, fresh = toy_horses(30), toy_horses(12, seed=1)
    samples = np.concatenate([fresh / 127.5 - 1.0, training[[7, 3]] / 127.5 - 1.0])
    (run_dir / "samples").mkdir()
    save_grid(samples, run_dir / "samples" / "epoch_000040.png")
    write_report(run_dir, training_images=training)
    pairs = read_grid(run_dir / "samples" / "nearest.png").reshape(2, 8, 32, 32, 3)
    copied = {np.flatnonzero((training / 127.5 - 1.0 == pair).all(axis=(1, 2, 3))).item() for pair in pairs[1, :2]}
    assert copied == {3, 7}
    np.testing.assert_array_equal(pairs[0, :2], pairs[1, :2])
    assert (pairs[0, 2:] != pairs[1, 2:]).any(axis=(1, 2, 3)).all()
    # Pairs by brute force: each sample's nearest training image.
    distances = np.square(pairs[0, 2:, None] - (training / 127.5 - 1.0)[None]).sum(axis=(2, 3, 4))
    np.testing.assert_array_equal((training / 127.5 - 1.0)[distances.argmin(axis=1)], pairs[1, 2:])
    # A later report, without the images, still has the picture.
    page = write_report(run_dir).files[1].read_text()
    copies = find_originals(samples, training).is_copy.sum()
    assert f"nearest to a training image, above these images: {copies} of 14 samples count as copies" in page


def test_folders_without_a_run_stay_as_they_are(tmp_path):
    with pytest.raises(FileNotFoundError, match="has no losses.csv"):
        write_report(tmp_path)
    assert list(tmp_path.iterdir()) == []
