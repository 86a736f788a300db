import dataclasses

import numpy as np
import pytest

from keras_gan.analysis.run.quality_history import QualityHistory, read_quality
from keras_gan.rating import Place

HEADER = (
    "epoch,fid_score,fid_floor,inception_score_mean,extractor,weights_sha256,resize,reference_sha256,n_real,n_samples"
)


def history(extractor="inception", fid=30.0, floor=1.0, n_real=5000, n_samples=1000):
    provenance = {"extractor": extractor, "weights_sha256": "1", "n_real": str(n_real), "n_samples": str(n_samples)}
    provenance |= {"resize": "", "reference_sha256": ""}
    return QualityHistory(
        provenance, {"epoch": np.zeros(1), "fid_score": np.array([fid]), "fid_floor": np.array([floor])}
    )


@pytest.mark.parametrize(
    ("fid", "word"),
    [
        (0, "Excellent"),
        (49.9, "Excellent"),
        (50, "Good"),
        (99.9, "Good"),
        (100, "Moderate"),
        (199.9, "Moderate"),
        (200, "Fair"),
        (333.1, "Fair"),
        (400, "Poor"),
    ],
)
def test_inception_has_the_words_of_the_guide(fid, word):
    assert history(fid=fid).word() == word


def test_f33_other_features_have_the_word_of_their_place():
    unplaced = history("cifar10-resnet", 6.5, floor=0.8)
    assert unplaced.word() is None
    place = Place(0.4, "blur_2", "shuffle_2", 0.9, "recall")
    assert dataclasses.replace(unplaced, place=place).word() == "Fair"


def test_few_samples_have_no_word():
    assert history(n_samples=499).word() is None
    assert history(n_samples=500).word() == "Excellent"


def test_file_that_was_cut_is_read_as_far_as_it_is_whole(tmp_path):
    path = tmp_path / "quality.csv"
    path.write_text(f"{HEADER}\n49,60.5,1.0,,inception,ab,bicubic,cd,100,50\n99,40.5,1.0")
    np.testing.assert_array_equal(read_quality(path).figures["fid_score"], [60.5])


def test_inception_needs_no_label():
    assert history().label == ""
    assert history("cifar10-resnet").label == "[cifar10-resnet]"


def test_file_of_the_monitor_is_read(tmp_path):
    path = tmp_path / "quality.csv"
    path.write_text(
        f"{HEADER}\n49,60.5,1.0,,inception,ab,bicubic,cd,100,50\n99,40.5,1.0,2.0,inception,ab,bicubic,cd,100,50\n"
    )
    read = read_quality(path)
    assert (read.extractor, read.n_real, read.n_samples) == ("inception", 100, 50)
    np.testing.assert_array_equal(read.figures["fid_score"], [60.5, 40.5])
    np.testing.assert_array_equal(read.figures["inception_score_mean"], [np.nan, 2.0])
    assert read.last("inception_score_mean") == 2.0
    assert read.last("recall") is None


def test_place_of_the_last_evaluation_is_read(tmp_path):
    path = tmp_path / "quality.csv"
    names = "ladder_position,ladder_agreement,worse_than,better_than,weakest"
    rows = ["49,60.5,1,,inception,ab,b,cd,100,50,,,,,", "99,40.5,1,,inception,ab,b,cd,100,50,0.25,0.8,unseen,,recall"]
    path.write_text("\n".join([f"{HEADER},{names}", *rows, ""]))
    read = read_quality(path)
    assert read.place == Place(0.25, "unseen", None, 0.8, "recall")
    np.testing.assert_array_equal(read.figures["ladder_position"], [np.nan, 0.25])


def test_file_without_evaluations_is_none(tmp_path):
    path = tmp_path / "quality.csv"
    path.write_text(HEADER + "\n")
    assert read_quality(path) is None


@pytest.mark.parametrize("content", ["epoch,fid_score\n1,2\n", f"{HEADER}\n49,much,1,,inception,ab,b,cd,100,50\n"])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "quality.csv"
    path.write_text(content)
    with pytest.raises(ValueError, match="quality.csv must be a file that QualityMonitor writes"):
        read_quality(path)


def test_figures_compare_under_equal_provenances():
    one, other = history(), history(n_real=10)
    assert one.differences(one) == []
    assert one.differences(other) == ["n_real"]
    unknown = QualityHistory({**one.provenance, "weights_sha256": ""}, one.figures)
    assert unknown.differences(unknown) == ["weights_sha256, which is not known"]
