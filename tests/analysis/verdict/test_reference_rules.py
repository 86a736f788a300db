import numpy as np
import pytest

from keras_gan.analysis.run.phases import PHASES, split_phases
from keras_gan.analysis.verdict.reference_rules import (
    balance,
    gradient_signal,
    judge,
    mode_collapse,
    monotonicity,
    roughness,
    wasserstein_distance,
)

ROWS = [
    ("Warmup", 0, 100, "-0.00 → 0.02", "-0.00 → -0.10", "0.0002", "-0.0009"),
    ("Early", 100, 1000, "0.02 → 0.75", "-0.09 → -16.25", "0.0008", "-0.0180"),
    ("Mid", 1000, 4000, "0.75 → 4.05", "-16.29 → -82.87", "0.0011", "-0.0222"),
    ("Late", 4000, 8000, "4.05 → 5.14", "-82.88 → -106.75", "0.0003", "-0.0060"),
    ("Final", 8000, 12000, "5.14 → 5.49", "-106.75 → -115.55", "0.0001", "-0.0022"),
]


def test_phases_are_those_of_the_report(reference_history):
    phases = split_phases(reference_history)
    assert [
        (
            phase.name,
            phase.start,
            phase.end,
            "{:.2f} → {:.2f}".format(*phase.d_loss),
            "{:.2f} → {:.2f}".format(*phase.g_loss),
            f"{phase.d_slope:.4f}",
            f"{phase.g_slope:.4f}",
        )
        for phase in phases
    ] == ROWS


@pytest.mark.parametrize("epochs", [0, 1, 2, 7, 60, 700])
def test_phases_of_short_runs_have_every_epoch_once(epochs):
    losses = np.arange(float(epochs))
    phases = split_phases({"d_loss": losses, "g_loss": -losses})
    covered = [epoch for phase in phases for epoch in range(phase.start, phase.end)]
    assert covered == list(range(epochs))
    assert [phase.name for phase in phases] == [name for name, _ in PHASES if name in {p.name for p in phases}]


def test_reference_run_passes_all(reference_history):
    verdict = judge(reference_history)
    indicators = verdict.indicators
    assert [indicator.name for indicator in indicators if indicator.passed] == [
        "Monotonicity",
        "Balance",
        "Mode Collapse",
        "Gradient Signal",
        "Wasserstein Distance",
    ]
    assert (verdict.stability, verdict.quality, verdict.passed, verdict.total) == ("STABLE", "Excellent", 5, 5)
    assert indicators[1].observation == "D_loss_real ≈ D_loss_fake throughout training (avg diff: 0.003)"


def test_roughness_is_the_windows_spread_over_the_whole_change():
    # Windows of 100 values of a straight line of slope 1 have the standard deviation √((100² − 1) / 12).
    line = np.arange(301.0)
    assert roughness(line) == pytest.approx(np.sqrt((100**2 - 1) / 12) / 300)
    assert roughness(np.zeros(300)) == np.inf


def test_oscillation_is_not_smooth():
    epochs = np.arange(1000.0)
    wild = epochs / 1000 + np.sin(epochs)
    assert not monotonicity(wild, epochs).passed
    assert not monotonicity(epochs, wild).passed
    assert "oscillate by 0.7" in monotonicity(epochs, wild).observation


@pytest.mark.parametrize(("difference", "passed"), [(0.499, True), (0.501, False)])
def test_balance_is_the_mean_difference(difference, passed):
    real = np.array([1.0, -1.0])
    indicator = balance(real, np.add(real, [2 * difference, 0.0]))
    assert indicator.passed == passed
    assert f"(avg diff: {difference:.3f})" in indicator.observation


def test_plateaus_and_jumps_are_collapse():
    steady = -np.arange(1000.0)
    assert mode_collapse(steady).passed
    flat = np.concatenate([steady[:500], np.full(201, steady[500]), steady[500:]])
    assert mode_collapse(flat).observation == "G loss does not change for 201 epochs"
    assert mode_collapse(np.delete(flat, range(500, 502))).passed
    jumping = np.concatenate([steady[:500], steady[500:] - 2000])
    assert mode_collapse(jumping).observation == "G loss jumps by 2010.00 within 10 epochs"


def test_gradient_signal_needs_a_positive_moving_loss():
    moving = np.linspace(1.0, 2.0, 500)
    assert gradient_signal(moving).passed
    assert not gradient_signal(moving - 2.5).passed
    assert not gradient_signal(np.full(500, 2.0)).passed


def test_distance_is_to_grow():
    growing = -np.linspace(0.0, 10.0, 1000)
    indicator = wasserstein_distance(growing)
    assert indicator.passed
    assert indicator.observation == "|G loss| grows steadily (0.50 → 9.50)"
    assert not wasserstein_distance(growing[::-1]).passed


@pytest.mark.parametrize(
    ("spoilt", "verdict"),
    [
        (1, ("STABLE", "Good", 4)),
        (2, ("UNSTABLE", "Fair", 3)),
        (3, ("UNSTABLE", "Fair", 2)),
        (4, ("FAILED", "Poor", 0)),
    ],
)
def test_score_makes_the_verdict(reference_history, spoilt, verdict):
    history = dict(reference_history)
    if spoilt >= 1:
        history["d_loss_fake"] = history["d_loss_fake"] + 1.0
    if spoilt >= 2:
        history["d_loss"] = history["d_loss"] - 6.0
    if spoilt >= 3:
        history["g_loss"] = history["g_loss"][::-1]
    if spoilt >= 4:
        history["g_loss"] = history["g_loss"] + 100 * np.sin(np.arange(12000))
    found = judge(history)
    assert (found.stability, found.quality, found.passed) == verdict
