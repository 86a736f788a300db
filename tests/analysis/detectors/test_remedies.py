import shlex

import pytest

from keras_gan.analysis.detectors.findings import Diagnosis
from keras_gan.analysis.detectors.remedies import CHANGES, remedies
from keras_gan.cli.training_arguments import parse_training
from keras_gan.training.presets import PRESETS


def flags(diagnosis, config):
    return [remedy.flags for remedy in remedies(diagnosis, config) if remedy.flags is not None]


def test_every_diagnosis_has_remedies():
    assert set(CHANGES) == set(Diagnosis)


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.parametrize("diagnosis", list(Diagnosis), ids=lambda diagnosis: diagnosis.name)
def test_training_script_takes_every_flag(tmp_path, preset, diagnosis):
    config = PRESETS[preset].flat()
    for remedy in remedies(diagnosis, config):
        if remedy.flags is not None:
            changed, _ = parse_training(
                ["--preset", preset, "--out", str(tmp_path), *shlex.split(remedy.flags)], "x", ""
            )
            assert changed != PRESETS[preset]


def test_remedies_are_the_tuning_guide_s_in_its_order():
    guide = {"n_critic": 5, "latent_dim": 128, "generator_learning_rate": 1e-4, "generator_filters": (64, 32, 3)}
    assert flags(Diagnosis.MODE_COLLAPSE, guide)[:4] == [
        "--n-critic 7",
        "--latent-dim 256",
        "--generator-learning-rate 1e-05",
        "--generator-filters 96 48 3",
    ]
    assert flags(Diagnosis.OSCILLATION, {"gradient_penalty": 10.0})[0] == "--gradient-penalty 20"
    assert flags(Diagnosis.EXPLODING_LOSSES, {"gradient_penalty": 10.0})[:2] == [
        "--critic-learning-rate 2e-05 --generator-learning-rate 2e-05",
        "--gradient-penalty 20",
    ]
    assert flags(Diagnosis.CRITIC_DOMINATES, guide)[0] == "--n-critic 3"


def test_whole_numbers_stay_whole():
    assert flags(Diagnosis.BLUR, {"epochs": 600_000})[0] == "--epochs 1200000"
    assert flags(Diagnosis.MODE_COLLAPSE, {"seed": 20_260_109})[-1] == "--seed 20260110"


@pytest.mark.parametrize("config", [{"n_critic": None}, {"n_critic": "many"}, {"critic_filters": 64}])
def test_values_of_other_kinds_leave_the_advice(config):
    assert remedies(Diagnosis.CRITIC_DOMINATES, config)


def test_clipped_runs_have_no_penalty_to_raise():
    clipped = {"clip_threshold": 0.01, "gradient_penalty": None}
    assert all("gradient-penalty" not in each for each in flags(Diagnosis.OSCILLATION, clipped))
    assert flags(Diagnosis.VANISHING_GRADIENTS, clipped)[:2] == [
        "--clip-threshold 0.02",
        "--clip-threshold None --gradient-penalty 10",
    ]


def test_penalised_runs_have_no_threshold_to_raise():
    penalised = {"clip_threshold": None, "gradient_penalty": 10.0}
    assert all("clip-threshold" not in each for each in flags(Diagnosis.VANISHING_GRADIENTS, penalised))


def test_values_that_cannot_change_are_left_out():
    assert flags(Diagnosis.CRITIC_DOMINATES, {"n_critic": 1, "critic_filters": [1, 1]}) == []


def test_unknown_values_are_said_to_be_the_guide_s():
    first = remedies(Diagnosis.GENERATOR_DOMINATES, {})[0]
    assert first.advice == "Update the critic more often (n_critic 5 → 7, from the guides' usual value)"
    known = remedies(Diagnosis.GENERATOR_DOMINATES, {"n_critic": 5})[0]
    assert known.advice == "Update the critic more often (n_critic 5 → 7)"
