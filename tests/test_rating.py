import pytest

from keras_gan.rating import RUNGS, UNSEEN, Place, neighbours, position_among, word_of

#: Two degradations at the distances 1 and 9.
HEIGHTS = {"blur_2": 9.0, UNSEEN: 0.1, "blur_1": 1.0}


@pytest.mark.parametrize(
    ("distance", "expected"), [(0.0, 0.0), (1.0, (1 / 2 + 1 / 10) / 2), (9.0, (9 / 10 + 1 / 2) / 2)]
)
def test_position_is_the_mean_share_of_the_distance(distance, expected):
    assert position_among(distance, HEIGHTS) == pytest.approx(expected, rel=1e-15)


def test_position_grows_with_the_distance_and_stays_below_one():
    positions = [position_among(10.0**power, HEIGHTS) for power in range(-3, 9)]
    assert positions == sorted(set(positions))
    assert positions[-1] < 1


@pytest.mark.parametrize(
    ("distance", "expected"),
    [
        (0.05, (None, UNSEEN)),
        (0.1, (None, UNSEEN)),
        (0.5, (UNSEEN, "blur_1")),
        (2.0, ("blur_1", "blur_2")),
        (10.0, ("blur_2", None)),
    ],
)
def test_neighbours_are_the_next_rungs(distance, expected):
    assert neighbours(distance, HEIGHTS) == expected


@pytest.mark.parametrize(
    ("position", "word"),
    [(0.0, "Excellent"), (0.1, "Good"), (0.2, "Moderate"), (0.35, "Fair"), (0.55, "Poor"), (0.99, "Poor")],
)
def test_words_begin_at_their_bounds(position, word):
    assert word_of(position) == word


@pytest.mark.parametrize(("agreement", "word"), [(0.5, "Excellent"), (0.49, "Moderate")])
def test_f33_figures_must_agree_before_a_word_above_moderate(agreement, word):
    place = Place(0.05, None, "unseen", agreement, "recall")
    assert place.word == word
    assert place.doubt() == ("" if agreement >= 0.5 else "recall is 49% of that of unseen real images")


def test_disagreement_makes_no_word_better():
    assert Place(0.5, "noise", "mean", 0.0, "recall").word == "Fair"


def test_place_is_described_by_its_neighbours():
    assert Place(0.3, "blur_2", "shuffle_2", 1.0, "recall").describe() == (
        "worse than the real images blurred by 2 pixels, better than the real images' patches shuffled 2×2"
    )
    assert Place(0.0, None, UNSEEN, 1.0, "recall").describe() == "better than unseen real images"
    assert Place(0.9, "mean", None, 1.0, "recall").describe() == "worse than the mean of the real images"


def test_every_rung_is_described():
    assert all(phrase == phrase.strip() and len(phrase) > len("images") for phrase in RUNGS.values())
