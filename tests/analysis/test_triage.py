import numpy as np
import pytest

from keras_gan.analysis.triage import Cell, Outcome, classify, conclude, plot_triage


def grid(picture, seeds=(42, 43, 44), sizes=(256, 512, 1024)):
    """Return cells of a picture: a row a seed, + for healthy, and otherwise the first letter of the outcome."""
    outcomes = {"+": Outcome.HEALTHY, "c": Outcome.COLLAPSE, "d": Outcome.DIVERGED, "f": Outcome.FAILED}
    return [
        Cell(seed, size, outcomes[letter])
        for seed, row in zip(seeds, picture.split())
        for size, letter in zip(sizes, row)
    ]


# The rows of the guide's table, and what it is silent about.
@pytest.mark.parametrize(
    ("picture", "evidence", "cause", "solution"),
    [
        (
            "+++ ++c +c+",
            "All batch sizes work with seed 42, some fail with 43, 44",
            "Random init",
            "Use a known-good seed: `--seed 42`",
        ),
        (
            "+cc +cc ++c",
            "256 works, 1024 fails across seeds",
            "Batch size",
            "Reduce the batch, `--batch-size 256`, or scale the learning rates",
        ),
        (
            "++c +cc c+c",
            "Smaller batches are more robust: 67% work at 256, 0% at 1024",
            "Both",
            "Use a smaller batch, `--batch-size 256`, or a better initialisation",
        ),
        ("+++ +++ +++", "All seeds and batch sizes work", "none", "Take the largest batch that is fast"),
    ],
)
def test_evidence_has_its_cause_and_its_solution(picture, evidence, cause, solution):
    assert conclude(grid(picture)) == [(evidence, cause, solution)]


def test_neither_is_to_blame_where_nothing_works():
    assert [cause for _, cause, _ in conclude(grid("cdc ccc ddd"))] == ["neither"]
    assert [cause for _, cause, _ in conclude(grid("c+c +cc cc+"))] == ["unknown"]


def test_cells_that_failed_are_no_evidence():
    assert conclude(grid("++f ++f ++f")) == [
        ("3 of 9 cells are not trained", "unknown", "Call this again; training.log says why one failed")
    ]
    # The rows that are whole are: one seed works, another does not.
    rows = conclude(grid("+++ ++c ++f"))
    assert [cause for _, cause, _ in rows] == ["unknown", "Random init"]
    assert rows[1][0] == "All batch sizes work with seed 42, some fail with 43"


@pytest.mark.parametrize(
    ("columns", "figures", "outcome"),
    [
        (None, None, Outcome.HEALTHY),
        ({"d_loss": np.full(300, np.nan)}, None, Outcome.DIVERGED),
        (None, {"feature_diversity": np.full(6, 0.1)}, Outcome.COLLAPSE),
        ({"wasserstein_distance": -np.ones(300)}, None, Outcome.UNSTABLE),
    ],
)
def test_outcome_is_that_of_the_files(changed, columns, figures, outcome):
    found, evidence = classify(changed(columns, figures))
    assert found is outcome
    assert bool(evidence) == (outcome is not Outcome.HEALTHY)


def test_heat_map_has_a_cell_for_each_place():
    axes = plot_triage(grid("+cf dd+")).axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array(), [[0, 1, 4], [2, 2, 0]])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["256", "512", "1024"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["42", "43"]
    assert [text.get_text() for text in axes.texts][:3] == ["healthy", "collapse", "failed"]
